"""The OpenAPI document and the page that shows it."""

import re
from typing import Any

import pytest

from tests.surfaces.served import Served


@pytest.fixture(scope="module")
def document(toyshop: Served) -> dict[str, Any]:
    """The document."""
    answer = toyshop.client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    return dict(answer.json())


def references(tree: Any) -> set[str]:
    """Every reference in a document."""
    if isinstance(tree, dict):
        found = {tree["$ref"]} if isinstance(tree.get("$ref"), str) else set()
        return found.union(*(references(one) for one in tree.values())) if tree else found
    return set().union(*(references(one) for one in tree)) if isinstance(tree, list) else set()


def test_every_verb_is_in_it(toyshop: Served, document: dict[str, Any]) -> None:
    told = {one["operationId"] for methods in document["paths"].values() for one in methods.values()}
    assert told == set(toyshop.services.registry.verbs)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) == known - {"#/components/schemas/Problem"} | {"#/components/schemas/Problem"}


def test_path_query_and_body_are_told_apart(document: dict[str, Any]) -> None:
    change = document["paths"]["/toys/{name}"]["put"]
    assert [one["in"] for one in change["parameters"] if one["name"] == "name"] == ["path"]
    body = change["requestBody"]["content"]["application/json"]["schema"]
    assert "name" not in body["properties"]
    assert "paint" in body["properties"]
    listed = {one["name"]: one["in"] for one in document["paths"]["/toys"]["get"]["parameters"]}
    assert listed == dict.fromkeys(("q", "tags", "limit", "broken", "since", "box"), "query")


def test_what_a_call_may_answer_is_told(document: dict[str, Any]) -> None:
    grow = document["paths"]["/toys/grow"]["post"]
    assert {"200", "202", "401", "403", "422", "default"} <= grow["responses"].keys()
    assert grow["x-durable"] is True
    assert "wait" in {one["name"] for one in grow["parameters"]}
    assert "X-Confirm" in {one["name"] for one in document["paths"]["/toys/{name}/smash"]["post"]["parameters"]}
    assert document["paths"]["/hooks/toys"]["post"]["security"] == []


def test_the_page_shows_every_operation_and_runs_no_script(toyshop: Served, document: dict[str, Any]) -> None:
    page = toyshop.client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    for methods in document["paths"].values():
        for one in methods.values():
            assert f'id="{one["operationId"]}"' in page.text
    assert "<script" not in page.text
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page.text)
    assert toyshop.nobody.get("/docs/reference.css").headers["content-type"].startswith("text/css")
