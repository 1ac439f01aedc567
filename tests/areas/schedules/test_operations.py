"""Schedules: recurring work that is made, shown, paused, run now and removed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.areas.queue.workshop import Workshop
from tests.kernel.work import bench_area

NIGHTLY = {"operation": "bench.echo", "cron": "30 3 * * *", "input": {"text": "night"}}


@pytest.fixture(autouse=True)
def none_left(shop: Workshop) -> Iterator[None]:
    """End each test without its schedules."""
    yield
    for one in shop.get("/schedules")["schedules"]:
        if one["schedule"]["operation"].startswith("bench."):
            shop.client.delete(f"/schedules/{one['schedule']['id']}")


def make(shop: Workshop, **options: Any) -> dict[str, Any]:
    """A schedule."""
    made: dict[str, Any] = shop.do("/schedules", **{**NIGHTLY, **options})
    return made


def fields(shop: Workshop, **options: Any) -> list[str]:
    """What is wrong with an order for a schedule."""
    answer = shop.post("/schedules", **{**NIGHTLY, **options})
    assert answer.status_code == 422, answer.text
    return [one["field"] for one in answer.json()["problems"]]


def test_a_new_schedule_tells_when_it_fires_next(shop: Workshop) -> None:
    answer = shop.post("/schedules", **NIGHTLY, title="Say good night", time_zone="Europe/Berlin")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["id"], made["title"], made["paused"]) == ("say-good-night", "Say good night", False)
    assert (made["last_at"], made["last_item"], made["missed"]) == (None, None, 0)
    next_at = datetime.fromisoformat(made["next_at"])
    assert next_at > datetime.now(UTC)
    assert next_at.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M") == "03:30"


def test_the_labs_time_zone_is_meant_where_none_is_given(shop: Workshop) -> None:
    assert make(shop)["time_zone"] == "UTC"


def test_a_schedule_is_named_after_its_title_or_its_operation(shop: Workshop) -> None:
    assert make(shop)["id"] == "say-it-back"
    assert make(shop, title="Ünïcode & more!")["id"] == "n-code-more"
    assert make(shop, title="晚安")["id"] == "schedule"
    assert make(shop, id="own_name.1")["id"] == "own_name.1"


def test_a_name_is_given_once(shop: Workshop) -> None:
    make(shop, id="mine")
    answer = shop.post("/schedules", **NIGHTLY, id="mine")
    assert answer.status_code == 409
    assert answer.json()["fix"]


@pytest.mark.parametrize(
    "cron",
    ["", "every day", "* * * *", "* * * * * *", "60 3 * * *", "0 25 * * *", "0 3 32 * *", "@daily", "0 3 31 2 *"],
)
def test_a_cron_line_that_is_none_is_refused_with_an_example(shop: Workshop, cron: str) -> None:
    answer = shop.post("/schedules", **{**NIGHTLY, "cron": cron})
    assert answer.status_code == 422
    assert "0 3 * * *" in answer.json()["fix"]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "/etc/localtime", "utc+1", "UTC\x00"])
def test_a_time_zone_that_is_none_is_refused(shop: Workshop, zone: str) -> None:
    assert fields(shop, time_zone=zone) == ["time_zone"]


def test_a_wrong_cron_line_and_zone_are_told_together(shop: Workshop) -> None:
    assert fields(shop, cron="never", time_zone="Nowhere") == ["cron", "time_zone"]


def test_an_order_that_cannot_be_carried_out_is_refused_at_the_door(shop: Workshop) -> None:
    assert fields(shop, input={"txt": "a"}) == ["txt"]
    assert fields(shop, id="No Good", priority="urgent", lane="a lane") == ["id", "priority", "lane"]
    assert shop.post("/schedules", **{**NIGHTLY, "operation": "bench.ehco"}).status_code == 404
    assert shop.post("/schedules", operation="bench.direct", cron="0 3 * * *").status_code == 422
    assert not any(one["schedule"]["operation"] == "bench.echo" for one in shop.get("/schedules")["schedules"])


def test_a_run_now_adds_its_work_as_ordered(shop: Workshop) -> None:
    make(shop, id="night", title="Good night", priority="low", lane="inference")
    item = shop.do("/schedules/night/run")
    assert (item["title"], item["priority"], item["lane"]) == ("Good night", "low", "inference")
    assert item["created_by"] == "schedule:night"
    assert shop.wait(item)["result"] == {"text": "night"}
    told = shop.get("/schedules/night")
    assert told["last"] == shop.item(item)
    assert told["schedule"]["last_item"] == item["id"]


def test_a_schedule_runs_once_at_a_time(shop: Workshop) -> None:
    make(shop, id="slow", operation="bench.wait", input={"text": "slow"})
    item = shop.do("/schedules/slow/run")
    answer = shop.post("/schedules/slow/run")
    assert answer.status_code == 409
    assert item["id"] in answer.json()["detail"]
    bench_area.gate.set()
    shop.wait(item)
    assert shop.do("/schedules/slow/run")["id"] != item["id"]


def test_a_paused_schedule_says_so_until_it_is_resumed(shop: Workshop) -> None:
    make(shop, id="night")
    assert shop.do("/schedules/night/pause")["paused"] is True
    assert shop.get("/schedules/night")["schedule"]["paused"] is True
    resumed = shop.do("/schedules/night/resume")
    assert resumed["paused"] is False
    assert datetime.fromisoformat(resumed["next_at"]) > datetime.now(UTC)


def test_a_paused_schedule_can_be_run_by_hand(shop: Workshop) -> None:
    make(shop, id="night")
    shop.do("/schedules/night/pause")
    assert shop.wait(shop.do("/schedules/night/run"))["state"] == "done"


def test_a_removed_schedule_is_gone_and_its_work_stays(shop: Workshop) -> None:
    make(shop, id="night")
    item = shop.wait(shop.do("/schedules/night/run"))
    assert shop.client.delete("/schedules/night").json()["id"] == "night"
    assert shop.client.get("/schedules/night").status_code == 404
    assert shop.item(item) == item
    assert make(shop, id="night")["last_item"] is None


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("POST", "/resume"), ("POST", "/run")]
)
def test_what_does_not_exist_is_not_found(shop: Workshop, method: str, path: str) -> None:
    answer = shop.client.request(method, f"/schedules/nobody{path}")
    assert answer.status_code == 404
    assert answer.json()["fix"]


def test_the_next_to_fire_stands_first(shop: Workshop) -> None:
    make(shop, id="yearly", cron="0 0 1 1 *")
    make(shop, id="often", cron="* * * * *")
    listed = [one["schedule"] for one in shop.get("/schedules")["schedules"]]
    assert [one["next_at"] for one in listed] == sorted(one["next_at"] for one in listed)
    ids = [one["id"] for one in listed]
    assert ids.index("often") < ids.index("yearly")


def test_each_change_is_told_in_the_journal(shop: Workshop) -> None:
    make(shop, id="night", title="Told")
    for action in ("pause", "resume"):
        shop.do(f"/schedules/night/{action}")
    shop.client.delete("/schedules/night")
    told = shop.get("/activity", topic="schedules", limit=4)["events"]
    assert [(one["name"], one["subject"]) for one in reversed(told)] == [
        (f"schedules.{what}", "Told") for what in ("created", "paused", "resumed", "removed")
    ]


def test_times_are_given_in_words_and_told_in_words(shop: Workshop) -> None:
    assert make(shop, id="early", cron="weekdays at 6:45")["cron"] == "45 6 * * 1-5"
    told = shop.get("/schedules/early")
    assert told["when"] == "weekdays at 06:45"
    assert len(told["upcoming"]) == 5


def test_a_schedule_tells_what_became_of_its_times(shop: Workshop) -> None:
    make(shop, id="night", title="Told of")
    item = shop.wait(shop.do("/schedules/night/run"))
    (firing,) = shop.get("/schedules/night")["firings"]
    assert (firing["what"], firing["item"]["id"], firing["missed"]) == ("fired", item["id"], 0)
