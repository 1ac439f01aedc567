"""The engine: steps that are kept, errors that decide what comes next, attempts that go on."""

import os
from datetime import timedelta

import pytest

from hydra_lab.kernel.errors import Busy, Cancelled, Denied, Invalid, NotConfigured, Refused, Unavailable
from hydra_lab.kernel.work.model import State
from tests.kernel.work.bench_area import LampState, calls, failing, script
from tests.kernel.work.running import RunningHydra, until
from tests.lab import OWNER


def test_an_item_runs_to_its_result(hydra: RunningHydra) -> None:
    item = hydra.wait(hydra.add(text="hi"))
    assert (item.state, item.result, item.attempts, item.error) == (State.DONE, {"text": "hi"}, 1, None)
    assert hydra.names(item) == ["items.created", "items.started", "items.done"]
    assert item.created_at <= item.started_at <= item.finished_at


def test_steps_leave_results_a_log_progress_and_files(hydra: RunningHydra) -> None:
    item = hydra.wait(hydra.add("bench.steps"))
    assert item.result == {"text": "first 2"}
    named = [step.name for step in hydra.work.steps(item.id)]
    assert named == ["first", "context.now", "context.new_id", "second", "third", "fourth"]
    assert all(step.state == "done" for step in hydra.work.steps(item.id))
    assert [file.name for file in item.artifacts] == ["note.txt"]
    assert hydra.log(item) == [
        "first: start",
        "second: start",
        "between second and third",
        "third: start",
        "fourth: start",
    ]
    assert hydra.effects(item) == [2, 4]


def test_the_time_can_be_asked_for_in_the_middle_of_a_transaction(hydra: RunningHydra) -> None:
    assert hydra.wait(hydra.add("bench.within")).result == {"text": "written"}


def test_a_failed_step_is_tried_again_and_finished_ones_are_not(hydra: RunningHydra) -> None:
    script["third"] = failing(2, Unavailable("gone"))
    item = hydra.wait(hydra.add("bench.steps"))
    assert (item.state, item.attempts) == (State.DONE, 3)
    assert [calls.count(name) for name in ("first", "effect 2", "third", "effect 4", "end")] == [1, 1, 3, 1, 1]
    assert hydra.effects(item) == [2, 4]


def test_recorded_time_and_ids_are_the_same_in_every_attempt(hydra: RunningHydra) -> None:
    script["effect 4"] = failing(1, Unavailable("gone"))
    script["end"] = failing(1, Unavailable("gone"))
    item = hydra.wait(hydra.add("bench.steps"))
    seen = [call for call in calls if call.startswith("20")]
    assert (item.attempts, len(seen), len(set(seen))) == (3, 3, 1)


def test_a_failing_transaction_leaves_nothing_and_is_done_once(hydra: RunningHydra) -> None:
    script["effect 2"] = failing(2, Unavailable("gone"))
    item = hydra.wait(hydra.add("bench.steps"))
    assert calls.count("effect 2") == 3
    assert hydra.effects(item) == [2, 4]


def test_a_forgiven_error_is_the_same_error_in_the_next_attempt(hydra: RunningHydra) -> None:
    script["refused"] = failing(1, Refused("no, thanks"))
    script["last"] = failing(2, Unavailable("gone"))
    item = hydra.wait(hydra.add("bench.forgiving"))
    assert item.result == {"text": "forgiven"}
    assert calls.count("refused") == 1
    assert calls.count("forgave no, thanks") == 3
    assert (calls.count("kept"), calls.count("last")) == (1, 3)


def test_a_step_may_hold_several_transactions_and_a_file_in_one(hydra: RunningHydra) -> None:
    script["after both"] = failing(2, Unavailable("gone"))
    item = hydra.wait(hydra.add("bench.nested"))
    assert (item.state, item.result) == (State.DONE, {"text": "[1, 2]"})
    assert hydra.effects(item) == [1, 2]
    assert [file.name for file in item.artifacts] == ["two.txt"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("no"), "refused"),
        (Denied("no"), "denied"),
        (ValueError("odd"), "unforeseen"),
        (KeyError("k"), "unforeseen"),
    ],
)
def test_what_no_try_can_mend_fails_at_once_with_its_cause(hydra: RunningHydra, error: Exception, code: str) -> None:
    script["third"] = failing(9, error)
    item = hydra.wait(hydra.add("bench.steps"))
    assert item.error
    assert (item.state, item.attempts, item.error.code) == (State.FAILED, 1, code)
    assert hydra.work.steps(item.id)[-1].state == "failed"


def test_tries_that_are_used_up_fail_the_item(hydra: RunningHydra) -> None:
    script["doomed"] = failing(9, Unavailable("gone", fix="plug it in"))
    item = hydra.wait(hydra.add(text="doomed"))
    assert item.error
    assert (item.state, item.attempts, item.error.fix) == (State.FAILED, 3, "plug it in")
    assert item.error.detail == "gone It was tried 3 times."
    assert hydra.names(item).count("items.held") == 2


def test_a_try_waits_as_long_as_the_system_asked(hydra: RunningHydra) -> None:
    script["busy"] = failing(1, Busy("later", retry_after_s=1.5))
    item = hydra.wait(hydra.add(text="busy"), State.HELD)
    [hold] = item.holds
    assert hold.kind == "retry"
    assert hold.due
    assert timedelta(seconds=1.2) < hold.due - hold.since < timedelta(seconds=1.8)
    assert hydra.wait(item).state is State.DONE


def test_work_wakes_when_what_it_needs_is_configured(hydra: RunningHydra) -> None:
    item = hydra.add("bench.lamp", text="light")
    [hold] = item.holds
    assert (item.state, hold.kind, hold.ref) == (State.HELD, "requirement", "lamp")
    assert "a lamp" in hold.detail
    hydra.configure_lamp()
    assert hydra.wait(item).state is State.DONE


def test_an_outage_uses_up_no_try_and_wakes_when_the_system_answers(hydra: RunningHydra) -> None:
    hydra.configure_lamp()
    outages = [1, 2, 3]  # one more than there are tries

    def go_dark() -> None:
        if outages:
            outages.pop()
            LampState.answers = False
            raise Unavailable("gone")

    script["dark"] = go_dark
    item = hydra.add("bench.lamp", text="dark")
    for number in (1, 2, 3):
        until(lambda number=number: hydra.names(item).count("items.held") == number, "an outage")  # type: ignore[misc]
        held = hydra.item(item)
        assert [hold.kind for hold in held.holds] == ["requirement"]
        assert held.error
        assert held.error.detail == "gone"
        LampState.answers = True
        hydra.services.integrations.probe("lamp")
    done = hydra.wait(item)
    assert (done.state, done.attempts, calls.count("dark")) == (State.DONE, 4, 4)


def test_a_failure_of_a_system_that_answers_uses_up_a_try(hydra: RunningHydra) -> None:
    hydra.configure_lamp()
    script["flicker"] = failing(9, Unavailable("gone"))
    item = hydra.wait(hydra.add("bench.lamp", text="flicker"))
    assert (item.state, item.attempts) == (State.FAILED, 2)


def test_work_that_turns_out_to_need_something_waits_for_it(hydra: RunningHydra) -> None:
    script["missing"] = failing(1, NotConfigured("no desk", requirement="desk"))
    item = hydra.wait(hydra.add(text="missing"), State.HELD)
    assert [(hold.kind, hold.ref) for hold in item.holds] == [("requirement", "desk")]


def test_a_body_may_cancel_itself(hydra: RunningHydra) -> None:
    script["enough"] = failing(1, Cancelled("enough"))
    assert hydra.wait(hydra.add(text="enough")).state is State.CANCELLED


def test_a_retry_goes_on_after_the_last_finished_step(hydra: RunningHydra) -> None:
    script["third"] = failing(1, Refused("no"))
    item = hydra.wait(hydra.add("bench.steps"))
    again = hydra.wait(hydra.work.retry(item.id, OWNER))
    assert (item.state, again.state, again.attempts) == (State.FAILED, State.DONE, 2)
    assert [calls.count(name) for name in ("first", "effect 2", "third")] == [1, 1, 2]


def test_a_retry_may_begin_at_a_chosen_step(hydra: RunningHydra) -> None:
    script["third"] = failing(1, Refused("no"))
    script["end"] = failing(1, Unavailable("gone"))
    item = hydra.wait(hydra.add("bench.steps"))
    second = next(step.number for step in hydra.work.steps(item.id) if step.name == "second")
    again = hydra.wait(hydra.work.retry(item.id, OWNER, from_step=second))
    assert (again.state, again.attempts) == (State.DONE, 3)
    assert [calls.count(name) for name in ("first", "effect 2", "third", "effect 4")] == [1, 2, 2, 1]
    assert hydra.effects(item) == [2, 2, 4]


def test_a_retry_from_a_step_that_is_none_is_refused(hydra: RunningHydra) -> None:
    script["third"] = failing(1, Refused("no"))
    item = hydra.wait(hydra.add("bench.steps"))
    with pytest.raises(Invalid, match="not one of its steps"):
        hydra.work.retry(item.id, OWNER, from_step=99)


def test_a_cpu_heavy_step_runs_in_a_process_of_its_own(hydra: RunningHydra) -> None:
    item = hydra.wait(hydra.add("bench.burn"))
    assert item.result["text"].isdigit()
    assert item.result["text"] != str(os.getpid())


def test_an_error_in_a_child_process_is_the_same_error_here(hydra: RunningHydra) -> None:
    item = hydra.wait(hydra.add("bench.burn", text="refused"))
    assert item.error
    assert (item.error.code, item.error.fix) == ("refused", "ask nicely")


def test_a_child_process_that_dies_fails_the_item_and_says_so(hydra: RunningHydra) -> None:
    item = hydra.wait(hydra.add("bench.burn", text="die"))
    assert item.error
    assert (item.state, item.error.code) == (State.FAILED, "unavailable")
    assert "died (exit 9)" in item.error.detail


def test_work_may_queue_more_work(hydra: RunningHydra) -> None:
    item = hydra.wait(hydra.add("bench.follow", text="next"))
    assert hydra.wait(hydra.work.get(item.result["text"])).result == {"text": "next"}


def test_a_read_can_be_queued_too(hydra: RunningHydra) -> None:
    assert hydra.wait(hydra.add("bench.look", text="seen")).result == {"text": "seen"}
