"""A Hydra that works in this process and answers over HTTP, with the operations of the bench."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from hydra_lab import app
from hydra_lab.kernel.registry import Registry
from hydra_lab.surfaces.http.serve import Server, listen
from tests.kernel.work import bench_area
from tests.kernel.work.running import until

ROOMS = ("queue", "control", "inbox", "schedules", "policy", "operations", "activity")
Item = dict[str, Any]


class Workshop:
    """One running server, and its owner's client."""

    def __init__(self, application: app.Application, url: str) -> None:
        self.application = application
        self.services = application.services
        token = (self.services.settings.current.data_dir / "cli-token").read_text()
        self.client = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30
        )

    def get(self, path: str, **query: Any) -> Any:
        """What a path answers."""
        return self.client.get(path, params=query).raise_for_status().json()

    def post(self, path: str, **body: Any) -> httpx.Response:
        """The answer to a call."""
        return self.client.post(path, json=body)

    def do(self, path: str, **body: Any) -> Any:
        """What a call answers that must succeed."""
        answer = self.post(path, **body)
        assert answer.is_success, answer.text
        return answer.json()

    def add(self, operation: str = "bench.echo", text: str = "hello", **options: Any) -> Item:
        """Queue work."""
        item: Item = self.do("/queue", operation=operation, **{"input": {"text": text}, **options})
        return item

    def held(self, text: str = "held", **options: Any) -> Item:
        """Work that waits for a day far away."""
        return self.add(text=text, **{"not_before": "2099-01-01T00:00:00Z", **options})

    def running(self, text: str = "runs") -> Item:
        """Work that runs until the bench's gate is opened."""
        item = self.add("bench.wait", text)
        until(lambda: text in bench_area.calls, f"“{text}” to run")
        return self.item(item)

    def item(self, item: Item) -> Item:
        """An item as it is now."""
        found: Item = self.get(f"/queue/{item['id']}")
        return found

    def wait(self, item: Item, *states: str) -> Item:
        """An item once it is in one of some states; default: over."""
        wanted = states or ("done", "failed", "cancelled")
        until(lambda: self.item(item)["state"] in wanted, f"{item['title']} to be {wanted}")
        return self.item(item)

    def done(self, operation: str = "bench.echo", text: str = "hello", **options: Any) -> Item:
        """Work that has been done."""
        item = self.wait(self.add(operation, text, **options))
        assert item["state"] == "done", item
        return item

    def lamp(self, *, configured: bool) -> None:
        """Say where the lamp is, or forget it."""
        with self.services.database.begin() as connection:
            who = self.services.credentials.authenticate(self.client.headers["Authorization"].split()[1])
            values = {"url": "http://lamp.example"} if configured else {"url": None}
            self.services.integrations.configure(connection, "lamp", values, who)


@contextmanager
def workshop(data_dir: Path, **overrides: Any) -> Iterator[Workshop]:
    """A working server for the length of a block."""
    areas = app.found_rooms().areas
    rooms = {name: areas[name] for name in ROOMS} | {"bench": bench_area.AREA}
    registry = Registry(areas=rooms, integrations={"lamp": bench_area.LAMP})
    sources = app.layers(overrides={"data_dir": data_dir, "time_zone": "UTC", **overrides}, registry=registry)
    application = app.Application(sources, registry=registry).open()
    sock, ready = listen("127.0.0.1", 0), threading.Event()
    server = Server(app.web_server(application), ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    assert ready.wait(30), "the server did not start"
    one = Workshop(application, f"http://127.0.0.1:{sock.getsockname()[1]}")
    try:
        yield one
    finally:
        bench_area.gate.set()
        one.client.close()
        server.should_exit = True
        thread.join(30)


def quiet(one: Workshop) -> None:
    """End what an earlier test left waiting or running, and every pause."""
    bench_area.gate.set()
    for pause in one.get("/control")["pauses"]:
        value = pause["value"]
        one.do("/control/resume", **{pause["scope"]: int(value) if pause["scope"] == "tier" else value})
    one.post("/control/autonomous")
    for state in ("held", "queued", "running"):
        for item in one.get("/queue", state=state, limit=500)["items"]:
            one.post(f"/queue/{item['id']}/cancel")
    node = one.services.work.node
    assert node
    until(lambda: not node.slots.taken(), "nothing to run")
    bench_area.forget()


def frames(client: httpx.Client, path: str, on: Callable[[str, Any], Any], **options: Any) -> None:
    """Read a stream to its end, or until ``on(event, data)`` is true."""
    deadline = time.monotonic() + 60
    with client.stream("GET", path, **options) as answer:
        answer.raise_for_status()
        event = ""
        for line in answer.iter_lines():
            assert time.monotonic() < deadline, "the stream has no end"
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data" and on(event, json.loads(value)):
                return


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A working server, one for a module's tests."""
    with workshop(tmp_path_factory.mktemp("workshop") / "data") as one:
        yield one


@pytest.fixture
def shop(opened: Workshop) -> Workshop:
    """The working server, with nothing left to do by earlier tests."""
    quiet(opened)
    return opened
