"""Which item a phase's step or a user-input line means."""

import pytest

from hydra_lab.areas.backlog.model import Document
from hydra_lab.areas.backlog.reading.parse import parse

ITEMS = """# LAB
## TIER 1: ONE
### 1.1 Repair the Water Sensor
### 1.2 Repair the Door Sensor
## TIER 2: TWO
### 2.1 Publish the Garden Notes
**Priority:** BLOCKED (needs Discord webhook)
### 2.2 Move the git mirror: push notes to the remote repository
"""


def read(rest: str) -> Document:
    return parse(f"{ITEMS}\n{rest}\n")


@pytest.mark.parametrize(
    ("step", "key"),
    [
        ("Repair the water sensor", "1.1"),
        ("Water sensor", "1.1"),
        ("Fix the doors' sensor", "1.2"),
        ("2.1", "2.1"),
        ("Do 2.1 at last", "2.1"),
        ("Repair a sensor", None),
        ("Buy a lamp", None),
        ("9.9 Buy a lamp", None),
    ],
)
def test_a_step_means_the_item_whose_words_it_has(step: str, key: str | None) -> None:
    found = read(f"### Phase A: Now\n1. {step}")
    assert found.phases[0].steps[0].key == key
    assert [one.text for one in found.unread] == ([] if key else [step])


def test_an_item_is_in_the_first_phase_that_names_it() -> None:
    found = read("### Phase A: Now\n1. Water sensor\n### Phase B: Later\n2. Water sensor")
    assert found.entries[0].phase == "A"


def test_an_overnight_phase_opens_at_night() -> None:
    assert read("### Phase C: Rest (Queue for overnight)\n1. Water sensor").phases[0].window == "overnight"


def asks(line: str) -> dict[str, str | None]:
    found = read(f"### What Requires User Input:\n- {line}")
    return {entry.key: entry.asks for entry in found.entries if entry.asks}


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("Item 1.1: which sensor", ["1.1"]),
        ("All Tier 1 items", ["1.1", "1.2"]),
        ("Tier 11 items", []),
        ("Publishing garden notes", ["2.1"]),
        ("Git push to remote repository", ["2.2"]),
        ("Repair of any sensor", ["1.1", "1.2"]),
        ("Pushing anything by git push, ever and anywhere", ["2.2"]),
    ],
)
def test_what_requires_input_asks_for_each_item_it_names(line: str, keys: list[str]) -> None:
    assert list(asks(line)) == keys


def test_the_credential_an_item_is_blocked_on_is_the_input_it_requires() -> None:
    assert asks("Tier 2.1: Discord webhook") == {}


def test_another_input_asks_although_the_item_is_blocked() -> None:
    assert asks("Tier 2.1: the owner's consent") == {"2.1": "Tier 2.1: the owner's consent"}


def test_what_needs_no_input_grants_nothing() -> None:
    found = read("### What Requires User Input:\n- 1.1\n### What I Can Do Without User Input:\n- All Tier 1 items")
    assert found.entries[0].asks == "1.1"


def test_a_repeated_number_asks_for_each_item_that_has_it() -> None:
    found = parse("### 1.1 Lamp\n### 1.1 Fence\n### What Requires User Input:\n- Tier 1.1: a word\n")
    assert [entry.asks for entry in found.entries] == ["Tier 1.1: a word", "Tier 1.1: a word"]


def test_a_line_that_tightens_nothing_is_reported() -> None:
    found = read("### What Requires User Input:\n- Anything near the aquarium")
    assert [one.text for one in found.unread] == ["Anything near the aquarium"]
