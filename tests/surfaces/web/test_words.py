"""Numbers, times and data are told as a person reads them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydra_lab.surfaces.web.look import words

NOW = datetime(2025, 12, 19, 13, 32, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7199, "1 h"), (172800, "2 d"), (-5, "0 s")]
)
def test_an_age_has_one_unit(seconds: int, text: str) -> None:
    assert words.ago(NOW - timedelta(seconds=seconds), NOW) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.001, "1 ms"),
        (0.42, "0.4 s"),
        (12.2, "12 s"),
        (130, "2 min 10 s"),
        (7200, "2 h"),
        (timedelta(hours=6, minutes=5), "6 h 5 min"),
        (timedelta(days=2, hours=3), "2 d 3 h"),
        (None, ""),
    ],
)
def test_a_duration_has_at_most_two_units(value: float | timedelta | None, text: str) -> None:
    assert words.duration(value) == text


def test_a_time_of_another_day_says_which() -> None:
    assert words.clock(NOW, NOW, BERLIN) == "14:32"
    assert words.clock(NOW - timedelta(days=1), NOW, BERLIN) == "yesterday 14:32"
    assert words.clock(NOW + timedelta(hours=10), NOW, BERLIN) == "tomorrow 00:32"
    assert words.clock(NOW - timedelta(days=30), NOW, BERLIN, seconds=True) == "19 Nov 14:32:00"
    assert words.clock(NOW - timedelta(days=365), NOW, BERLIN) == "19 Dec 2024 14:32"


def test_a_day_is_near_or_named() -> None:
    assert words.day(NOW, NOW, BERLIN) == "Today"
    assert words.day(NOW - timedelta(days=1), NOW, BERLIN) == "Yesterday"
    assert words.day(NOW - timedelta(days=2), NOW, BERLIN) == "Wednesday, 17 December"


@pytest.mark.parametrize(
    ("count", "text"), [(None, ""), (0, "0 B"), (38912, "38 KiB"), (44_879_000_000, "41.8 GiB"), (300 << 30, "300 GiB")]
)
def test_a_size_is_in_binary_units_and_unknown_is_empty(count: int | None, text: str) -> None:
    assert words.size(count) == text


def test_sentences_and_lists_read_well() -> None:
    assert words.sentence("waits for Discord") == "Waits for Discord."
    assert words.sentence("Why?") == "Why?"
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.plural(1, "item") == "1 item"
    assert words.plural(1200, "reply", "replies") == "1,200 replies"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_pretty_json_lets_no_markup_through(value: object) -> None:
    html = str(words.pretty(value))
    for tag in ('<span class="k">', '<span class="v">', "</span>"):
        html = html.replace(tag, "")
    assert "<" not in html
    assert '"' not in html or "&#34;" in html


def test_a_page_that_is_named_is_a_link() -> None:
    text = "Set HYDRA_X or open /ui/integrations/discord; <b> `/ui/queue` stays, and /ui/."
    assert words.marked(text, "/hydra/ui") == (
        'Set HYDRA_X or open <a href="/hydra/ui/integrations/discord">/hydra/ui/integrations/discord</a>; &lt;b&gt; '
        '<code class="mono">/ui/queue</code> stays, and /ui/.'
    )
    assert words.marked("http://lab.example/ui/queue") == "http://lab.example/ui/queue"


def test_a_page_that_is_named_is_called_by_its_name() -> None:
    names = {"/integrations/discord": "Integrations › Discord"}
    assert words.marked("Open /ui/integrations/discord.", names=names) == (
        'Open <a href="/ui/integrations/discord">Integrations › Discord</a>.'
    )
