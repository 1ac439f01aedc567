"""When something recurs: what a person says, and how a cron line reads."""

import pytest

from hydra_lab.areas.schedules.times import as_cron, in_words


@pytest.mark.parametrize(
    ("said", "cron", "read"),
    [
        ("every day at 03:30", "30 3 * * *", "every day at 03:30"),
        ("Daily 3:30", "30 3 * * *", "every day at 03:30"),
        ("weekdays at 8", "0 8 * * 1-5", "weekdays at 08:00"),
        ("weekends at 10:00", "0 10 * * 0,6", "weekends at 10:00"),
        ("mondays at 9:00", "0 9 * * 1", "Mondays at 09:00"),
        ("mon, wed and fri at 18:15", "15 18 * * 1,3,5", "Mondays, Wednesdays and Fridays at 18:15"),
        ("every 15 minutes", "*/15 * * * *", "every 15 minutes"),
        ("every hour", "0 * * * *", "every hour"),
        ("2 hours", "0 */2 * * *", "every 2 hours"),
        ("first of the month at 4:00", "0 4 1 * *", "day 1 of each month at 04:00"),
        ("the last of every month at 5:30", "30 5 L * *", "the last day of each month at 05:30"),
    ],
)
def test_words_become_a_cron_line_and_it_reads_as_words(said: str, cron: str, read: str) -> None:
    assert as_cron(said) == cron
    assert in_words(cron) == read


@pytest.mark.parametrize(
    "said", ["every 45 minutes", "every 7 hours", "sometimes", "every moonday at 9:00", "0 3 * * *"]
)
def test_what_cannot_be_said_evenly_stays_as_it_was_written(said: str) -> None:
    assert as_cron(said) == said


@pytest.mark.parametrize(
    ("cron", "read"),
    [
        ("0 8,20 * * *", "every day at 08:00 and 20:00"),
        ("30 */2 * * *", "every 2 hours at 30 past"),
        ("0 3 1 1 *", "every year on 1 January at 03:00"),
        ("0 3 * * 1-4", "Monday to Thursday at 03:00"),
        ("0 3 * * 7", "Sundays at 03:00"),
    ],
)
def test_a_cron_line_is_told_in_words(cron: str, read: str) -> None:
    assert in_words(cron) == read


@pytest.mark.parametrize(
    "cron", ["*/45 * * * *", "0-5 * * * *", "0 3 1-7 * 1", "5 4 * * sun", "0 3 1 13 *", "0 9-17 * * *", "0 3 L 2 *"]
)
def test_a_cron_line_without_short_words_has_none(cron: str) -> None:
    assert in_words(cron) is None
