"""Failed sign-ins: how many from one place, and from everywhere, and for how long it then pauses."""

import pytest

from hydra_lab.kernel.credentials.attempts import ALLOWED, ALLOWED_IN_ALL, Attempts, Noted, counted
from hydra_lab.kernel.errors import TooMany
from tests.lab import StillClock


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.0.0.9", "10.0.0.9"),
        ("::ffff:10.0.0.9", "10.0.0.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::99", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_a_network_of_ipv6_counts_as_one_place(address: str, place: str) -> None:
    assert counted(address) == place


def test_one_place_does_not_pause_another() -> None:
    attempts = Attempts(StillClock())
    for _ in range(ALLOWED):
        attempts.failed("10.0.0.9")
    attempts.check("10.0.0.8")
    with pytest.raises(TooMany):
        attempts.check("10.0.0.9")


def test_many_failures_from_everywhere_pause_everybody_for_a_minute() -> None:
    clock = StillClock()
    attempts = Attempts(clock)
    for number in range(ALLOWED_IN_ALL):
        attempts.failed(f"10.0.{number}.1")
    with pytest.raises(TooMany) as caught:
        attempts.check("10.9.9.9")
    assert caught.value.retry_after_s == 60
    clock.pass_(seconds=60)
    attempts.check("10.9.9.9")


def test_what_is_noted_is_new_once_a_day() -> None:
    noted = Noted()
    assert [noted.is_new(("a",), now) for now in (0.0, 1.0, 86_399.0, 86_400.0)] == [True, False, False, True]
    assert noted.is_new(("b",), 1.0)


def test_this_machine_waits_only_a_minute() -> None:
    clock = StillClock()
    attempts = Attempts(clock)
    for number in range(ALLOWED):
        attempts.failed("127.0.0.1", f"hash {number}")
    with pytest.raises(TooMany) as caught:
        attempts.check("127.0.0.1")
    assert caught.value.retry_after_s == 60
    clock.pass_(seconds=60)
    attempts.check("127.0.0.1")


def test_the_same_again_is_no_other_guess() -> None:
    attempts = Attempts(StillClock())
    assert [attempts.failed("10.0.0.9", what) for what in ("a", "a", "b", "a", "")] == [1, 0, 2, 0, 3]
    assert attempts.failed("10.0.0.8", "a") == 1
