"""Adding work: keys, batches, the door, and why it waits."""

import threading
from datetime import timedelta

import pytest

from hydra_lab.kernel.errors import Invalid, NotFound
from hydra_lab.kernel.work import NewItem, Priority, State
from tests.kernel.work.still import StillHydra
from tests.lab import OWNER


def test_a_repeated_key_gives_the_item_that_has_it(still: StillHydra) -> None:
    first = still.add("x", key="once")
    [(second, created)] = still.work.add_all([still.new("y", key="once")])
    assert (second.id, second.title, created) == (first.id, "x", False)


def test_a_key_repeated_within_a_batch_is_one_item(still: StillHydra) -> None:
    added = still.work.add_all([still.new("x", key="k"), still.new("y", key="k"), still.new("z")])
    assert [created for _, created in added] == [True, False, True]
    assert still.work.page()[1] == 2


def test_the_same_key_from_many_at_once_is_one_item(still: StillHydra) -> None:
    found: list[str] = []

    def add() -> None:
        found.append(still.add("x", key="raced").id)

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_batch_is_added_whole_or_not_at_all(still: StillHydra) -> None:
    batch = [still.new("fine"), still.new("wrong", input={"txet": 1}), still.new("fine too")]
    with pytest.raises(Invalid) as caught:
        still.work.add_all(batch)
    assert caught.value.detail.startswith("Item 2 of 3: ")
    assert (still.work.page()[1], still.names("items.")) == (0, [])


def test_a_batch_of_a_thousand_is_added_in_one_transaction(still: StillHydra) -> None:
    added = still.work.add_all([still.new(f"{number}") for number in range(1000)])
    assert [item.title for item, _ in added[:3]] == ["0", "1", "2"]
    assert still.work.page(limit=1)[1] == 1000
    assert len({event.at for event in still.events("items.created")}) == 1


def test_wrong_fields_are_all_told_at_once(still: StillHydra) -> None:
    with pytest.raises(Invalid) as caught:
        still.add("x", input={"text": 5, "colour": "red"})
    assert sorted(problem["field"] for problem in caught.value.problems) == ["input.colour", "input.text"]


def test_an_operation_that_does_not_exist_is_refused(still: StillHydra) -> None:
    with pytest.raises(NotFound, match=r"bench\.ecko"):
        still.add("x", "bench.ecko")


def test_an_operation_that_answers_at_once_cannot_be_queued(still: StillHydra) -> None:
    with pytest.raises(Invalid, match="cannot be queued"):
        still.add("x", "bench.direct", input={})


def test_work_reported_as_complete_is_done_and_never_runs(still: StillHydra) -> None:
    item = still.add("done long ago", None, input={}, finished={"source": "document", "line": 12})
    assert (item.state, item.result, item.attempts) == (State.DONE, {"source": "document", "line": 12}, 0)
    assert still.release() == []


def test_why_tells_the_holds_of_held_work(still: StillHydra) -> None:
    why = still.work.why(still.add("x", window="overnight").id)
    assert (why.state, [hold.kind for hold in why.holds], why.position) == (State.HELD, ["window"], None)
    assert why.expected_start == still.clock.now() + timedelta(hours=10)


def test_why_tells_rule_place_and_who_is_ahead(still: StillHydra) -> None:
    still.add("urgent", priority=Priority.CRITICAL)
    still.add("first")
    why = still.work.why(still.add("second").id)
    assert (why.position, [one.title for one in why.ahead]) == (3, ["urgent", "first"])
    assert why.rule == "Number 3 in lane default: medium priority, then the oldest first."


def test_why_says_that_no_running_node_serves_a_lane(still: StillHydra) -> None:
    ready, later = still.add("ready", lane="gpu:attic:0"), still.add("later", lane="gpu:attic:0", window="overnight")
    told = [still.work.why(one.id) for one in (ready, later, still.add("here"))]
    said = ["No running node serves lane gpu:attic:0" in why.rule for why in told]
    if still.services.database.is_sqlite:  # its one process runs every lane
        assert said == [False, False, False]
        return
    assert said == [True, True, False]
    assert [why.expected_start for why in told[:2]] == [None, None]
    assert "`hydra worker --lanes gpu:attic:0`" in told[0].rule


def test_why_does_not_guess_a_start_nobody_can_know(still: StillHydra) -> None:
    still.add("first")
    assert still.work.why(still.add("second").id).expected_start is None


def test_why_expects_a_start_by_what_such_work_took_before(still: StillHydra) -> None:
    for _ in range(3):
        still.add("before")
        still.release()
        still.clock.pass_(minutes=10)
        still.end(still.started[-1].item)
    still.add("running")
    still.release()
    still.clock.pass_(minutes=4)
    ahead, last = still.add("ahead"), still.add("last")
    now = still.clock.now()
    assert still.work.why(ahead.id).expected_start == now + timedelta(minutes=6)
    assert still.work.why(last.id).expected_start == now + timedelta(minutes=16)


def test_pages_follow_each_other_newest_first(still: StillHydra) -> None:
    still.work.add_all([still.new(f"{number}") for number in range(7)])
    seen: list[str] = []
    cursor = None
    while True:
        items, total, cursor = still.work.page(limit=3, cursor=cursor)
        seen += [item.title for item in items]
        assert total == 7
        if cursor is None:
            break
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_an_id_that_does_not_exist_is_not_found(still: StillHydra) -> None:
    with pytest.raises(NotFound):
        still.work.get("nowhere")
    with pytest.raises(NotFound):
        still.work.cancel("nowhere", OWNER)


def test_a_deep_chain_of_dependencies_is_added_quickly(still: StillHydra) -> None:
    chain = [NewItem(actor=OWNER, operation="bench.echo", key="0")]
    chain += [
        NewItem(actor=OWNER, operation="bench.echo", key=str(number), depends_on=(str(number - 1),))
        for number in range(1, 500)
    ]
    assert len(still.work.add_all(chain)) == 500
