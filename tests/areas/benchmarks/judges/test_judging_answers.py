"""A judge model decides about answers: graded, compared in both orders, never its own unsaid, measured by people."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hydra_lab.areas.benchmarks import AREA
from hydra_lab.areas.benchmarks.judges.model import ENOUGH
from hydra_lab.areas.benchmarks.operations import ToRun, run
from hydra_lab.integrations.openai_compatible import INTEGRATION
from hydra_lab.kernel.area import Area
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Denied
from hydra_lab.kernel.inference import Answered
from hydra_lab.kernel.policy import Actor, ActorKind
from tests.areas.backlog.classifying.answers import answering
from tests.lab import Lab
from tests.peers.model_servers.openai_servers import PlainPeer
from tests.peers.model_servers.serving_models import Weights

AGENT = Actor(kind=ActorKind.AGENT, name="helper", scopes=frozenset({"admin"}))


def cases(count: int = 1, **judge: Any) -> str:
    """Cases that a judge decides, and one that a program does."""
    rubric = {"rubric": "It counts.", **judge}
    judged = [{"name": f"case {n}", "group": "words", "ask": f"Count {n}", "judge": rubric} for n in range(count)]
    return json.dumps([*judged, {"name": "plain", "group": "words", "ask": "Count", "regex": "word1"}])


class Judge:
    """A judge whose answers are in the test's hands."""

    def __init__(self, *says: dict[str, Any] | str) -> None:
        self.says, self.asked, self.model = says, [], "judge"

    def ask(self, ctx: Context, body: dict[str, Any], path: str) -> Answered:
        """What it says, one after the other; the last again and again."""
        said = self.says[min(len(self.asked), len(self.says) - 1)]
        self.asked.append(body["messages"][1]["content"])
        text = said if isinstance(said, str) else json.dumps({"because": "so", **said})
        choice = {"index": 0, "message": {"role": "assistant", "content": text}}
        return Answered(status=200, body={"choices": [choice]}, server="toy", model=self.model, seconds=0.1)


@pytest.fixture
def measured(make_lab: Callable[..., Lab]) -> Callable[..., tuple[Lab, Any]]:
    """Measure with a judge; the lab and the run."""

    def go(says: Judge, text: str, **parameters: Any) -> tuple[Lab, Any]:
        with PlainPeer(Weights(name="a")) as peer:
            toy = Area(name="toy", title="Toy", contributions=(answering(says.ask),))
            environ = {"HYDRA_OPENAI_COMPATIBLE__URL": peer.url}
            lab = make_lab(areas=(AREA, toy), integrations=(INTEGRATION,), environ=environ)
            wanted = {"cases": text, "max_tokens": 3, "judge": "judge", **parameters}
            told = run(lab.context(), ToRun(suite="quality", parameters=wanted))
            return lab, lab.call("benchmarks.show", id=told.runs[0])

    return go


def test_a_grade_decides_and_is_kept_apart_from_what_a_program_checked(measured: Callable[..., Any]) -> None:
    judge = Judge({"grade": 4}, {"grade": 2}, "I cannot say")
    _, found = measured(judge, cases(3))
    figures = {one.name: (one.typical, one.count) for one in found.figures}
    assert figures == {"right answers": (1.0, 1), "right answers, by a judge": (0.5, 2)}
    assert [(one.right, one.grade) for one in found.judged] == [(True, 4), (False, 2), (None, None)]
    assert any("not JSON" in one for one in found.remarks)
    assert any("not yet known (0 of" in one for one in found.remarks)


def test_what_changes_with_the_order_counts_for_nothing(measured: Callable[..., Any]) -> None:
    always_first = Judge({"better": "first"})
    _, found = measured(always_first, cases(1, beside="One two three."))
    assert found.judged[0].right is None
    assert "changed its mind with the order" in found.judged[0].why
    first, second = (json.loads(one.partition("\n\n")[2]) for one in always_first.asked)
    assert (first["first"], first["second"]) == (second["second"], second["first"])


def test_an_answer_that_is_better_in_both_orders_is_right(measured: Callable[..., Any]) -> None:
    _, found = measured(Judge({"better": "first"}, {"better": "second"}), cases(1, beside="One."))
    assert found.judged[0].right is True


def test_a_model_does_not_judge_itself_without_saying_so(measured: Callable[..., Any]) -> None:
    judge = Judge({"grade": 5})
    _, found = measured(judge, cases(1), judge="a")
    assert (found.judged[0].right, judge.asked) == (None, [])
    assert "was not told to judge itself" in found.judged[0].why


def test_an_alias_that_leads_to_the_model_itself_is_found_out(measured: Callable[..., Any]) -> None:
    judge = Judge({"grade": 5})
    judge.model = "a"
    _, found = measured(judge, cases(1))
    assert found.judged[0].right is None
    _, found = measured(judge, cases(1), judge="a", judge_itself=True)
    assert any("judged its own answers" in one for one in found.remarks)


def test_people_measure_the_judge_and_one_they_do_not_agree_with_is_not_watched(
    measured: Callable[..., Any],
) -> None:
    text = cases(ENOUGH)
    lab, found = measured(Judge({"grade": 5}), text)
    with pytest.raises(Denied):
        lab.call("benchmarks.agree", as_=AGENT, id=found.id, case=found.judged[0].case, agree=True)
    for place, one in enumerate(found.judged):
        told = lab.call("benchmarks.agree", id=found.id, case=one.case, agree=place % 2 == 0)
        assert told.trust == ("not trusted" if place == ENOUGH - 1 else "not yet known")
    [told] = lab.call("benchmarks.judges").judges
    assert (told.verdicts, told.share, told.trust) == (ENOUGH, 0.5, "not trusted")
    for one in found.judged:
        lab.call("benchmarks.agree", id=found.id, case=one.case, agree=True)
    assert lab.call("benchmarks.judges").judges[0].trust == "trusted", "a person may think again"
