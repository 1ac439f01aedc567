"""What the owner set and what each key used, in either database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hydra_lab.areas.gateway import AREA, store
from hydra_lab.areas.gateway.store import Used
from tests.lab import Lab

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
ONE = Used(
    requests=1, failures=0, prompt=7, completion=3, seconds=0.5, queued_s=0.25, first_token_s=0.1, first_tokens=1
)
FAILED = Used(requests=1, failures=1, seconds=0.5)
MANY = 3_000_000_000  # tokens: more than 32 bits hold


@pytest.fixture
def gateway(make_lab: Callable[..., Lab], database_url: str) -> Lab:
    """A Hydra with the gateway's tables."""
    return make_lab(database_url=database_url, areas=[AREA])


def test_what_the_owner_sets_takes_the_place_of_what_was(gateway: Lab) -> None:
    with gateway.services.database.begin() as connection:
        assert store.document(connection, "aliases") is None
        for value in ({"aliases": []}, {"aliases": [{"name": "é"}]}):
            store.put_document(connection, "aliases", value)
    with gateway.services.database.read() as connection:
        assert store.document(connection, "aliases") == {"aliases": [{"name": "é"}]}
        assert store.document(connection, "rules") is None


def test_usage_adds_up_by_hour_key_model_and_server(gateway: Lab) -> None:
    ten, database = NINE + timedelta(hours=1), gateway.services.database
    for rows in (
        {(NINE, "a", "m", "s"): ONE, (NINE, "b", "m", "s"): FAILED},
        {(NINE, "a", "m", "s"): replace(ONE, prompt=MANY), (ten, "a", "n", "t"): ONE},
    ):
        with database.begin() as connection:
            store.add_usage(connection, rows)
    with database.read() as connection:
        assert store.spent_since(connection, NINE) == {"a": (3, MANY + 7 + 7 + 3 * 3), "b": (1, 0)}
        assert store.spent_since(connection, ten) == {"a": (1, 10)}
        by_model = store.used_by(connection, "model", NINE)
        assert list(by_model) == ["m", "n"]  # the most requests first
        assert by_model["m"] == Used(
            requests=3, failures=1, prompt=MANY + 7, completion=6, seconds=1.5, queued_s=0.5,
            first_token_s=0.2, first_tokens=2,
        )  # fmt: skip
        assert store.used_by(connection, "key", ten) == {"a": ONE}
        assert {hour: used.requests for hour, used in store.used_by_hour(connection, NINE).items()} == {NINE: 3, ten: 1}
    with database.begin() as connection:
        store.forget_before(connection, ten)
    with database.read() as connection:
        assert list(store.used_by_hour(connection, NINE)) == [ten]
