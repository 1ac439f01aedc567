"""How sure a model is: its own number, counted over every time it was asked."""

import pytest

from hydra_lab.areas.backlog.classifying.model import Pick, agreeing, pause_after, scores


def pick(operation: str, confidence: float) -> Pick:
    """One answer."""
    return Pick(operation=operation, confidence=confidence)


def test_a_model_that_disagrees_with_itself_is_less_sure() -> None:
    assert scores([pick("a.run", 0.9)] * 3) == pytest.approx({"a.run": 0.9})
    told = scores([pick("a.run", 0.9), pick("b.run", 1.0), pick("a.run", 0.9)])
    assert list(told) == ["a.run", "b.run"]
    assert told == pytest.approx({"a.run": 0.6, "b.run": 1 / 3})


def test_an_answer_that_is_none_counts_against_the_others() -> None:
    assert scores([pick("a.run", 0.9), None, pick("none", 1.0)]) == pytest.approx({"a.run": 0.3})
    assert scores([pick("none", 1.0)]) == {}


def test_inputs_agree_where_all_but_free_text_is_the_same() -> None:
    fields = {"action": {"enum": ["backup", "check"], "type": "string"}, "why": {"type": "string"},
              "keep": {"type": "integer"}}  # fmt: skip
    schema = {"properties": fields}
    inputs = [{"action": "backup", "why": "one"}, {"action": "backup", "why": "two"}, {"action": "check"},
              {"action": "backup", "keep": 3}]  # fmt: skip
    assert agreeing(inputs[0], inputs, schema) == 2


def test_what_could_not_be_asked_about_waits_longer_each_time_and_never_more_than_a_day() -> None:
    pauses = [pause_after(failures).total_seconds() / 60 for failures in (1, 2, 3, 40)]
    assert pauses == [10, 20, 40, 1440]
