"""The inbox: what waits for a person, each thing with all it takes to decide, and what was decided."""

from typing import Any

import pytest

from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.work import HoldKind, NewItem
from hydra_lab.kernel.work.model import NewHold
from tests.areas.queue.workshop import Item, Workshop

BACKLOG = Actor(kind=ActorKind.BACKLOG, name="home", scopes=frozenset({"write"}))


def unplanned(shop: Workshop, title: str, *suggestions: str) -> Item:
    """Work of which nobody knows which operation does it."""
    hold = NewHold(
        kind=HoldKind.PLAN, detail="Nobody knows yet which operation does this.", unblock="Choose an operation.",
        data={"suggestions": list(suggestions)} if suggestions else {},
    )  # fmt: skip
    [(item, _)] = shop.services.work.add_all([NewItem(actor=BACKLOG, operation=None, title=title, holds=(hold,))])
    return {"id": item.id, "title": item.title}


def inbox(shop: Workshop, **query: Any) -> dict[str, Any]:
    """What waits for a person."""
    told: dict[str, Any] = shop.get("/inbox", **query)
    assert told.keys() == {"approvals", "missing", "unplanned", "counts", "total"}
    assert told["total"] == sum(told["counts"].values())
    assert told["counts"] == shop.get("/inbox/count")
    return told


def test_an_empty_inbox_is_empty(shop: Workshop) -> None:
    shop.held()
    nothing = {"approvals": 0, "missing": 0, "unplanned": 0}
    assert inbox(shop) == {"approvals": [], "missing": [], "unplanned": [], "counts": nothing, "total": 0}


def test_an_approval_tells_what_is_asked_and_what_happens_without_an_answer(shop: Workshop) -> None:
    item = shop.add("bench.danger", "shed")
    (asked,) = inbox(shop)["approvals"]
    assert asked["item"] == shop.item(item)
    assert asked["rule"]
    assert asked["reason"]
    assert asked["asked_at"] < asked["lapses_at"]
    assert (asked["without_answer"], asked["answer"], asked["decided_at"]) == ("no", None, None)


@pytest.mark.parametrize(("action", "answer"), [("approve", "yes"), ("reject", "no")])
def test_what_was_answered_leaves_the_inbox_and_is_kept(shop: Workshop, action: str, answer: str) -> None:
    item = shop.add("bench.danger", "shed")
    shop.do(f"/queue/{item['id']}/{action}", comment="My word")
    assert inbox(shop)["approvals"] == []
    newest = shop.get("/inbox/decided", limit=1)["approvals"][0]
    assert newest["item"]["id"] == item["id"]
    assert (newest["answer"], newest["decided_by"], newest["comment"]) == (answer, "cli", "My word")
    assert newest["decided_at"]


def test_what_was_cancelled_asks_no_more(shop: Workshop) -> None:
    item = shop.add("bench.danger", "shed")
    shop.do(f"/queue/{item['id']}/cancel")
    assert inbox(shop)["total"] == 0
    newest = shop.get("/inbox/decided", limit=1)["approvals"][0]
    assert (newest["item"]["id"], newest["item"]["state"]) == (item["id"], "cancelled")


def test_work_that_waits_for_one_credential_stands_under_it_together(shop: Workshop) -> None:
    items = [shop.add("bench.lamp", text) for text in ("one", "two", "three")]
    told = inbox(shop)
    (missing,) = told["missing"]
    assert (missing["integration"], missing["title"]) == ("lamp", "Lamp")
    assert {item["id"] for item in missing["items"]} == {item["id"] for item in items}
    assert missing["detail"] == items[0]["holds"][0]["detail"]
    assert missing["unblock"]
    assert missing["since"] == items[0]["holds"][0]["since"]
    assert (missing["waiting"], told["total"]) == (3, 1)


def test_a_short_list_shows_who_has_waited_longest_for_each_thing(shop: Workshop) -> None:
    items = [shop.add("bench.lamp", text) for text in ("one", "two", "three")]
    other = NewHold(kind=HoldKind.REQUIREMENT, detail="Waits for a bell.", unblock="Hang a bell.", ref="bell")
    plan = NewHold(kind=HoldKind.PLAN, detail="Nobody knows.", unblock="Choose an operation.")
    later = [NewItem(actor=BACKLOG, operation=None, title=f"Ring {n}", holds=(plan, other)) for n in range(5)]
    shop.services.work.add_all(later)
    lamp, bell = inbox(shop, limit=2)["missing"]
    assert ([item["id"] for item in lamp["items"]], lamp["waiting"]) == ([item["id"] for item in items[:2]], 3)
    assert (bell["integration"], bell["title"], len(bell["items"]), bell["waiting"]) == ("bell", "bell", 2, 5)


def test_the_total_counts_what_a_short_list_leaves_out(shop: Workshop) -> None:
    for number in range(3):
        shop.add("bench.danger", f"shed {number}")
        unplanned(shop, f"Fix fence {number}")
    told = inbox(shop, limit=1)
    assert (len(told["approvals"]), len(told["unplanned"])) == (1, 1)
    assert (told["counts"], told["total"]) == ({"approvals": 3, "missing": 0, "unplanned": 3}, 6)


def test_once_it_is_configured_nobody_waits_for_it(shop: Workshop) -> None:
    item = shop.add("bench.lamp", "light")
    shop.lamp(configured=True)
    assert shop.wait(item)["result"] == {"text": "light"}
    assert inbox(shop)["missing"] == []
    shop.lamp(configured=False)
    assert [hold["kind"] for hold in shop.add("bench.lamp")["holds"]] == ["requirement"]


def test_work_without_an_operation_comes_with_what_might_do_it(shop: Workshop) -> None:
    plain, hinted = unplanned(shop, "Fix the fence"), unplanned(shop, "Say hello", "bench.echo", "bench.steps")
    told = inbox(shop)
    found = {one["item"]["id"]: one for one in told["unplanned"]}
    assert found.keys() == {plain["id"], hinted["id"]}
    assert found[plain["id"]]["suggestions"] == []
    assert found[hinted["id"]]["suggestions"] == ["bench.echo", "bench.steps"]
    assert found[hinted["id"]]["item"]["operation"] is None
    assert told["total"] == 2


def test_what_is_chosen_leaves_the_inbox_and_runs(shop: Workshop) -> None:
    item = unplanned(shop, "Say hello", "bench.echo")
    shop.do(f"/queue/{item['id']}/choose", operation="bench.echo", input={"text": "hello"})
    assert shop.wait(item)["result"] == {"text": "hello"}
    assert inbox(shop)["total"] == 0


def test_work_that_waits_for_two_things_stands_under_both(shop: Workshop) -> None:
    shop.do("/control/supervise")
    schedule = shop.do("/schedules", operation="bench.lamp", cron="0 3 * * *", id="both")
    item = shop.do(f"/schedules/{schedule['id']}/run")
    told = inbox(shop)
    assert [one["item"]["id"] for one in told["approvals"]] == [item["id"]]
    assert [one["items"][0]["id"] for one in told["missing"]] == [item["id"]]
    assert told["total"] == 2


def test_a_short_list_still_tells_how_much_there_is(shop: Workshop) -> None:
    for number in range(4):
        unplanned(shop, f"Plan {number}")
    told = inbox(shop, limit=2)
    assert (len(told["unplanned"]), told["total"]) == (2, 4)


@pytest.mark.parametrize("limit", [0, 501, "all"])
@pytest.mark.parametrize("path", ["/inbox", "/inbox/decided"])
def test_a_limit_that_is_none_is_refused(shop: Workshop, path: str, limit: Any) -> None:
    answer = shop.client.get(path, params={"limit": limit})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["problems"]] == ["limit"]
