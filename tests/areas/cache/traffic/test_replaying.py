"""Recorded questions replayed: hits, savings and errors are those that traffic of a known truth has."""

import random
from array import array
from typing import Any

from hydra_lab.areas.cache.alike.searching import unit
from hydra_lab.areas.cache.traffic.judging import LEAST, Option, off, option, recommended
from hydra_lab.areas.cache.traffic.replaying import Line, Traffic, Way, pair, replayed, wanted
from tests.areas.cache.knowing import vector

RESTART = ("How do I restart the nginx container?", "Please tell me how to restart the nginx container")
NOT = "How do I not restart the nginx container?"
HOUR = 3600.0


def line(number: int, text: str, answer: str, *, at: float | None = None, **more: Any) -> Line:
    """A question that was asked, one each minute."""
    values: dict[str, Any] = {
        "number": number, "at": 60.0 * number if at is None else at, "exact": text, "family": "f", "text": text,
        "hash": text, "alike": True, "temperature": 0.0, "answer": answer, "is_real": True, "tokens": 10,
        "seconds": 2.0,
    }  # fmt: skip
    return Line(**values | more)


def traffic(*lines: Line, known: dict[str, bool] | None = None) -> Traffic:
    """Questions with the vectors of the words that they have."""
    vectors = {one.hash: (unit(vector(one.text)) or array("f")).tobytes() for one in lines}
    return Traffic(lines=list(lines), vectors=vectors, known=known or {}, judge="j", least=0.8)


def test_the_same_question_is_answered_until_its_hours_are_over_and_what_it_saved_is_counted() -> None:
    lines = [
        line(1, "Who?", "I"), line(2, "Who?", "I"), line(3, "Who?", "Not I"), line(4, "Who?", "I", is_real=False,
        tokens=None, seconds=None), line(5, "Who?", "I", temperature=None), line(6, "Who?", "I", at=30 * HOUR),
    ]  # fmt: skip
    known = traffic(*lines)
    ((day,), (month,), (unset,)) = replayed(known, [Way(hours=24), Way(hours=720), Way(hours=24, unset=True)])
    assert (day.asked, day.exact, month.exact, unset.exact) == (5, 3, 4, 4)
    assert (day.compared, day.wrong, day.unknown, day.unseen) == (1, 0, 1, 1)
    assert (day.tokens, day.tokens_of, day.seconds, day.seconds_of) == (20, 2, 4.0, 2)
    assert wanted(known, [Way(hours=720)]) == [(3, 1)]
    judged = traffic(*lines, known={pair("j", lines[2], lines[0]): False})
    ((told,),) = replayed(judged, [Way(hours=24)])
    assert (told.compared, told.wrong, told.unknown) == (2, 1, 0)


def test_alike_questions_are_answered_once_it_was_learned_that_they_may_and_opposites_never() -> None:
    texts = [RESTART[0], *(f"{RESTART[1]}{'.' * n}" for n in range(120)), NOT]
    lines = [line(n, text, "docker restart nginx") for n, text in enumerate(texts)]
    strict, wide = replayed(traffic(*lines), [Way(hours=24, errors=0.001), Way(hours=24, errors=0.05)])
    assert 0 <= max(one.alike for one in strict) < min(one.alike for one in wide)
    assert min(one.alike for one in wide) > 30
    assert all(one.wrong == 0 and one.compared == one.alike for one in wide)
    assert all(one.exact == 0 and one.embedded == len(lines) for one in wide)
    assert sum(one.apart for one in wide) == sum(one.alike for one in wide)


def test_a_pair_whose_answers_differ_is_compared_and_then_not_answered_again() -> None:
    lines = [line(n, RESTART[n % 2], f"answer {n % 2}") for n in range(40)]
    way = Way(hours=0.01, errors=0.5)  # it is forgotten before it comes again
    ((one, other),) = wanted(traffic(*lines[:2]), [Way(hours=24, errors=0.0)])
    assert (one, other) == (1, 0)
    judged = traffic(*lines, known={pair("j", lines[1], lines[0]): False})
    assert all(tally.alike == 0 for tally in replayed(judged, [Way(hours=24, errors=0.5)])[0])
    assert all(tally.exact == 0 for tally in replayed(judged, [way])[0])


def test_expected_errors_are_those_of_the_truth() -> None:
    """Paraphrases of three questions; of one of them the answer is another in a third of all cases."""
    chance, bound = random.Random(1), 0.05
    lines, known = [], {}
    firsts = [
        line(n, f"How do I {one} now", f"a{n}")
        for n, one in enumerate(("restart nginx", "update debian", "mount storage"))
    ]
    for number in range(300):
        first = chance.choice(firsts)
        is_other = first is firsts[2] and chance.random() < 0.33
        one = line(
            number + 10,
            f"{first.text}{' please' * (number % 7)} {'.' * number}",
            f"b{number}" if is_other else first.answer,
        )
        lines.append(one)
        known[pair("j", one, first)] = not is_other
    tallies = replayed(traffic(*firsts, *lines, known=known), [Way(hours=720, errors=bound)])[0]
    found = option(Way(hours=720, errors=bound), tallies, len(lines))
    assert found.alike > 30
    assert found.wrong_hits is not None
    assert found.wrong_hits <= bound * len(lines) * 1.5
    assert found.low <= (found.wrong or 0) <= found.high < 0.2


def figures(id: str, **more: Any) -> Option:
    """A setting's figures."""
    mode = "semantic" if "alike" in id else "exact"
    values = {"id": id, "mode": mode, "hits": 100.0, "compared": 100.0, "high": 0.03, "wrong": 0.0, "share": 0.2}
    return off(500).model_copy(update=values | more)


def test_the_plainest_setting_that_saves_nearly_as_much_is_recommended() -> None:
    plain, alike = figures("plain"), figures("alike", hits=105.0)
    assert recommended([off(500), plain, alike], 500, 0.05)[0] == "plain"
    chosen, why = recommended([off(500), plain, figures("alike", hits=200.0, tokens=4000.0)], 500, 0.05)
    assert chosen == "alike"
    assert "200 of 500 questions" in why
    assert "4,000 tokens" in why
    assert recommended([off(500), plain, figures("alike", hits=200.0, high=0.08)], 500, 0.05)[0] == "plain"


def test_where_too_little_is_known_nothing_is_recommended() -> None:
    assert recommended([off(50), figures("plain")], LEAST - 1, 0.05) == (
        None, f"Too little was recorded to recommend anything: {LEAST - 1} questions, and it takes {LEAST}.",
    )  # fmt: skip
    chosen, why = recommended([off(500), figures("plain", compared=20.0, high=0.16)], 500, 0.05)
    assert chosen is None
    assert "16.0 %" in why


def test_where_it_is_not_worth_it_or_wrong_it_stays_off() -> None:
    assert recommended([off(500), figures("plain", hits=3.0)], 500, 0.05)[0] == "off"
    assert recommended([off(500), figures("plain", low=0.1, high=0.3, wrong=0.2)], 500, 0.05)[0] == "off"
