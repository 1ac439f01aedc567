"""Looking at work: why it waits, its steps, what it said, and following it to its end."""

from typing import Any

import pytest

from hydra_lab.kernel.errors import Refused
from tests.areas.queue.workshop import Item, Workshop, frames
from tests.kernel.work import bench_area
from tests.kernel.work.running import until

WHY = {"state", "holds", "rule", "position", "ahead", "expected_start"}
NOWHERE = "0198f2c4-7d1e-7c33-8a51-000000000000"


def why(shop: Workshop, item: Item) -> dict[str, Any]:
    """What an item says of its place."""
    told: dict[str, Any] = shop.get(f"/queue/{item['id']}/why")
    assert told.keys() == WHY
    assert told["rule"]
    return told


def test_held_work_tells_its_holds_and_when_time_alone_will_release_it(shop: Workshop) -> None:
    item = shop.held()
    told = why(shop, item)
    assert (told["state"], told["position"], told["ahead"]) == ("held", None, [])
    assert told["holds"] == item["holds"]
    assert told["holds"][0]["unblock"] in told["rule"]
    assert told["expected_start"].startswith("2099-01-01T00:00:00")


def test_work_held_for_several_reasons_waits_for_the_last(shop: Workshop) -> None:
    told = why(shop, shop.held(operation="bench.danger", depends_on=[shop.held()["id"]]))
    assert [hold["kind"] for hold in told["holds"]] == ["approval", "dependency", "not_before"]
    assert told["rule"].startswith("3 things hold it")
    assert told["expected_start"] is None


def test_ready_work_tells_its_place_and_who_is_ahead(shop: Workshop) -> None:
    slots = shop.get("/queue/stats")["lanes"]["inference"]["slots"]
    for number in range(slots):
        item = shop.add("bench.wait", f"fills {number}", lane="inference")
        shop.wait(item, "running")
    first = shop.add(lane="inference", title="first")
    second = shop.add(lane="inference", title="second")
    urgent = shop.add(lane="inference", title="urgent", priority="critical")
    told = why(shop, second)
    assert (told["state"], told["holds"], told["position"]) == ("queued", [], 3)
    assert told["ahead"] == [{"id": one["id"], "title": one["title"]} for one in (urgent, first)]
    assert "inference" in told["rule"]
    assert why(shop, urgent)["position"] == 1
    bench_area.gate.set()
    shop.wait(second)


def test_running_and_finished_work_says_so(shop: Workshop) -> None:
    running = shop.running()
    told = why(shop, running)
    assert (told["state"], told["rule"], told["expected_start"]) == ("running", "It runs now.", running["started_at"])
    bench_area.gate.set()
    told = why(shop, shop.wait(running))
    assert (told["state"], told["rule"], told["holds"]) == ("done", "It is done.", [])


def test_steps_are_those_of_the_work_alone(shop: Workshop) -> None:
    steps = shop.get(f"/queue/{shop.done('bench.steps')['id']}/steps")["steps"]
    assert [step["name"] for step in steps] == ["first", "second", "third", "fourth"]
    assert [step["state"] for step in steps] == ["done"] * 4
    assert steps[0]["output"]["name"] == "first"
    assert sorted({step["number"] for step in steps}) == [step["number"] for step in steps]
    assert all(step["started_at"] <= step["finished_at"] for step in steps)


def test_a_failed_step_tells_its_error(shop: Workshop) -> None:
    bench_area.script["third"] = bench_area.failing(9, Refused("the third was refused"))
    item = shop.wait(shop.add("bench.steps"))
    last = shop.get(f"/queue/{item['id']}/steps")["steps"][-1]
    assert (last["name"], last["state"], last["output"]) == ("third", "failed", None)
    assert "the third was refused" in last["error"]
    assert item["error"]["detail"] == "the third was refused"


def test_work_that_never_ran_has_no_steps_and_said_nothing(shop: Workshop) -> None:
    id = shop.held()["id"]
    assert shop.get(f"/queue/{id}/steps") == {"steps": []}
    assert shop.get(f"/queue/{id}/log") == {"lines": [], "last": 0}


def test_a_log_goes_on_after_a_line(shop: Workshop) -> None:
    id = shop.done("bench.steps")["id"]
    whole = shop.get(f"/queue/{id}/log")
    texts = [line["text"] for line in whole["lines"]]
    assert texts.index("second: start") < texts.index("between second and third") < texts.index("third: start")
    assert whole["lines"][0].keys() == {"id", "attempt", "at", "level", "text"}
    assert whole["last"] == whole["lines"][-1]["id"]
    read: list[str] = []
    after = 0
    while (part := shop.get(f"/queue/{id}/log", after=after, limit=2))["lines"]:
        read += [line["text"] for line in part["lines"]]
        after = part["last"]
    assert read == texts
    assert shop.get(f"/queue/{id}/log", after=whole["last"]) == {"lines": [], "last": whole["last"]}


def test_a_follower_hears_everything_up_to_the_end(shop: Workshop) -> None:
    item = shop.running("followed")
    said: list[str] = []
    states: list[str] = []

    def heard(event: str, data: Any) -> None:
        (said if event == "log" else states).append(data["text" if event == "log" else "state"])
        if states == ["running"]:
            bench_area.gate.set()

    frames(shop.client, f"/queue/{item['id']}/follow", heard)
    assert states == ["running", "done"]
    steps = shop.add("bench.steps")
    frames(shop.client, f"/queue/{steps['id']}/follow", heard)
    assert said == [line["text"] for line in shop.get(f"/queue/{steps['id']}/log")["lines"]]
    assert states[-1] == "done"


@pytest.mark.parametrize("how", ["after", "Last-Event-ID"])
def test_a_follower_that_comes_back_hears_no_line_twice(shop: Workshop, how: str) -> None:
    id = shop.done("bench.steps")["id"]
    lines = shop.get(f"/queue/{id}/log")["lines"]
    known = str(lines[2]["id"])
    heard: list[tuple[str, Any]] = []
    frames(
        shop.client, f"/queue/{id}/follow", lambda event, data: heard.append((event, data)),
        **({"params": {how: known}} if how == "after" else {"headers": {how: known}}),
    )  # fmt: skip
    assert [data["id"] for event, data in heard if event == "log"] == [line["id"] for line in lines[3:]]
    assert heard[-1][0] == "item"


def test_a_follower_of_held_work_hears_why_and_then_more(shop: Workshop) -> None:
    item = shop.held()
    heard: list[Item] = []

    def take(event: str, data: Any) -> None:
        if event == "item":
            heard.append(data)
            if len(heard) == 1:
                shop.do(f"/queue/{item['id']}/hurry")

    frames(shop.client, f"/queue/{item['id']}/follow", take)
    assert (heard[0]["state"], heard[0]["holds"][0]["kind"], heard[-1]["state"]) == ("held", "not_before", "done")


@pytest.mark.parametrize("part", ["", "/why", "/steps", "/log", "/follow", "/artifacts/note.txt"])
@pytest.mark.parametrize("id", [NOWHERE, "nobody", "ffffff", "%2e%2e", "a%00b", "%25"])
def test_what_does_not_exist_is_not_found(shop: Workshop, part: str, id: str) -> None:
    answer = shop.client.get(f"/queue/{id}{part}")
    assert answer.status_code in ((404, 422) if id == "a%00b" else (404,))
    assert answer.json()["detail"]


def test_an_item_is_meant_by_the_end_of_its_id(shop: Workshop) -> None:
    item = shop.done("bench.steps")
    short = item["id"][-8:]
    assert shop.get(f"/queue/{short}") == item
    assert shop.get(f"/queue/{short.upper()}") == item
    assert shop.get(f"/queue/{item['id'][-6:]}/why")["state"] == "done"
    for part in ("steps", "log"):
        assert shop.get(f"/queue/{short}/{part}") == shop.get(f"/queue/{item['id']}/{part}")
    assert shop.client.get(f"/queue/{short}/artifacts/note.txt").text == "first 2"
    held = shop.held()
    assert shop.do(f"/queue/{held['id'][-8:]}/cancel")["id"] == held["id"]
    assert shop.client.get(f"/queue/{item['id'][-5:]}").status_code == 404


def test_an_id_that_is_none_is_told_with_what_was_meant_perhaps(shop: Workshop) -> None:
    item = shop.held(title="Sweep the attic")
    for typed in ("0000" + item["id"][-4:], "the attic"):
        answer = shop.client.get(f"/queue/{typed}")
        assert answer.status_code == 404
        assert item["id"] in answer.json()["near"]
        assert "Sweep the attic" in answer.json()["fix"]


def test_part_of_an_id_says_what_to_wait_for_and_whose_story_to_tell(shop: Workshop) -> None:
    first = shop.held()
    second = shop.held(depends_on=[first["id"][-8:]])
    assert second["depends_on"] == [first["id"]]
    answer = shop.post("/queue", operation="bench.echo", input={"text": "x"}, depends_on=["0000" + first["id"][-4:]])
    assert (answer.status_code, answer.json()["near"]) == (404, [first["id"]])
    assert {event["item"] for event in shop.get("/activity", item=second["id"][-8:])["events"]} == {second["id"]}


def test_a_part_that_several_ids_have_is_refused_and_they_are_named(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = iter(f"0198f2c4-7d1e-7c33-8a51-00{n}0abcdef12" for n in (1, 2))
    monkeypatch.setattr(shop.services.ids, "new", lambda _now: next(ids))
    one, other = shop.held(title="This one"), shop.held(title="That one")
    for part in ("abcdef12", "0198f2c4"):
        answer = shop.client.get(f"/queue/{part}")
        assert answer.status_code == 422
        for item in (one, other):
            assert item["id"] in answer.json()["detail"]
            assert item["title"] in answer.json()["detail"]
    assert shop.get("/queue/0198f2c4-7d1e-7c33-8a51-002")["title"] == "That one"
    assert shop.get("/queue/10abcdef12")["title"] == "This one"


def test_progress_is_shown_only_while_it_runs(shop: Workshop) -> None:
    def hold() -> None:
        until(bench_area.gate.is_set, "the gate")

    bench_area.script["third"] = hold
    item = shop.add("bench.steps")
    until(lambda: (shop.item(item)["progress"] or {}).get("fraction") == 0.5, "half of it to be done")
    assert shop.item(item)["progress"] == {"fraction": 0.5, "message": "half way"}
    bench_area.gate.set()
    assert shop.wait(item)["progress"] is None
