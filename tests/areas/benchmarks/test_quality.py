"""Whether answers are right: every checker, code that must not get out, and a model that answers well and badly."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from hydra_lab.areas.benchmarks import AREA
from hydra_lab.areas.benchmarks.operations import ToRun, run
from hydra_lab.areas.benchmarks.suites import quality
from hydra_lab.areas.benchmarks.suites.asking import Reply, events
from hydra_lab.areas.benchmarks.suites.checkers import Case, cases_in, checked
from hydra_lab.areas.benchmarks.suites.sandbox import passes
from hydra_lab.integrations.openai_compatible import INTEGRATION
from hydra_lab.kernel.errors import Conflict, Invalid, Refused
from tests.lab import Lab
from tests.peers.model_servers.openai_servers import PlainPeer
from tests.peers.model_servers.serving_models import Weights

SHAPE = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}


def case(**checker: Any) -> Case:
    """A case with one checker."""
    return Case.model_validate({"name": "n", "ask": "?", **checker})


@pytest.mark.parametrize(
    ("checker", "answer", "right"),
    [
        ({"exact": "Canberra"}, " **canberra**. ", True),
        ({"exact": "Canberra"}, "Canberra is it", False),
        ({"exact": "4"}, "<think>5?</think>\n4", True),
        ({"regex": r"^\d{2}:\d{2}$"}, "02:25", True),
        ({"regex": r"^\d{2}:\d{2}$"}, "at 02:25", False),
        ({"number": 1081}, "47 * 23 = 1,081.", True),
        ({"number": 0.72, "tolerance": 0.005}, "0.724 TB", True),
        ({"number": 0.72, "tolerance": 0.005}, "0.73", False),
        ({"number": 1}, "one", False),
        ({"schema": SHAPE}, '```json\n{"a": 1}\n```', True),
        ({"schema": SHAPE}, '{"a": "1"}', False),
        ({"schema": SHAPE}, "{a: 1}", False),
    ],
)
def test_an_answer_is_checked(checker: dict[str, Any], answer: str, right: bool) -> None:
    assert checked(case(**checker), answer).right is right


def test_code_is_run_and_its_test_decides() -> None:
    one = case(code="assert twice(3) == 6")
    good = checked(one, "Here it is:\n```python\ndef twice(x):\n    return 2 * x\n```")
    if good.right is None:
        pytest.skip("a program cannot be shut in here")
    assert (good.right, checked(one, "def twice(x): return x").right) == (True, False)


@pytest.mark.parametrize(
    "program",
    [
        "open('/etc/passwd')",
        "import _socket; _socket.socket()",
        "import os; os.fork(); os.fork()",
        "import os; os.mkdir('/x')",
        "x = bytearray(1 << 30)",
        "import os; os._exit(0)",
        "raise SystemExit(0)",
    ],
)
def test_code_gets_nowhere(program: str) -> None:
    assert passes(program) != "passed"


def test_code_that_does_not_end_is_ended() -> None:
    assert passes("while True: pass", wall_s=1.5) in ("too slow", "failed", "no sandbox")


def test_cases_that_cannot_be_used_are_told() -> None:
    assert len(cases_in(quality.FILE.read_text())) >= 15
    for text in ("{", "a: 1", "[]", "- {name: a, ask: b}", "- {name: a, ask: b, exact: c, number: 1}",
                 "- {name: a, ask: b, regex: '('}", "- {name: a, ask: b, schema: {type: nothing}}",
                 "- {name: a, ask: b, exact: c}\n- {name: a, ask: d, exact: e}"):  # fmt: skip
        with pytest.raises(Invalid):
            cases_in(text)


def test_a_stream_that_is_no_stream_is_refused() -> None:
    async def chunks() -> Any:
        yield b'data: {"choices": [{"delta": {"content": "a"'
        yield b"}}]}\n\n"
        yield b"data: <html>\n\n"

    async def read() -> list[Any]:
        return [one async for one in events(Served(), chunks())]

    class Served:
        title = "It"

    with pytest.raises(Refused, match="not JSON"):
        asyncio.run(read())
    assert Reply(pieces_s=[0.1, 0.2]).tokens == 2


CASES = """
- {name: counts, group: words, ask: Count, regex: '^word1 word2 word3 $|^word1 word2 word3$'}
- {name: cannot, group: words, ask: Sing, exact: la}
- {name: knows, group: numbers, ask: Which, number: 3}
"""


def test_a_model_is_asked_and_its_share_kept(make_lab: Callable[..., Lab]) -> None:
    with PlainPeer(Weights(name="a")) as peer:
        lab = make_lab(areas=(AREA,), integrations=(INTEGRATION,), environ={"HYDRA_OPENAI_COMPATIBLE__URL": peer.url})
        wanted = {"cases": CASES, "max_tokens": 3}
        told = run(lab.context(), ToRun(suite="quality", parameters=wanted))
        found = lab.call("benchmarks.show", id=told.runs[0])
        assert [(one.case, one.typical, one.unit, one.labels) for one in found.figures] == [
            ("words", 0.5, "share", ["counts", "cannot"]), ("numbers", 1.0, "share", ["knows"]),
        ]  # fmt: skip
        told = run(lab.context(), ToRun(suite="quality", parameters={**wanted, "groups": ["numbers"]}))
        assert len(lab.call("benchmarks.show", id=told.runs[0]).figures) == 1
        peer.error_after = 1
        with pytest.raises(Conflict, match="No answer could be checked"):
            run(lab.context(), ToRun(suite="quality", parameters=wanted))
