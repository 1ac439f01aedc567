"""The guide to the format is true: each of its examples is imported, and reads as the guide says."""

import re
from pathlib import Path

import pytest

from hydra_lab.areas.backlog.reading.parse import parse
from hydra_lab.kernel.work import Item
from tests.areas.backlog.conftest import BacklogLab

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "backlog-format.md"
EXAMPLE = re.compile(r"^````?markdown\n(.*?)^````?\n(?:\n[^\n`]*\n\n|\n)```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = EXAMPLE.findall(GUIDE.read_text(encoding="utf-8"))


def read(lab: BacklogLab, text: str) -> str:
    """What becomes of a document, one line for each item and for each line that was not understood."""
    lab.take(text)
    entries = lab.call("backlog.show", name="lab").entries
    lines = [f"{entry.key}: {', '.join(facts(lab.by_id(entry.item), entry.status))}" for entry in entries]
    return "\n".join([*lines, *(f"line {one.line}: {one.why}" for one in parse(text).unread)]) + "\n"


def facts(item: Item, status: str) -> list[str]:
    """An item in few words."""
    found = [f"“{item.title}”", item.state.value, item.priority.value]
    found += [f"tier {item.tier}"] if item.tier is not None else []
    found += [f"phase {item.phase}"] if item.phase else []
    found += [f"{item.effort_minutes} min"] if item.effort_minutes else []
    found += [f"window {item.window}"] if item.window else []
    found += [item.operation + (f" {item.input}" if item.input else "")] if item.operation else []
    found += [f"reported {status}"] if status in ("complete", "implemented") else []
    return found + [f"{hold.kind.value}: {hold.detail}" for hold in item.holds if hold.kind != "window"]


@pytest.fixture
def lab(make_lab: object, data_dir: Path) -> BacklogLab:
    """A small Hydra; the guide is about the format, so one kind of database is enough."""
    return make_lab()  # type: ignore[operator,no-any-return]


def test_the_guide_has_examples() -> None:
    assert len(EXAMPLES) >= 6
    assert GUIDE.read_text(encoding="utf-8").count("markdown\n") == len(EXAMPLES)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_reads_as_the_guide_says(lab: BacklogLab, number: int) -> None:
    text, said = EXAMPLES[number]
    assert read(lab, text) == said


def test_the_exported_example_is_what_hydra_writes(lab: BacklogLab) -> None:
    before, after = re.findall(r"^```md\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lab.take(before)
    lab.set(lab.item("1.1").id, state="done", result={"said": "backup"}, attempt=1)
    assert lab.call("backlog.export") == after
