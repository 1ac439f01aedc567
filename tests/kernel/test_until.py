"""An end as a person says it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.until import end_of

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY_NOON = datetime(2026, 3, 27, 12, tzinfo=BERLIN)  # clocks go forward on Sunday


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("for 2 hours", "2026-03-27T14:00+01:00"),
        ("90m", "2026-03-27T13:30+01:00"),
        ("1 day 12 h", "2026-03-29T00:00+01:00"),
        ("18:00", "2026-03-27T18:00+01:00"),
        ("until 11:00", "2026-03-28T11:00+01:00"),
        ("tomorrow at 7:00", "2026-03-28T07:00+01:00"),
        ("Sunday 07:00", "2026-03-29T07:00+02:00"),
        ("fri 9:00", "2026-04-03T09:00+02:00"),
        ("2026-03-30T07:00", "2026-03-30T07:00+02:00"),
        ("2026-03-30T07:00:00Z", "2026-03-30T07:00+00:00"),
    ],
)
def test_an_end_is_understood(said: str, meant: str) -> None:
    assert end_of(said, FRIDAY_NOON.astimezone(UTC), BERLIN) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    "said",
    ["", "soon", "for", "0 h", "25:00", "11:75", "today 07:00", "noday 7:00", "2020-01-01", "7", "9" * 30 + " d"],
)
def test_what_says_no_end_to_come_is_refused_with_examples(said: str) -> None:
    with pytest.raises(Invalid) as caught:
        end_of(said, FRIDAY_NOON.astimezone(UTC), BERLIN)
    assert "for 2 hours" in (caught.value.fix or "")
    assert caught.value.data["problems"][0]["field"] == "until"
