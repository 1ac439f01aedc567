"""One backlog's page: what it says beside what is true, small however long it is."""

from typing import Any

import pytest

from hydra_lab.areas.backlog.pages.one import ROWS, load_one
from hydra_lab.kernel.area import PageRequest
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.policy.model import Mode, ModeState
from tests.areas.backlog.conftest import BacklogLab
from tests.areas.backlog.documents import SEED, document, large
from tests.lab import OWNER


def shown(lab: BacklogLab, **query: str) -> dict[str, Any]:
    return load_one(lab.context(), PageRequest(path={"name": "lab"}, query=query))


def rows(page: dict[str, Any]) -> list[str]:
    return [row.key for tier in page["tiers"] for row, _ in tier["rows"] or ()]


def test_the_seed_is_shown_whole(lab: BacklogLab) -> None:
    lab.take(SEED)
    page = shown(lab)
    assert len(rows(page)) == 37
    assert page["tiers"][1]["title"] == "Tier 2: Feature enhancements"
    assert [(phase["letter"], phase["count"], phase["progress"]["done"]) for phase in page["phases"]] == [
        ("A", 4, 0), ("B", 4, 1), ("C", 3, 0), ("D", 3, 0),
    ]  # fmt: skip


def test_a_long_backlog_is_folded_to_a_line_for_each_tier(lab: BacklogLab) -> None:
    lab.take(large(1400))
    page = shown(lab)
    assert (rows(page), [tier["count"] for tier in page["tiers"]]) == ([], [200] * 7)
    seen = [key for offset in ("0", "100") for key in rows(shown(lab, tier="3", offset=offset))]
    assert seen == [f"3.{place}" for place in range(1, 201)]


def test_each_page_of_a_tier_leads_to_the_next_and_back(lab: BacklogLab) -> None:
    lab.take(large(ROWS + 1, tiers=1))
    first = shown(lab)
    assert (first["older"], first["newer"]) == ({"state": None, "tier": "1", "offset": ROWS}, None)
    second = shown(lab, tier="1", offset=str(ROWS))
    assert (rows(second), second["older"], second["newer"]["offset"]) == ([f"1.{ROWS + 1}"], None, 0)


def test_a_state_shows_only_its_items(lab: BacklogLab) -> None:
    lab.take(SEED)
    assert rows(shown(lab, state="done")) == ["2.3", "2.4", "2.5", "2.6"]
    assert "2.3" not in rows(shown(lab, state="held"))


def test_under_a_pause_ready_items_are_shown_as_held(lab: BacklogLab) -> None:
    lab.take(document("### 1.1 Lamp\n**Run:** docs.api\n"))
    with lab.services.database.begin() as connection:
        lab.services.policy.set_mode(connection, ModeState(mode=Mode.PAUSED), OWNER)
    assert shown(lab)["totals"] == {"held": 1}
    assert rows(shown(lab, state="held")) == ["1.1"]


def test_where_the_document_and_the_truth_differ_is_counted(lab: BacklogLab) -> None:
    one = "### 1.{} Look after lamp {}{}\n**Run:** docs.api\n"
    lab.take(document(one.format(1, "a", " ✅") + one.format(2, "b", "") + one.format(3, "c", "")))
    lab.set(lab.item("1.2").id, state="done", result={}, attempt=1)
    assert shown(lab)["agreement_of"] == {"reported": 1, "behind": 1, "ahead": 0, "freed": 0}


def test_items_without_a_tier_are_not_lost(lab: BacklogLab) -> None:
    lab.take("## TIER 1: X\n### 1.1 Lamp\n## Other\n### 7.1 Fence\n")
    assert rows(shown(lab)) == ["1.1", "7.1"]


@pytest.mark.parametrize(
    "query", [{"offset": "-1"}, {"offset": "x"}, {"tier": "²"}, {"state": "no"}, {"skip": "9" * 40}]
)
def test_addresses_that_mean_nothing_do_no_harm(lab: BacklogLab, query: dict[str, str]) -> None:
    lab.take(SEED)
    assert shown(lab, **query)["progress"]["total"] == 37


def test_a_backlog_that_is_not_there_is_not_found(lab: BacklogLab) -> None:
    with pytest.raises(NotFound):
        shown(lab)
