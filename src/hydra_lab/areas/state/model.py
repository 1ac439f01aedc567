"""The state of Hydra in one document: measured values, each with the time it was measured."""

from datetime import datetime
from typing import Any

from pydantic import Field

from hydra_lab.kernel.operation import Output

FORMAT = 1


class Measured(Output):
    """One value. When it could not be measured ``value`` is empty and ``unknown`` says why."""

    value: Any = None
    measured_at: datetime
    unknown: str | None = None


class Ended(Output):
    """One item that ended."""

    id: str
    title: str
    operation: str | None
    section: str | None
    tier: int | None
    state: str
    finished_at: datetime
    result: str | None = Field(description="What came of it, in a line")


class Completed(Output):
    """What ended since the state was last read; ``since`` is empty when it never was."""

    since: datetime | None
    counts: dict[str, int]
    summary: str
    items: list[Ended] = Field(description="The newest of them")


class StateDocument(Output):
    """What STATE.json holds."""

    format: int = FORMAT
    hydra: str
    node: str
    demo: bool = Field(default=False, description="Whether this is a demo, not somebody's lab")
    written_at: datetime
    took_ms: float = Field(description="How long measuring took")
    journal_id: int = Field(description="The newest journal entry when measuring began")
    facts: dict[str, Measured]
    completed: Completed


class StateWritten(Output):
    """Where the state was written, and what could not be measured."""

    path: str
    written_at: datetime
    facts: int
    unknown: dict[str, str]
    completed: str


def in_a_line(result: Any, error: Any) -> str | None:
    """What came of an item, in a line: its error, its summary, or its result cut short."""
    if isinstance(error, dict) and error.get("detail"):
        return cut(str(error["detail"]))
    if isinstance(result, dict):
        for name in ("summary", "detail", "text", "status"):
            if isinstance(result.get(name), str) and result[name]:
                return cut(result[name])
        plain = {name: value for name, value in result.items() if isinstance(value, str | int | float | bool)}
        return cut(", ".join(f"{name} {value}" for name, value in plain.items())) or None
    return None if result is None else cut(str(result))


def cut(text: str, most: int = 200) -> str:
    """A text on one line, shortened."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def in_words(counts: dict[str, int]) -> str:
    """``3 done, 1 failed``."""
    return ", ".join(f"{number:,} {state}" for state, number in counts.items() if number) or "nothing ended"
