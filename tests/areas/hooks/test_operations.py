"""Hooks as another system sees them: an address, a secret, and an answer."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One Hydra for all of these tests."""
    one = Server(tmp_path_factory.mktemp("hooks") / "data").start()
    yield one
    one.close()


def made(server: Server, name: str, **options: Any) -> dict[str, Any]:
    """A new hook, with its secret."""
    answer = server.client.post("/hooks", json={"name": name, **options})
    assert answer.status_code == 201, answer.text
    hook: dict[str, Any] = answer.json()
    return hook


def post(server: Server, name: str, **options: Any) -> httpx.Response:
    """Call a hook as a stranger does: without a credential of Hydra's."""
    return httpx.post(f"{server.url}/hooks/{name}", trust_env=False, **options)


def received(server: Server, name: str) -> list[dict[str, Any]]:
    """What the journal says came to a hook."""
    events = (
        server.client.get("/activity", params={"name": "hooks.received", "subject": name}).raise_for_status().json()
    )
    found: list[dict[str, Any]] = events["events"]
    return found


def test_what_came_is_journaled_once_however_often_it_is_sent(server: Server) -> None:
    secret = made(server, "builds")["secret"]
    sent = {"json": {"ok": True}, "headers": {"Authorization": f"Bearer {secret}", "Idempotency-Key": "a"}}
    first, again = post(server, "builds", **sent), post(server, "builds", **sent)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    (event,) = received(server, "builds")
    assert event["data"] == {"body": {"ok": True}, "delivery": "a"}
    (hook,) = (one for one in server.client.get("/hooks").json()["hooks"] if one["name"] == "builds")
    assert (hook["received"], "secret" in hook) == (1, False)


def test_a_name_that_another_feature_serves_is_refused(server: Server) -> None:
    answer = server.client.post("/hooks", json={"name": "alertmanager"})
    assert (answer.status_code, answer.json()["detail"]) == (409, "/hooks/alertmanager is served by alerts itself.")
    assert answer.json()["problems"][0]["field"] == "name"


def test_a_stranger_learns_neither_secrets_nor_names(server: Server) -> None:
    made(server, "shy")
    known = post(server, "shy", json={}, headers={"Authorization": "Bearer guessed"})
    unknown = post(server, "nobody", json={}, headers={"Authorization": "Bearer guessed"})
    assert known.status_code == unknown.status_code == 401
    assert known.json()["detail"] == unknown.json()["detail"]
    assert received(server, "shy") == []


def test_a_removed_hook_answers_no_more(server: Server) -> None:
    secret = made(server, "brief")["secret"]
    assert server.client.delete("/hooks/brief").is_success
    assert post(server, "brief", json={}, headers={"X-Hook-Token": secret}).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<xml/>", 422),
        (b"[" * 70_000, 413),
        (b"[" * 60_000, 422),
        (b"[" * 300 + b"]" * 300, 422),
        (b'{"free": NaN}', 422),
        (b'{"free": 1e999}', 422),
        (b'{"ref": "\\ud800"}', 422),
    ],
    ids=["xml", "large", "deep", "deeper than is kept", "no number", "endless", "half a character"],
)
def test_what_cannot_be_read_is_told(server: Server, body: bytes, status: int) -> None:
    name = f"odd-{status}-{abs(hash(body))}"
    secret = made(server, name)["secret"]
    assert post(server, name, content=body, headers={"X-Hook-Token": secret}).status_code == status
    assert received(server, name) == []


def test_two_hooks_of_one_name_are_refused(server: Server) -> None:
    made(server, "twice")
    answer = server.client.post("/hooks", json={"name": "twice"})
    assert (answer.status_code, "hooks remove twice" in answer.json()["fix"]) == (409, True)


def test_what_came_can_start_work(server: Server) -> None:
    secret = made(server, "forge")["secret"]
    start = {"operation": "state.write", "title": "After {{ data.body.commit }}"}
    trigger = {"when": {"event": "hooks.received", "subject": "forge"}, "start": start}
    assert server.client.put("/triggers/after-push", json=trigger).status_code == 201
    answer = post(server, "forge", json={"commit": "abc"}, headers={"X-Hook-Token": secret})
    item = waited(server, "After abc")
    assert [hold["kind"] for hold in item["holds"]] == ["approval"]  # a hook may ask for it, no more
    assert item["cause"] == answer.json()["event"]


def waited(server: Server, title: str) -> dict[str, Any]:
    """The item of a title, once there is one."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        items: list[dict[str, Any]] = server.client.get("/queue", params={"q": title}).json()["items"]
        if items:
            return items[0]
        time.sleep(0.1)
    raise AssertionError(f"nothing was started: {server.client.get('/triggers').text}")
