"""Work that shows what it would do before a person says yes: what they saw is what is done."""

from typing import Any

from hydra_lab.kernel.policy.preview import Part, Preview
from hydra_lab.kernel.work import Item, State
from hydra_lab.kernel.work.approvals import store as approvals
from hydra_lab.kernel.work.approvals.store import Approval
from tests.kernel.work import bench_area
from tests.kernel.work.running import RunningHydra
from tests.lab import OWNER


def asked(hydra: RunningHydra, item: Item) -> Approval:
    """What work asks, once it waits for the answer."""
    hydra.wait(item, State.HELD)
    with hydra.services.database.read() as connection:
        found = approvals.open_for(connection, item.id)
    assert found
    return found


def lines(one: Approval) -> list[Any]:
    """The names in the first list of what was shown."""
    assert one.preview
    return [name for name, _ in one.preview["parts"][0]["lines"]]


def clearing(hydra: RunningHydra, *things: str, **options: Any) -> Item:
    """Work that clears a shelf of these things."""
    bench_area.shelf[:] = things
    return hydra.add("bench.clear", **options)


def test_a_person_sees_what_would_be_done_and_a_yes_has_just_that_done(hydra: RunningHydra) -> None:
    item = clearing(hydra, "cup", "jar")
    assert lines(asked(hydra, item)) == ["cup", "jar"]
    assert bench_area.calls == []
    hydra.work.approve(item.id, OWNER)
    assert hydra.wait(item).result == {"text": "cup, jar"}


def test_what_changed_since_it_was_shown_is_asked_again(hydra: RunningHydra) -> None:
    item = clearing(hydra, "cup")
    first = asked(hydra, item)
    bench_area.shelf[:] = ["cup", "vase"]
    hydra.work.approve(item.id, OWNER, question=first.id)
    second = asked(hydra, item)
    assert (second.id != first.id, lines(second), bench_area.calls) == (True, ["cup", "vase"], [])
    hydra.work.approve(item.id, OWNER)
    assert hydra.wait(item).result == {"text": "cup, vase"}


def test_who_confirms_the_call_has_not_seen_what_it_shows(hydra: RunningHydra) -> None:
    item = clearing(hydra, "cup", confirmed=True)
    assert asked(hydra, item).rule == "built-in:danger"
    hydra.work.reject(item.id, OWNER)
    assert bench_area.calls == []
    hydra.work.retry(item.id, OWNER)
    assert lines(asked(hydra, item)) == ["cup"]


def test_what_policy_allows_is_done_without_asking_but_a_floor_asks_all_the_same(hydra: RunningHydra) -> None:
    rule = "rules:\n  - {name: shelves, operation: bench.clear, then: allow, reason: they are mine}\n"
    policy = hydra.services.policy
    before = policy.standing()
    with hydra.services.database.begin() as connection:
        policy.write(connection, rule, OWNER)
    try:
        assert hydra.wait(clearing(hydra, "cup")).result == {"text": "cup"}
        item = clearing(hydra, "files", input={"text": "data"})
        assert asked(hydra, item).rule == "floor:deletes data"
    finally:
        with hydra.services.database.begin() as connection:
            policy.write(connection, before, OWNER)


def test_a_preview_is_known_by_all_it_shows() -> None:
    shown = Preview(summary="2 go", parts=(Part(title="Go", lines=(("a", "old"), ("b", "old"))),))
    assert shown.digest == Preview(summary="2 go", parts=(Part(title="Go", lines=(("a", "old"), ("b", "old"))),)).digest
    assert shown.digest != Preview(summary="2 go", parts=(Part(title="Go", lines=(("a", "old"), ("c", "old"))),)).digest
