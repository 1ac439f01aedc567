"""The queue: how soon added work runs and how much of it is done in a second, in a fresh Hydra on this machine."""

import os
import platform
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from pydantic import Field

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import BenchmarkSuite, Series, SuiteResult, SuiteTarget
from hydra_lab.kernel.errors import Unavailable
from hydra_lab.kernel.operation import Input

HERE = "this machine"
WORK = {"operation": "queue.stats"}  # reads a few numbers: what is measured is the queue
READY_S, DONE_S = 120.0, 60.0
PAUSE_S = 0.05  # so that each item finds everything idle
FIX = "Start it by hand to see why: `hydra up --data DIR` with an empty folder."


class QueueParameters(Input):
    """How much is measured."""

    samples: int = Field(default=20, ge=1, le=500, description="Items added one by one to an idle Hydra")
    bursts: int = Field(default=5, ge=1, le=50, description="How often many are added at once")
    batch: int = Field(default=30, ge=2, le=1000, description="Items of a burst")


def targets(ctx: Context) -> list[SuiteTarget]:
    """This machine."""
    stamp = {"host": platform.node(), "database": "SQLite, empty"}
    return [SuiteTarget(name="hydra", title="Hydra itself", stamp=stamp, node=HERE)]


def run(ctx: Context, target: SuiteTarget, parameters: QueueParameters) -> SuiteResult:
    """Measure in a Hydra of its own, so that nothing of it gets into this one's queue, journal or figures."""
    return ctx.step("measure the queue", in_child, ctx, parameters)


def in_child(ctx: Context, parameters: QueueParameters) -> SuiteResult:
    """In a process that ends with this one, whatever ends it."""
    return ctx.child(measured, parameters.samples, parameters.bursts, parameters.batch)


def measured(samples: int, bursts: int, batch: int) -> SuiteResult:
    """Start a fresh Hydra, give it work over HTTP, and take the times that it kept."""
    with fresh() as client:
        waits = [added(client) for _ in range(samples + 1)][1:]  # the first warms up
        rates = [burst(client, batch) for _ in range(bursts)]
    return SuiteResult(
        series=(
            Series(name="POST /queue to running", unit="ms", better="lower", samples=tuple(waits), case="idle"),
            Series(name="items done", unit="items/s", better="higher", samples=tuple(rates), case=f"{batch} posted"),
        ),
        remarks=(f"A fresh Hydra on this machine, items of {WORK['operation']}, each posted by itself.",),
    )


def added(client: httpx.Client) -> float:
    """Milliseconds from sending one item until it ran."""
    time.sleep(PAUSE_S)
    sent = datetime.now(UTC)
    item = finished(client, posted(client))
    return round((datetime.fromisoformat(item["started_at"]) - sent).total_seconds() * 1000, 3)


def burst(client: httpx.Client, batch: int) -> float:
    """Items done in a second, from sending the first until the last one's end."""
    sent = datetime.now(UTC)
    ids = [posted(client) for _ in range(batch)]
    ended = max(datetime.fromisoformat(finished(client, id)["finished_at"]) for id in ids)
    return round(batch / (ended - sent).total_seconds(), 3)


def posted(client: httpx.Client) -> str:
    """Add one item; its id."""
    return str(client.post("/queue", json=WORK).raise_for_status().json()["id"])


def finished(client: httpx.Client, id: str) -> dict[str, Any]:
    """An item once it is done. Raises ``Unavailable`` where that takes too long or it failed."""
    deadline = time.monotonic() + DONE_S
    while time.monotonic() < deadline:
        item: dict[str, Any] = client.get(f"/queue/{id}").raise_for_status().json()
        if item["state"] == "done":
            return item
        if item["state"] in ("failed", "cancelled"):
            break
        time.sleep(0.01)
    raise Unavailable("The fresh Hydra did not do its work.", fix=FIX)


@contextmanager
def fresh() -> Iterator[httpx.Client]:
    """A Hydra with an empty database for the length of a block, and who talks to it."""
    token = secrets.token_urlsafe(24)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HYDRA_")}
    with tempfile.TemporaryDirectory(prefix="hydra-benchmark-") as folder, (Path(folder) / "log").open("wb") as log:
        port = free_port()
        process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", "hydra_lab", "up", "--host", "127.0.0.1", "--port", str(port),
             "--data", str(Path(folder) / "data")],
            env=kept | {"HYDRA_ADMIN_TOKEN": token}, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        headers = {"Authorization": f"Bearer {token}"}
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30, trust_env=False)
        try:
            wait_until_ready(client, process)
            yield client
        except httpx.HTTPError as error:
            raise Unavailable(f"The fresh Hydra could not be asked: {type(error).__name__}.", fix=FIX) from error
        finally:
            client.close()
            end(process)


def wait_until_ready(client: httpx.Client, process: "subprocess.Popen[bytes]") -> None:
    """Return when it is ready. Raises ``Unavailable`` where it is not in time."""
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if client.get("/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise Unavailable("A fresh Hydra did not start.", fix=FIX)


def end(process: "subprocess.Popen[bytes]") -> None:
    """End it as an operator would, with force where that takes too long."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


SUITE = BenchmarkSuite(
    name="queue",
    title="Hydra's queue",
    about="How soon added work runs, and how much of it is done in a second, in a fresh Hydra on this machine.",
    targets=targets,
    parameters=QueueParameters,
    run=run,
)
