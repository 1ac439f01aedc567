"""Listing work: filters that mean what they say, and pages without gaps or doubles."""

from typing import Any

import pytest

from tests.areas.queue.workshop import Item, Workshop


def titles(shop: Workshop, **query: Any) -> list[str]:
    """What a filter finds, newest first."""
    found = shop.get("/queue", **query)
    assert found.keys() == {"items", "total", "cursor"}
    assert found["total"] == len(found["items"])
    assert found["cursor"] is None
    return [item["title"] for item in found["items"]]


def pages(shop: Workshop, **query: Any) -> list[list[Item]]:
    """Every page, to the last."""
    found = []
    cursor: dict[str, str] = {}
    while True:
        page = shop.get("/queue", **query, **cursor)
        found.append(page["items"])
        if page["cursor"] is None:
            return found
        cursor = {"cursor": page["cursor"]}


def test_a_filter_by_state_finds_each_item_in_its_own(shop: Workshop) -> None:
    running, held = shop.running("st-runs"), shop.held("st-held", title="st-held")
    done = shop.done(text="st-done", title="st-done")
    for item in (running, held, done):
        for state in ("held", "queued", "running", "done", "failed", "cancelled"):
            found = shop.get("/queue", state=state, q=item["id"])["items"]
            assert [one["id"] for one in found] == [item["id"]] * (state == item["state"]), state


def test_what_a_pause_keeps_back_is_listed_as_held(shop: Workshop) -> None:
    shop.do("/control/pause", tier=41)
    item = shop.add(tier=41)
    assert item["state"] == "held"
    assert [one["id"] for one in shop.get("/queue", state="held", tier=41)["items"]] == [item["id"]]
    assert shop.get("/queue", state="queued", tier=41)["total"] == 0


def test_filters_by_tier_operation_lane_and_hold_go_together(shop: Workshop) -> None:
    shop.held(title="fa", tier=51)
    shop.held(title="fb", tier=51, operation="bench.steps", lane="inference")
    shop.held(title="fc", tier=52, operation="bench.steps")
    assert titles(shop, tier=51) == ["fb", "fa"]
    assert titles(shop, tier=51, operation="bench.steps") == ["fb"]
    assert titles(shop, tier=51, lane="inference") == ["fb"]
    assert titles(shop, tier=51, hold="not_before") == ["fb", "fa"]
    assert titles(shop, tier=51, hold="approval") == []
    assert titles(shop, tier=53) == []


def test_words_are_found_in_titles_and_operations_whatever_their_case(shop: Workshop) -> None:
    item = shop.held(title="Paint 100% of the Fence_posts", tier=61)
    shop.held(title="Paint 1000 of the fencexposts", tier=61)
    for q in ("fence_POSTS", "100%", item["id"]):
        assert titles(shop, tier=61, q=q) == [item["title"]], q
    assert len(titles(shop, tier=61, q="bench.ECHO")) == 2


@pytest.mark.parametrize(
    "query",
    [
        {"state": "waiting"}, {"tier": "one"}, {"limit": 0}, {"limit": 501}, {"limit": "all"}, {"hold": "aproval"},
        {"cursor": "next"}, {"colour": "red"}, {"state": ["held", "done"]},
    ],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_refused(shop: Workshop, query: dict[str, Any]) -> None:
    answer = shop.client.get("/queue", params=query)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["problems"]] == list(query)


@pytest.mark.parametrize("limit", [1, 3, 10, 11])
def test_pages_hold_everything_once_newest_first(shop: Workshop, limit: int) -> None:
    added = [shop.held(tier=100 + limit)["id"] for _ in range(10)]
    found = pages(shop, tier=100 + limit, limit=limit)
    assert [item["id"] for page in found for item in page] == added[::-1]
    assert all(len(page) == limit for page in found[:-1])
    assert found[-1]


def test_paging_goes_on_while_work_is_added(shop: Workshop) -> None:
    added = [shop.held(tier=71)["id"] for _ in range(9)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = shop.get("/queue", tier=71, limit=2, **cursor)
        seen += [item["id"] for item in page["items"]]
        if page["cursor"] is None:
            break
        cursor = {"cursor": page["cursor"]}
        shop.held(tier=71)
        shop.do("/queue/batch", items=[{"operation": "bench.echo", "tier": 71, "not_before": "2099-01-01T00:00:00Z"}])
    assert seen == added[::-1]


def test_the_total_counts_what_is_on_other_pages(shop: Workshop) -> None:
    for _ in range(5):
        shop.held(tier=72)
    first = shop.get("/queue", tier=72, limit=2)
    assert (first["total"], len(first["items"])) == (5, 2)
    assert shop.get("/queue", tier=72, limit=2, cursor=first["cursor"])["total"] == 5


def test_the_numbers_agree_with_the_lists(shop: Workshop) -> None:
    shop.running("n-runs")
    shop.held(tier=73)
    shop.do("/control/pause", tier=74)
    shop.add(tier=74)
    stats = shop.get("/queue/stats")
    for state, number in stats["states"].items():
        assert shop.get("/queue", state=state, limit=1)["total"] == number, state
    for kind, number in stats["holds"].items():
        assert shop.get("/queue", hold=kind, limit=1)["total"] == number, kind
    assert "not_before" in stats["holds"]
    assert stats["lanes"]["default"]["busy"] == 1
    assert stats["blocked"] is None
