"""How far people agree with a judge: nothing is said before there is enough to say it from."""

import pytest

from hydra_lab.areas.benchmarks.judges.model import ENOUGH, Rubric, Told, agreement, kappa, rank_correlation, wilson


def told(*, both_right: int = 0, both_wrong: int = 0, only_judge: int = 0, only_people: int = 0) -> list[Told]:
    """Verdicts, by who found the answer right."""
    return [
        *[Told(right=True, agrees=True)] * both_right, *[Told(right=False, agrees=True)] * both_wrong,
        *[Told(right=True, agrees=False)] * only_judge, *[Told(right=False, agrees=False)] * only_people,
    ]  # fmt: skip


def test_a_judge_is_not_known_until_there_are_enough_verdicts() -> None:
    few = agreement("j", told(both_right=ENOUGH - 1), 0.8)
    assert (few.trust, few.share, few.kappa, few.low) == ("not yet known", None, None, None)
    assert agreement("j", told(both_right=15, both_wrong=3, only_judge=2), 0.8).trust == "trusted"
    assert agreement("j", told(both_right=12, only_judge=8), 0.8).trust == "not trusted"


def test_the_figures_are_those_of_textbooks() -> None:
    # Cohen's own kind of table: 20 and 15 on the diagonal, 5 and 10 beside it.
    assert kappa(told(both_right=20, only_judge=5, only_people=10, both_wrong=15)) == pytest.approx(0.4)
    assert kappa(told(both_right=20)) is None, "where both say the same of everything, chance says all of it"
    assert wilson(18, 20) == pytest.approx((0.699, 0.972), abs=1e-3)


def test_grades_that_follow_length_are_noticed() -> None:
    assert rank_correlation([1, 2, 3, 4], [10, 20, 30, 40]) == pytest.approx(1)
    assert rank_correlation([1, 2, 3, 4], [40, 30, 20, 10]) == pytest.approx(-1)
    assert rank_correlation([3, 3, 3], [1, 2, 3]) is None


def test_a_grade_that_cannot_be_reached_is_refused() -> None:
    with pytest.raises(ValueError, match="no answer can pass"):
        Rubric(rubric="x", scale=3, passes=4)
