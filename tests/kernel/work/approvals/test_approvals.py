"""Questions to a person: what they bind, how they lapse, and that nothing gets round them."""

import pytest

from hydra_lab.kernel.errors import Conflict, Denied
from hydra_lab.kernel.policy.model import Mode
from hydra_lab.kernel.work import State
from tests.kernel.work.still import AGENT, StillHydra
from tests.lab import OWNER

DEFAULT_YES = """
rules:
  - {name: trusted, operation: bench.echo, actor: agent, then: ask, default: yes, lapse: 2h, reason: mostly harmless}
"""
DENY = "rules:\n  - {name: never, operation: bench.echo, then: deny, reason: not today}\n"


def test_what_an_agent_adds_waits_for_a_person(still: StillHydra) -> None:
    item = still.add("x", actor=AGENT)
    assert (still.release(), still.holds(item)) == ([], ["approval"])
    still.work.approve(item.id, OWNER, comment="fine")
    assert still.release() == ["x"]
    assert still.names("approvals.") == ["approvals.asked", "approvals.granted"]


def test_a_no_cancels_with_its_reason(still: StillHydra) -> None:
    item = still.add("x", actor=AGENT)
    rejected = still.work.reject(item.id, OWNER, comment="never on a Friday")
    assert rejected.error
    assert (rejected.state, rejected.error.code) == (State.CANCELLED, "rejected")
    assert "never on a Friday" in rejected.error.detail


def test_what_was_answered_cannot_be_answered_again(still: StillHydra) -> None:
    item = still.add("x", actor=AGENT)
    still.work.approve(item.id, OWNER)
    with pytest.raises(Conflict, match="asks for no approval"):
        still.work.reject(item.id, OWNER)


def test_an_answer_to_another_question_than_the_one_asked_now_is_refused(still: StillHydra) -> None:
    item = still.add("x", actor=AGENT)
    for answer in (still.work.approve, still.work.reject):
        with pytest.raises(Conflict, match="asks something else by now"):
            answer(item.id, OWNER, question="another")
    assert still.holds(item) == ["approval"]


def test_an_unanswered_question_lapses_into_a_no(still: StillHydra) -> None:
    item = still.add("x", actor=AGENT)
    still.tick(hours=71)
    assert still.item(item).state is State.HELD
    still.tick(hours=2)
    lapsed = still.item(item)
    assert lapsed.error
    assert (lapsed.state, lapsed.error.code) == (State.CANCELLED, "lapsed")


def test_policy_may_have_a_question_lapse_into_a_yes(still: StillHydra) -> None:
    still.policy(DEFAULT_YES)
    item = still.add("x", actor=AGENT)
    assert "yes by default" in still.item(item).holds[0].unblock
    still.tick(hours=2)
    assert still.release() == ["x"]


def test_a_yes_is_for_just_this_operation_with_just_this_input(still: StillHydra) -> None:
    item = still.add("x", actor=AGENT)
    still.work.approve(item.id, OWNER)
    still.work.choose(item.id, "bench.echo", {"text": "something else"}, OWNER)
    assert (still.release(), still.holds(item)) == ([], ["approval"])


def test_an_approved_item_that_is_retried_needs_no_second_yes(still: StillHydra) -> None:
    item = still.add("x", actor=AGENT)
    still.work.approve(item.id, OWNER)
    still.release()
    still.end(item, State.FAILED, Denied("no"))
    still.work.retry(item.id, OWNER)
    assert still.release() == ["x"]


def test_a_rejected_item_that_is_retried_asks_again(still: StillHydra) -> None:
    item = still.add("x", ask_first="the document says so")
    assert still.holds(item) == ["approval"]
    still.work.reject(item.id, OWNER)
    assert [hold.kind for hold in still.work.retry(item.id, AGENT).holds] == ["approval"]
    assert still.release() == []


def test_work_is_judged_again_when_it_is_released(still: StillHydra) -> None:
    item = still.add("x")
    still.policy(DENY)
    assert still.release() == []
    denied = still.item(item)
    assert denied.error
    assert (denied.state, denied.error.code, denied.error.data["rule"]) == (
        State.FAILED,
        "denied",
        "policy.yaml:1 never",
    )


def test_a_mode_that_asks_holds_work_that_was_ready(still: StillHydra) -> None:
    from hydra_lab.kernel.policy import Actor, ActorKind

    item = still.add("x", actor=Actor(kind=ActorKind.SCHEDULE, name="nightly"))
    still.set_mode(Mode.SUPERVISED)
    assert (still.release(), still.holds(item)) == ([], ["approval"])
    still.work.approve(item.id, OWNER)
    assert still.release() == ["x"]


def test_what_policy_denies_is_refused_at_the_door(still: StillHydra) -> None:
    still.policy(DENY)
    with pytest.raises(Denied, match="not today"):
        still.add("x")


def test_a_persons_confirmation_is_kept_with_the_work(still: StillHydra) -> None:
    assert still.holds(still.add("careful", "bench.danger")) == ["approval"]
    assert still.holds(still.add("sure", "bench.danger", confirmed=True)) == []
    assert still.release() == ["sure"]


def test_a_cancelled_items_question_is_withdrawn(still: StillHydra) -> None:
    item = still.add("x", actor=AGENT)
    still.work.cancel(item.id, OWNER)
    with pytest.raises(Conflict):
        still.work.approve(item.id, OWNER)


def test_a_long_wait_for_a_person_is_no_reason_to_lapse_twice(still: StillHydra) -> None:
    item = still.add("x", actor=AGENT)
    still.tick(hours=80)
    assert still.holds(still.work.retry(item.id, OWNER)) == ["approval"]
    still.tick(hours=71)
    assert still.item(item).state is State.HELD
