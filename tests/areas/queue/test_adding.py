"""Adding work: what others rely on when they hand something in, and how a wrong order is refused."""

from typing import Any

import pytest

from tests.areas.queue.workshop import Workshop

FIELDS = {
    "id", "title", "operation", "input", "section", "tier", "phase", "priority", "effort_minutes", "impact", "state",
    "holds", "progress", "attempts", "result", "error", "artifacts", "created_at", "ready_at", "started_at",
    "finished_at", "created_by", "cause",
}  # fmt: skip
HOLD = {"kind", "detail", "unblock", "since", "checked_at"}
FAR = "2099-01-01T00:00:00Z"


def wrong(shop: Workshop, path: str = "/queue", **body: Any) -> set[str]:
    """The fields that an answer of 422 names."""
    answer = shop.post(path, **body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["code"] == "invalid"
    assert told["detail"]
    return {one["field"] for one in told["problems"]}


def test_new_work_is_answered_with_all_its_fields(shop: Workshop) -> None:
    answer = shop.post("/queue", operation="bench.echo", input={"text": "a"}, not_before=FAR)
    assert answer.status_code == 201
    item = answer.json()
    assert item.keys() >= FIELDS
    (hold,) = item["holds"]
    assert hold.keys() >= HOLD
    assert (item["operation"], item["input"], item["state"], hold["kind"]) == (
        "bench.echo", {"text": "a"}, "held", "not_before",
    )  # fmt: skip
    assert (item["priority"], item["attempts"], item["progress"], item["result"], item["error"]) == (
        "medium", 0, None, None, None,
    )  # fmt: skip


def test_everything_that_can_be_said_of_work_is_kept(shop: Workshop) -> None:
    before = shop.held()
    options = {
        "title": "Tidy the shed", "priority": "high", "tier": 3, "window": "overnight", "not_before": FAR,
        "deadline": "2099-06-01T00:00:00Z", "depends_on": [before["id"]], "lane": "inference", "key": "everything",
    }  # fmt: skip
    item = shop.add(text="a", **options)
    assert {name: item[name] for name in options} == options
    assert {hold["kind"] for hold in item["holds"]} >= {"not_before", "dependency"}
    assert shop.item(item) == item


def test_finished_work_has_its_result_and_times(shop: Workshop) -> None:
    item = shop.done("bench.steps")
    assert item["result"] == {"text": "first 2"}
    assert item["created_at"] <= item["started_at"] <= item["finished_at"]
    (file,) = item["artifacts"]
    assert file.keys() >= {"name", "media_type", "size", "url"}
    assert (item["attempts"], item["progress"], item["error"]) == (1, None, None)


def test_a_repeated_key_gives_the_item_that_has_it(shop: Workshop) -> None:
    body = {"operation": "bench.echo", "input": {"text": "a"}, "key": "once", "not_before": FAR}
    first, second = shop.post("/queue", **body), shop.post("/queue", **{**body, "input": {"text": "b"}})
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()


def test_every_wrong_field_is_told_at_once(shop: Workshop) -> None:
    body = {
        "operation": "bench.echo", "priority": "urgent", "tier": -1, "window": "sometimes", "not_before": "tomorrow",
        "deadline": "2099-01-01T00:00:00", "lane": "a lane", "depends_on": "x", "colour": "red", "input": [],
    }  # fmt: skip
    assert wrong(shop, **body) == set(body) - {"operation"}


def test_an_operations_own_wrong_input_is_named(shop: Workshop) -> None:
    assert wrong(shop, operation="bench.echo", input={"text": 5, "txt": "a"}) == {"input.text", "input.txt"}
    assert wrong(shop, operation="bench.echo", input={}, deadline="2020-01-01T00:00:00Z") == {"deadline"}
    late = {"operation": "bench.echo", "input": {"text": 5}, "deadline": "2020-01-01T00:00:00Z"}
    assert wrong(shop, **late) == {"input.text", "deadline"}


def test_wrong_fields_of_work_and_of_its_input_are_told_in_one_answer(shop: Workshop) -> None:
    both = {"operation": "bench.echo", "prio": 1, "input": {"text": 5, "txt": "a"}}
    told = {"prio", "input.text", "input.txt"}
    assert wrong(shop, **both) == told
    assert wrong(shop, operation="no.such", prio=1) == {"operation", "prio"}
    assert wrong(shop, operation="bench.direct", prio=1) == {"operation", "prio"}
    items = [both, {"operation": "bench.echo", "input": {}, "tier": "x"}, {"operation": "no.such"}, 5]
    expected = {f"items.0.{one}" for one in told} | {"items.1.tier", "items.2.operation", "items.3"}
    assert wrong(shop, "/queue/batch", items=items) == expected
    assert wrong(shop, "/schedules", cron="99 * * * *", colour=1, **{**both, "prio": 1}) >= told | {"colour"}


def test_a_value_of_another_kind_is_wrong_in_json(shop: Workshop) -> None:
    assert wrong(shop, operation="bench.echo", input={"text": "a"}, tier="3") == {"tier"}
    assert wrong(shop, operation="bench.echo", input={"text": "a"}, tier=False) == {"tier"}
    assert wrong(shop, operation="bench.echo", input={"text": "a"}, not_before=1_900_000_000) == {"not_before"}


@pytest.mark.parametrize(("name", "near"), [("bench.ehco", "bench.echo"), ("bench_steps", "bench.steps")])
def test_an_unknown_operation_suggests_near_names(shop: Workshop, name: str, near: str) -> None:
    answer = shop.post("/queue", operation=name)
    assert answer.status_code == 404
    assert near in answer.json()["fix"]


def test_what_answers_at_once_is_not_queued(shop: Workshop) -> None:
    answer = shop.post("/queue", operation="bench.direct")
    assert answer.status_code == 422
    assert "/bench/direct" in answer.json()["fix"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b'{"operation": NaN}', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_order_is_refused(shop: Workshop, body: bytes) -> None:
    answer = shop.client.post("/queue", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["problems"]


def test_work_that_waits_for_nothing_that_exists_is_refused(shop: Workshop) -> None:
    answer = shop.post("/queue", operation="bench.echo", depends_on=["nobody"])
    assert answer.status_code == 404
    assert "nobody" in answer.json()["detail"]


def test_a_batch_is_added_in_order_and_may_depend_on_itself(shop: Workshop) -> None:
    items = [{"operation": "bench.echo", "key": f"batch-{n}", "not_before": FAR, "title": f"B{n}"} for n in range(3)]
    items[0]["depends_on"] = ["batch-2"]
    answer = shop.post("/queue/batch", items=[*items, items[1]])
    assert answer.status_code == 201
    added = answer.json()
    assert [one["title"] for one in added["items"]] == ["B0", "B1", "B2", "B1"]
    assert added["created"] == 3
    assert added["items"][0]["depends_on"] == [added["items"][2]["id"]]


@pytest.mark.parametrize(
    ("last", "status"),
    [
        ({"operation": "bench.ech"}, 404),
        ({"operation": "bench.echo", "input": {"txt": 1}}, 422),
        ({"operation": "bench.echo", "depends_on": ["nobody"]}, 404),
        ({"operation": "bench.echo", "priority": "urgent"}, 422),
    ],
)
def test_a_batch_with_one_wrong_item_adds_none(shop: Workshop, last: dict[str, Any], status: int) -> None:
    before = shop.get("/queue/stats")["states"]
    answer = shop.post("/queue/batch", items=[{"operation": "bench.echo"}] * 20 + [last])
    assert answer.status_code == status
    told = answer.json()
    assert "Item 21 of 21" in told["detail"] or told["problems"][0]["field"].startswith("items.20.")
    assert shop.get("/queue/stats")["states"] == before


def test_every_wrong_input_of_a_batch_is_told_with_its_number(shop: Workshop) -> None:
    items: list[dict[str, Any]] = [{"operation": "bench.echo", "input": {"text": "fine"}, "not_before": FAR}] * 5
    items[1] = {"operation": "bench.echo", "input": {"txt": "a"}}
    items[4] = {"operation": "bench.echo", "input": {"text": 5, "more": 1}}
    answer = shop.post("/queue/batch", items=items)
    assert answer.status_code == 422
    told = answer.json()
    assert "2 of 5 items cannot be added: 2, 5." in told["detail"]
    assert {one["field"] for one in told["problems"]} == {
        "items.1.input.txt", "items.4.input.text", "items.4.input.more",
    }  # fmt: skip
    assert wrong(shop, "/queue/batch", items=items[:3]) == {"items.1.input.txt"}


def test_a_batch_that_goes_round_in_a_circle_is_refused(shop: Workshop) -> None:
    items = [
        {"operation": "bench.echo", "key": "round-a", "depends_on": ["round-b"]},
        {"operation": "bench.echo", "key": "round-b", "depends_on": ["round-a"]},
    ]
    answer = shop.post("/queue/batch", items=items)
    assert answer.status_code in (409, 422)
    assert shop.get("/queue", q="round-a")["total"] == 0


def test_a_thousand_are_added_and_one_more_is_too_many(shop: Workshop) -> None:
    one = {"operation": "bench.echo", "not_before": FAR, "title": "one of a thousand"}
    assert wrong(shop, "/queue/batch", items=[one] * 1001) == {"items"}
    assert wrong(shop, "/queue/batch", items=[]) == {"items"}
    added = shop.do("/queue/batch", items=[one] * 1000)
    assert added["created"] == 1000
    assert len({item["id"] for item in added["items"]}) == 1000
    assert shop.get("/queue", q="one of a thousand", limit=1)["total"] == 1000


def test_what_is_missing_and_what_does_not_exist_is_told_in_words_of_the_one_who_asks(shop: Workshop) -> None:
    told = shop.post("/queue", operaton="bench.echo").json()
    assert {one["field"]: one["problem"] for one in told["problems"]} == {
        "operation": "is required", "operaton": "does not exist; did you mean operation?",
    }  # fmt: skip


def test_a_start_in_another_year_is_told_with_the_year(shop: Workshop) -> None:
    assert shop.held()["holds"][0]["detail"] == "Not before 01 January 2099, 00:00."
