"""What a request says becomes one input: path, query and body, each in the form the declaration wants."""

from typing import Any

import pytest

from tests.surfaces.served import Served


def fields(answer: Any) -> list[str]:
    """The wrong fields that an answer names."""
    assert answer.status_code == 422, answer.text
    return sorted(one["field"] for one in answer.json()["problems"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tags=a&tags=b", {"tags": ["a", "b"]}),
        ("tags=a,b&tags=c", {"tags": ["a", "b", "c"]}),
        ("tags=", {"tags": []}),
        ("limit=7&broken=true", {"limit": 7, "broken": True}),
        ("broken=0", {"broken": False}),
        ("broken=&q=", {"broken": None, "q": None}),
        ("since=2025-12-19T12:00:00Z", {"since": "2025-12-19T12:00:00Z"}),
        ('box={"a":1}', {"box": {"a": 1}}),
        ("q=wait%2Cfor+it", {"q": "wait,for it"}),
    ],
)
def test_a_query_is_read_by_its_fields_types(toyshop: Served, query: str, expected: dict[str, Any]) -> None:
    told = toyshop.client.get(f"/toys?{query}").json()
    assert {name: told[name] for name in expected} == expected


def test_every_wrong_field_is_told_at_once(toyshop: Served) -> None:
    assert fields(toyshop.client.get("/toys?limit=0&broken=perhaps&nonsense=1&q=a&q=b")) == [
        "broken", "limit", "nonsense", "q",
    ]  # fmt: skip
    wrong = {"count": "many", "paint": {"coats": 9, "sheen": 1}, "tags": "no list", "unknown": 1}
    assert fields(toyshop.client.post("/toys", json=wrong)) == [
        "count", "name", "paint.coats", "paint.sheen", "tags", "unknown",
    ]  # fmt: skip


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff\xfe", b"null", b'{"name": NaN}', b"name=a"])
def test_a_body_that_is_no_object_is_named_as_such(toyshop: Served, body: bytes) -> None:
    assert fields(toyshop.client.post("/toys", content=body)) == ["(body)"]


@pytest.mark.parametrize("kind", ["application/yaml", "text/yaml; charset=utf-8"])
def test_a_body_may_be_yaml_where_it_says_so(toyshop: Served, kind: str) -> None:
    post = {"headers": {"Content-Type": kind}}
    wrong = toyshop.client.post("/toys", content="name: a\ncount: many\ntags: [1]\n", **post)
    assert fields(wrong) == ["count", "tags.0"]
    for text in ("a: [", "- a", "a: &x 1\nb: *x", "{a: " * 5000):
        assert fields(toyshop.client.post("/toys", content=text, **post)) == ["(body)"]


def test_very_deep_nesting_is_refused_not_followed(toyshop: Served) -> None:
    deep = b'{"name": "a", "extra": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001
    assert toyshop.client.post("/toys", content=deep).status_code == 422


@pytest.mark.parametrize("number", [2**63, -(2**64), 10**40])
def test_numbers_that_no_database_holds_are_refused(toyshop: Served, number: int) -> None:
    assert fields(toyshop.client.post("/toys", json={"name": "a", "count": number})) == ["count"]
    assert fields(toyshop.client.post("/toys", json={"name": "a", "extra": {"b": [number]}})) == ["extra.b.0"]


@pytest.mark.parametrize(
    "body", [{"count": True}, {"count": "2"}, {"paint": {"coats": False}}, {"paint": {"coats": "1"}}]
)
def test_a_value_of_another_kind_is_wrong_in_json_though_it_could_be_read(toyshop: Served, body: Any) -> None:
    (field,) = fields(toyshop.client.post("/toys", json={"name": "a", **body}))
    assert field in ("count", "paint.coats")


def test_a_nul_in_a_name_is_refused(toyshop: Served) -> None:
    assert fields(toyshop.client.get("/toys/a%00b")) == ["name"]


def test_a_field_of_the_path_may_be_repeated_but_not_contradicted(toyshop: Served) -> None:
    assert toyshop.client.put("/toys/bear", json={"count": 2, "name": "bear"}).json()["name"] == "bear"
    assert fields(toyshop.client.put("/toys/bear", json={"name": "cat"})) == ["name"]


def test_a_change_takes_its_fields_from_the_body_alone(toyshop: Served) -> None:
    assert fields(toyshop.client.post("/toys?count=2", json={"name": "a"})) == ["count"]


def test_a_name_in_the_path_may_hold_any_letters(toyshop: Served) -> None:
    assert toyshop.client.get("/toys/b%C3%A4r%20%231").json() == {"name": "bär #1"}


def test_a_raw_endpoint_gets_body_and_headers_as_they_came(toyshop: Served) -> None:
    answer = toyshop.nobody.post("/hooks/toys", content=b"\x00abc", headers={"X-Secret": "open"})
    assert (answer.status_code, answer.content) == (202, b"cba\x00")
    assert toyshop.nobody.post("/hooks/toys", content=b"abc").status_code == 403
