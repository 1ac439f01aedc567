"""Control: stopping, pausing and resuming all of Hydra or a part of it, and what that does to its work."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.areas.queue.workshop import Workshop
from tests.kernel.work import bench_area
from tests.kernel.work.running import until


def soon(**span: float) -> str:
    """A time from now."""
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def mode(shop: Workshop) -> str:
    """The mode in force."""
    return str(shop.get("/control")["mode"])


def test_a_hydra_left_alone_works(shop: Workshop) -> None:
    told = shop.get("/control")
    assert told.keys() == {"mode", "since", "until", "reason", "by", "pauses", "running"}
    assert (told["mode"], told["until"], told["pauses"], told["running"]) == ("autonomous", None, [], 0)


def test_a_pause_lets_what_runs_finish_and_starts_nothing(shop: Workshop) -> None:
    running = shop.running()
    told = shop.do("/control/pause", reason="Painting the server room")
    assert (told["mode"], told["reason"], told["running"]) == ("paused", "Painting the server room", 1)
    waiting = shop.add()
    assert waiting["state"] == "held"
    (hold,) = waiting["holds"]
    assert hold["kind"] == "paused"
    assert "Painting the server room" in hold["detail"]
    assert "Resume" in shop.get(f"/queue/{waiting['id']}/why")["rule"]
    bench_area.gate.set()
    assert shop.wait(running)["state"] == "done"
    assert shop.item(waiting)["state"] == "held"
    assert shop.do("/control/resume")["mode"] == "autonomous"
    assert shop.wait(waiting)["state"] == "done"


def test_a_pause_ends_by_itself_when_that_was_said(shop: Workshop) -> None:
    end = soon(seconds=0.4)
    told = shop.do("/control/pause", until=end)
    assert datetime.fromisoformat(told["until"]) == datetime.fromisoformat(end)
    item = shop.add()
    assert item["holds"][0]["due"]
    assert shop.wait(item)["state"] == "done"
    assert mode(shop) == "autonomous"


@pytest.mark.parametrize(("part", "inside", "outside"), [("tier", 7, 8), ("lane", "inference", "default")])
def test_a_paused_part_keeps_only_its_own_work(shop: Workshop, part: str, inside: Any, outside: Any) -> None:
    told = shop.do("/control/pause", **{part: inside}, reason="Too loud")
    (pause,) = told["pauses"]
    assert told["mode"] == "autonomous"
    assert (pause["scope"], pause["value"]) == (part, str(inside))
    kept = shop.add(**{part: inside})
    assert [hold["kind"] for hold in kept["holds"]] == ["paused"]
    assert "Too loud" in kept["holds"][0]["detail"]
    assert shop.wait(shop.add(**{part: outside}))["state"] == "done"
    assert shop.item(kept)["state"] == "held"
    assert shop.do("/control/resume", **{part: inside})["pauses"] == []
    assert shop.wait(kept)["state"] == "done"


def test_a_paused_part_goes_on_by_itself_when_that_was_said(shop: Workshop) -> None:
    shop.do("/control/pause", tier=9, until=soon(seconds=0.4))
    item = shop.add(tier=9)
    assert item["state"] == "held"
    assert shop.wait(item)["state"] == "done"
    until(lambda: not shop.get("/control")["pauses"], "the pause to be over")


def test_an_emergency_stop_ends_what_runs_and_resuming_goes_on_with_it(shop: Workshop) -> None:
    def wait() -> None:
        until(bench_area.gate.is_set, "the gate")

    bench_area.script["third"] = wait
    item = shop.add("bench.steps")
    until(lambda: "third" in bench_area.calls, "the third step")
    told = shop.do("/control/stop", reason="Smoke")
    assert (told["mode"], told["reason"], told["running"]) == ("stopped", "Smoke", 0)
    bench_area.gate.set()
    stopped = shop.item(item)
    assert stopped["state"] == "held"
    assert "Smoke" in stopped["holds"][0]["detail"]
    assert shop.add()["state"] == "held"
    shop.do("/control/resume")
    assert shop.wait(item)["state"] == "done"
    assert bench_area.calls.count("first") == 1


def test_an_emergency_stop_ends_by_itself_when_that_was_said(shop: Workshop) -> None:
    item = shop.running()
    shop.do("/control/stop", until=soon(seconds=0.4))
    assert shop.item(item)["state"] == "held"
    bench_area.gate.set()
    assert shop.wait(item)["state"] == "done"
    assert mode(shop) == "autonomous"


def test_a_supervised_hydra_asks_before_each_write_it_would_do_by_itself(shop: Workshop) -> None:
    assert shop.do("/control/supervise")["mode"] == "supervised"
    schedule = shop.do("/schedules", operation="bench.echo", cron="0 3 * * *", id="supervised")
    item = shop.do(f"/schedules/{schedule['id']}/run")
    assert [hold["kind"] for hold in item["holds"]] == ["approval"]
    shop.do("/control/autonomous")
    assert mode(shop) == "autonomous"
    assert [hold["kind"] for hold in shop.item(item)["holds"]] == ["approval"]
    shop.do(f"/queue/{item['id']}/approve")
    assert shop.wait(item)["state"] == "done"


@pytest.mark.parametrize("body", [{}, {"tier": 77}, {"lane": "default"}])
def test_what_is_not_paused_is_not_resumed(shop: Workshop, body: dict[str, Any]) -> None:
    answer = shop.post("/control/resume", **body)
    assert answer.status_code == 409
    assert answer.json()["detail"].endswith(".")


@pytest.mark.parametrize("path", ["/control/stop", "/control/pause", "/control/supervise"])
@pytest.mark.parametrize("end", ["2020-01-01T00:00:00Z", "sometime", "tomorrow"])
def test_an_end_that_is_none_is_refused_and_changes_nothing(shop: Workshop, path: str, end: str) -> None:
    answer = shop.post(path, until=end)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["problems"]] == ["until"]
    assert mode(shop) == "autonomous"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"tier": 1, "until": "2020-01-01T00:00:00Z"}, ["until"]),
        ({"tier": "first"}, ["tier"]),
        ({"lane": ""}, ["lane"]),
        ({"tier": 1, "lane": "default"}, ["(body)"]),
        ({"teir": 1}, ["teir"]),
    ],
)
def test_a_part_that_is_none_is_refused_and_nothing_is_paused(
    shop: Workshop, body: dict[str, Any], fields: list[str]
) -> None:
    answer = shop.post("/control/pause", **body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["problems"]] == fields
    told = shop.get("/control")
    assert (told["mode"], told["pauses"]) == ("autonomous", [])


def test_a_part_paused_again_keeps_the_newer_reason_and_end(shop: Workshop) -> None:
    shop.do("/control/pause", tier=3, reason="One")
    (pause,) = shop.do("/control/pause", tier=3, reason="Two", until="2099-01-01T00:00:00Z")["pauses"]
    assert "Two" in pause["hold"]["detail"]
    assert pause["hold"]["due"].startswith("2099-01-01")


def test_each_change_is_told_in_the_journal(shop: Workshop) -> None:
    shop.do("/control/pause", tier=5)
    shop.do("/control/resume", tier=5)
    names = [one["name"] for one in shop.get("/activity", topic="control", limit=2)["events"]]
    assert names == ["control.resumed", "control.paused"]


def test_a_mode_is_chosen_with_an_end_in_words_and_says_who_chose_it(shop: Workshop) -> None:
    answer = shop.client.put("/control", json={"mode": "supervised", "until": "for 2 hours", "reason": "Guests"})
    told = answer.raise_for_status().json()
    assert (told["mode"], told["by"], told["reason"]) == ("supervised", "person:cli", "Guests")
    left = datetime.fromisoformat(told["until"]) - datetime.now(UTC)
    assert timedelta(minutes=119) < left <= timedelta(hours=2)
    wrong = shop.client.put("/control", json={"mode": "autonomous", "until": "for 2 hours"})
    assert wrong.status_code == 422
    assert mode(shop) == "supervised"


def test_supervising_after_an_emergency_stop_lets_its_work_go_on(shop: Workshop) -> None:
    item = shop.running()
    shop.do("/control/stop")
    bench_area.gate.set()
    shop.do("/control/supervise")
    assert shop.wait(item)["state"] == "done"
