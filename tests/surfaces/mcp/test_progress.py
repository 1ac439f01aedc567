"""Long work: its progress on the way, and a caller who will not wait any longer."""

import time
from typing import Any

import anyio
import pytest
from mcp import Client

from tests.server import Server
from tests.surfaces.mcp.conftest import Slow
from tests.surfaces.mcp.speaking import WAYS, client, spoken, told


def until(hydra: Server, item: str, *states: str) -> dict[str, Any]:
    """The item once it is in one of these states."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = dict(hydra.client.get(f"/queue/{item}").json())
        if found["state"] in states:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{found['state']} is none of {states}")


@pytest.mark.parametrize("way", WAYS, ids="-".join)
def test_progress_is_told_while_a_backup_is_made(hydra: Server, person: str, way: tuple[str, str]) -> None:
    heard: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    async def talk(one: Client) -> Any:
        arguments = {"action": "backup", "wait_s": 50}
        return await one.call_tool("maintenance_run", arguments, progress_callback=hear)

    work = told(spoken(hydra.url, person, way, talk))
    assert work["state"] == "done", work
    assert work["result"]
    assert heard
    amounts = [amount for amount, _, _ in heard]
    assert amounts == sorted(set(amounts)), "progress grows with every message"


@pytest.mark.parametrize("cancel", [False, True], ids=["goes-on", "is-cancelled"])
@pytest.mark.parametrize("way", WAYS, ids="-".join)
def test_a_caller_who_stops_waiting_ends_the_work_only_where_they_asked_for_that(
    hydra: Server, person: str, neighbour: Slow, way: tuple[str, str], cancel: bool
) -> None:
    neighbour.go.clear()
    neighbour.asked.clear()
    key = f"{'-'.join(way)}-{cancel}"

    async def talk() -> None:
        async with client(hydra.url, person, way) as one:
            arguments = {
                "operation": "http.call", "input": {"url": f"{neighbour.url}{key}"}, "wait_s": 60,
                "cancel_with_call": cancel,
            }  # fmt: skip
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(one.call_tool, "operations_call", arguments)
                assert await anyio.to_thread.run_sync(neighbour.asked.wait, 30)
                tasks.cancel_scope.cancel()
            await one.list_tools()  # the server is there for the next call

    anyio.run(talk)
    [item] = [one for one in hydra.client.get("/queue", params={"q": "http.call"}).json()["items"]
              if one["input"]["url"].endswith(key)]  # fmt: skip
    if cancel:
        until(hydra, item["id"], "cancelled")
        neighbour.go.set()
    else:
        assert until(hydra, item["id"], "running")["state"] == "running"
        neighbour.go.set()
        assert until(hydra, item["id"], "done", "failed")["state"] == "done"
