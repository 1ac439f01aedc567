"""Journal entries are told in words, and words are kept only for entries that are written."""

import re
from datetime import UTC, datetime
from pathlib import Path

from hydra_lab.kernel.journal import Event
from hydra_lab.surfaces.web.look.looks import EVENTS, event_look
from hydra_lab.surfaces.web.look.telling import TOLD, event_sub, event_text

SRC = Path(__file__).parents[3] / "src" / "hydra_lab"


def event(name: str, subject: str | None = None, **data: object) -> Event:
    """An entry."""
    return Event(id=1, at=datetime(2025, 12, 19, tzinfo=UTC), name=name, actor="hydra", actor_name="hydra",
                 subject=subject, data=data)  # fmt: skip


def test_a_known_entry_is_a_sentence() -> None:
    assert event_text(event("items.done", "Back up Hydra")) == "Back up Hydra is done"
    assert event_text(event("items.prioritised", "Back up", priority="high")) == "Back up is now high"


def test_what_an_entry_lacks_reads_as_it() -> None:
    assert event_text(event("items.prioritised")) == "it is now it"


def test_an_entry_that_nobody_told_of_is_its_name_in_words() -> None:
    assert event_text(event("wind_mills.turned_round", "north")) == "Wind mills turned round: north"
    assert event_look("wind_mills.turned_round").icon == "scroll-text"


def test_braces_in_a_subject_are_only_letters() -> None:
    assert event_text(event("items.done", "{0.__class__} {x}")) == "{0.__class__} {x} is done"


def test_the_second_line_is_the_error_the_first_hold_or_the_reason() -> None:
    assert event_sub(event("items.failed", error={"detail": "no route"})) == "No route."
    assert event_sub(event("items.held", holds=[{"detail": "waits for a key"}])) == "Waits for a key."
    assert event_sub(event("approvals.asked", rule="always asks")) == "Always asks."


def test_a_known_subject_reads_well_wherever_it_stands_in_the_sentence() -> None:
    assert event_text(event("items.started"), "It") == "It started"
    assert event_text(event("approvals.asked"), "It") == "Approval asked for it"
    assert event_sub(event("items.done", holds="x", error="y", detail=3)) == ""


def test_every_entry_that_has_words_or_a_look_is_written_somewhere() -> None:
    sources = "\n".join(path.read_text() for path in SRC.rglob("*.py") if "web" not in path.relative_to(SRC).parts)
    written = set(re.findall(r'"([a-z0-9_]+\.[a-z0-9_]+)"', sources))
    composed = set(re.findall(r'emit\([^)\n]*f"([a-z0-9_]+)\.{', sources))  # the last word comes from a table
    written |= {
        name for name in TOLD if name.partition(".")[0] in composed and f'"{name.partition(".")[2]}"' in sources
    }
    assert set(TOLD) - written == set()
    assert set(EVENTS) - {name.partition(".")[2] for name in written} == set()
