"""Acting on work: each button does what it says, and where it cannot it says why in a sentence."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hydra_lab.kernel.errors import Refused
from tests.areas.queue.workshop import Item, Workshop
from tests.kernel.work import bench_area

ACTIONS: dict[str, dict[str, Any]] = {
    "cancel": {}, "pause": {}, "resume": {}, "retry": {}, "hurry": {}, "approve": {}, "reject": {},
    "priority": {"priority": "high"}, "choose": {"operation": "bench.echo"},
}  # fmt: skip


def soon(**span: float) -> str:
    """A time from now."""
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def act(shop: Workshop, item: Item, action: str, **body: Any) -> Item:
    """Do something to an item; what it is then."""
    found: Item = shop.do(f"/queue/{item['id']}/{action}", **body)
    assert found["id"] == item["id"]
    return found


def refused(shop: Workshop, item: Item, action: str, **body: Any) -> str:
    """The sentence with which an action is refused."""
    answer = shop.post(f"/queue/{item['id']}/{action}", **body)
    assert answer.status_code == 409, (action, answer.text)
    told = answer.json()
    assert told["code"] == "conflict"
    assert told["detail"].endswith(".")
    return str(told["detail"])


def kinds(item: Item) -> list[str]:
    """What an item waits for."""
    return [hold["kind"] for hold in item["holds"]]


def asking(shop: Workshop, text: str = "shed") -> Item:
    """Work that asks a person."""
    item = shop.add("bench.danger", text)
    assert kinds(item) == ["approval"]
    return item


@pytest.mark.parametrize("action", sorted(ACTIONS.keys() - {"retry"}))
def test_what_is_done_can_only_be_looked_at(shop: Workshop, action: str) -> None:
    item = shop.done()
    assert item["title"] in refused(shop, item, action, **ACTIONS[action])
    assert shop.item(item) == item


@pytest.mark.parametrize("action", sorted(ACTIONS.keys() - {"cancel"}))
def test_what_runs_can_only_be_cancelled(shop: Workshop, action: str) -> None:
    item = shop.running()
    assert item["title"] in refused(shop, item, action, **ACTIONS[action])
    assert shop.item(item)["state"] == "running"


def test_what_is_not_over_or_went_well_is_not_run_again(shop: Workshop) -> None:
    assert "is held; it cannot be retried" in refused(shop, shop.held(title="Later"), "retry")
    assert "is done; it cannot be retried" in refused(shop, shop.done(), "retry")


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_what_does_not_exist_is_not_found(shop: Workshop, action: str) -> None:
    answer = shop.post(f"/queue/0198f2c4-7d1e-7c33-8a51-000000000000/{action}", **ACTIONS[action])
    assert answer.status_code == 404
    assert answer.json()["fix"]


def test_cancelled_work_that_waited_stays_away(shop: Workshop) -> None:
    item = act(shop, shop.held(), "cancel")
    assert (item["state"], item["holds"], item["ready_at"]) == ("cancelled", [], None)
    assert item["finished_at"]
    assert "is cancelled" in refused(shop, item, "cancel")


def test_cancelled_work_that_ran_ends_and_can_be_run_again(shop: Workshop) -> None:
    item = shop.running("ends")
    assert act(shop, item, "cancel")["state"] == "cancelled"
    bench_area.gate.set()
    again = shop.wait({**item, **act(shop, item, "retry")})
    assert (again["state"], again["attempts"]) == ("done", 2)


def test_paused_work_waits_for_its_resume(shop: Workshop) -> None:
    item = shop.held()
    paused = act(shop, item, "pause")
    assert kinds(paused) == ["paused", "not_before"]
    assert "cli" in paused["holds"][0]["detail"]
    assert kinds(act(shop, item, "hurry")) == ["paused"]
    act(shop, item, "resume")
    assert shop.wait(item)["state"] == "done"


def test_a_pause_ends_by_itself_when_that_was_said(shop: Workshop) -> None:
    item = shop.held()
    act(shop, item, "pause", until=soon(seconds=0.3))
    act(shop, item, "hurry")
    assert shop.wait(item)["state"] == "done"


@pytest.mark.parametrize("until", ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00", "soon"])
def test_a_pause_with_an_end_that_is_none_is_refused(shop: Workshop, until: str) -> None:
    item = shop.held()
    answer = shop.post(f"/queue/{item['id']}/pause", until=until)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["problems"]] == ["until"]
    assert kinds(shop.item(item)) == ["not_before"]


def test_what_is_not_paused_is_not_resumed(shop: Workshop) -> None:
    assert "is not paused" in refused(shop, shop.held(), "resume")


def test_hurried_work_waits_for_no_time_but_for_all_else(shop: Workshop) -> None:
    first = shop.held()
    item = shop.held(window="overnight", depends_on=[first["id"]])
    assert kinds(act(shop, item, "hurry")) == ["dependency"]
    act(shop, first, "hurry")
    assert shop.wait(item)["state"] == "done"


def test_priority_changes_while_it_waits(shop: Workshop) -> None:
    item = shop.held()
    assert act(shop, item, "priority", priority="critical")["priority"] == "critical"
    answer = shop.post(f"/queue/{item['id']}/priority", priority="urgent")
    assert answer.status_code == 422


def test_a_yes_lets_it_run(shop: Workshop) -> None:
    item = asking(shop, "yes")
    act(shop, item, "approve", comment="Go on")
    assert shop.wait(item)["result"] == {"text": "yes"}
    assert "asks for no approval" in refused(shop, item, "approve")


def test_a_no_cancels_it_with_the_reason(shop: Workshop) -> None:
    item = act(shop, asking(shop, "no"), "reject", comment="Not today")
    assert (item["state"], item["error"]["code"]) == ("cancelled", "rejected")
    assert "Not today" in item["error"]["detail"]
    assert "no" not in bench_area.calls
    refused(shop, item, "reject")
    refused(shop, item, "approve")


def test_a_yes_is_only_to_what_was_asked(shop: Workshop) -> None:
    item = asking(shop, "one")
    changed = act(shop, item, "choose", operation="bench.danger", input={"text": "two"})
    assert kinds(changed) == ["approval"]
    act(shop, item, "approve")
    assert shop.wait(item)["result"] == {"text": "two"}


def test_no_work_is_approved_without_asking(shop: Workshop) -> None:
    assert "asks for no approval" in refused(shop, shop.held(), "approve")
    assert "asks for no approval" in refused(shop, shop.held(), "reject")


def test_another_operation_is_chosen_with_its_input(shop: Workshop) -> None:
    item = shop.held()
    chosen = act(shop, item, "choose", operation="bench.follow", input={"text": "new"})
    assert (chosen["operation"], chosen["input"], chosen["lane"]) == ("bench.follow", {"text": "new"}, "inference")
    assert kinds(chosen) == ["not_before"]


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"operation": "bench.ehco"}, 404, "bench.echo"),
        ({"operation": "bench.echo", "input": {"txt": "a"}}, 422, "txt"),
        ({"operation": "bench.direct"}, 422, "bench.direct"),
        ({}, 422, "operation"),
    ],
)
def test_a_wrong_choice_changes_nothing(shop: Workshop, body: dict[str, Any], status: int, word: str) -> None:
    item = shop.held()
    answer = shop.post(f"/queue/{item['id']}/choose", **body)
    assert answer.status_code == status
    assert word in answer.text
    assert shop.item(item) == item


def test_a_retry_keeps_the_steps_that_finished(shop: Workshop) -> None:
    bench_area.script["third"] = bench_area.failing(1, Refused("not this time"))
    item = shop.wait(shop.add("bench.steps"))
    assert item["state"] == "failed"
    act(shop, item, "retry")
    again = shop.wait(item)
    assert (again["state"], again["attempts"], again["error"]) == ("done", 2, None)
    assert bench_area.calls.count("first") == 1
    assert bench_area.calls.count("third") == 2


def test_a_retry_from_a_step_runs_it_and_all_after_it_again(shop: Workshop) -> None:
    bench_area.script["third"] = bench_area.failing(1, Refused("not this time"))
    item = shop.wait(shop.add("bench.steps"))
    first = shop.get(f"/queue/{item['id']}/steps")["steps"][0]
    act(shop, item, "retry", from_step=first["number"])
    assert shop.wait(item)["state"] == "done"
    assert bench_area.calls.count("first") == 2


def test_a_retry_from_a_step_that_is_none_says_which_there_are(shop: Workshop) -> None:
    bench_area.script["third"] = bench_area.failing(1, Refused("not this time"))
    item = shop.wait(shop.add("bench.steps"))
    answer = shop.post(f"/queue/{item['id']}/retry", from_step=99)
    assert answer.status_code == 422
    told = answer.json()
    assert "third" in told["detail"]
    assert "context." not in told["detail"], "what only keeps the time is nothing to go on from"
    assert told["fix"]
    assert shop.post(f"/queue/{item['id']}/retry", from_step=0).status_code == 422
    assert shop.item(item) == item


def test_a_retry_waits_again_for_what_is_missing(shop: Workshop) -> None:
    item = act(shop, shop.add("bench.lamp"), "cancel")
    again = act(shop, item, "retry")
    assert (again["state"], kinds(again)) == ("held", ["requirement"])


def test_each_action_is_told_in_the_journal_with_who_did_it(shop: Workshop) -> None:
    item = asking(shop)
    act(shop, item, "pause")
    act(shop, item, "resume")
    act(shop, item, "priority", priority="low")
    act(shop, item, "reject")
    told = shop.get("/activity", item=item["id"], limit=50)["events"]
    names = [one["name"] for one in reversed(told) if one["name"].startswith(("items.", "approvals."))]
    wanted = ["items.paused", "items.resumed", "items.prioritised", "approvals.rejected"]
    assert [name for name in names if name in wanted] == wanted
    assert {one["actor_name"] for one in told if one["name"] in wanted} == {"cli"}
