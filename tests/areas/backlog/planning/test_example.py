"""The example that a first start brings in."""

from hydra_lab.areas.backlog.planning.plan import Plan, plan
from hydra_lab.areas.backlog.planning.rules import shipped_rules
from hydra_lab.areas.backlog.reading.parse import parse
from hydra_lab.kernel.work.model import HoldKind
from tests.areas.backlog.documents import EXAMPLE, catalogue

DOCUMENT = parse(EXAMPLE)
OPEN = [entry for entry in DOCUMENT.entries if not entry.reported_done]
PLANS = {entry.key: plan(entry, catalogue(), shipped_rules()) for entry in OPEN}


def waits(made: Plan) -> set[HoldKind]:
    return {hold.kind for hold in made.holds}


def test_it_has_items_enough_over_several_tiers() -> None:
    assert len(DOCUMENT.entries) >= 15
    assert len(DOCUMENT.tiers) >= 4


def test_most_of_it_runs_by_itself_on_a_bare_machine() -> None:
    alone = [key for key, made in PLANS.items() if made.operation and not made.holds and not made.window]
    assert len([key for key in alone if PLANS[key].operation != "maintenance.prune_now"]) >= 9


def test_some_of_it_waits_for_a_credential() -> None:
    assert [key for key, made in PLANS.items() if HoldKind.REQUIREMENT in waits(made)] == ["3.1", "3.2"]


def test_one_item_waits_for_the_night_and_nothing_else() -> None:
    assert [key for key, made in PLANS.items() if made.operation and made.window == "overnight"] == ["4.1"]


def test_one_item_asks_first() -> None:
    assert PLANS["5.1"].operation == "maintenance.prune_now"


def test_what_nobody_can_do_yet_is_held_and_said() -> None:
    assert [key for key, made in PLANS.items() if made.operation is None] == ["3.2", "4.2", "5.2", "5.3"]
