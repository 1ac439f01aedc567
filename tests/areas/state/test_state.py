"""STATE.json: true a moment after work ends, whole whenever it is read, and honest about what is not known."""

import json
import time
from collections.abc import Callable
from typing import Any

from hydra_lab.areas.state.model import in_a_line
from hydra_lab.areas.state.projection import measured
from hydra_lab.kernel.contributions import Fact
from hydra_lab.kernel.errors import Unavailable
from tests.areas.running import artifact, done, run
from tests.lab import Lab
from tests.server import Server


def waited(check: Callable[[], Any]) -> Any:
    """What a check gives once it gives something."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(0.1)
    raise AssertionError("it never came")


def test_the_file_follows_work_that_ends_and_agrees_with_the_api(server: Server) -> None:
    path = server.data / "STATE.json"
    run(server, "http.call", url="http://nobody.example/")
    item = done(server, "state.write")
    assert json.loads(artifact(server, item, "STATE.json"))["format"] == 1

    def caught_up() -> dict[str, Any] | None:
        document: dict[str, Any] = json.loads(path.read_text())
        return document if document["facts"]["queue"]["value"]["by_state"]["done"] == 1 else None

    document = waited(caught_up)
    facts = document["facts"]
    assert facts["queue"]["value"]["by_state"] == server.client.get("/queue/stats").json()["states"]
    assert facts["operations"]["value"]["total"] == len(
        [one for one in server.client.get("/operations").json()["operations"] if one["kind"] == "operation"]
    )
    newest, older = facts["last_results"]["value"]
    assert (newest["state"], older["state"]) == ("done", "failed")
    assert "not among" in older["result"]
    assert all(fact["measured_at"] and fact["unknown"] is None for fact in facts.values())
    assert path.stat().st_mode & 0o077 == 0


def test_many_may_write_it_at_once(server: Server) -> None:
    wanted = {"items": [{"operation": "state.write"}] * 24}
    ids = [one["id"] for one in server.client.post("/queue/batch", json=wanted).raise_for_status().json()["items"]]
    ends = [waited(lambda id=id: over(server.client.get(f"/queue/{id}").json())) for id in ids]  # type: ignore[misc]
    assert [(one["state"], one["error"]) for one in ends] == [("done", None)] * 24
    assert not list(server.data.glob("STATE.json.*"))


def over(item: dict[str, Any]) -> dict[str, Any] | None:
    """An item, once it is over."""
    return item if item["state"] in ("done", "failed", "cancelled") else None


def test_what_was_completed_is_told_once_to_each_reader(server: Server) -> None:
    done(server, "health.show")
    first = server.client.get("/state").raise_for_status().json()["completed"]
    assert (first["since"], first["counts"]) == (None, {"done": 1})
    assert first["items"][0]["operation"] == "health.show"
    second = server.client.get("/state").json()["completed"]
    assert second["since"] is not None
    assert (second["counts"], second["summary"]) == ({}, "nothing ended")


def test_what_is_held_is_told_with_its_reason(server: Server) -> None:
    run(server, "maintenance.prune_now", older_than_days=1)
    held = server.client.get("/state").json()["facts"]["held"]["value"]
    assert held["total"] == 1
    assert held["shown"][0]["why"][0]["kind"] == "approval"


def test_a_fact_that_cannot_be_measured_is_unknown_and_never_zero(make_lab: Callable[..., Lab]) -> None:
    def lost(ctx: object) -> int:
        raise Unavailable("The meter is gone.")

    fact = measured(make_lab().context(), Fact(name="power", measure=lost))
    assert (fact.value, fact.unknown) == (None, "The meter is gone.")


def test_results_are_told_in_a_line() -> None:
    assert in_a_line({"summary": "All\nfine", "rows": 3}, None) == "All fine"
    assert in_a_line({"rows": 3, "list": [1]}, None) == "rows 3"
    assert in_a_line(None, {"detail": "It broke."}) == "It broke."
    assert in_a_line(None, None) is None
    assert len(in_a_line("x" * 900, None) or "") == 200
