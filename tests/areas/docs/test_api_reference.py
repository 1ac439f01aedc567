"""The API reference: what a reader of the Markdown finds, and what the list of changes tells them."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra_lab.areas.docs.reference.changes import changes, outline
from hydra_lab.areas.docs.reference.markdown import reference
from hydra_lab.areas.docs.reference.openapi import parse, read
from hydra_lab.kernel.errors import Refused

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Lab | API", "version": "2"},
    "paths": {
        "/queue/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "get": {
                "tags": ["queue"],
                "summary": "One item",
                "parameters": [
                    {"name": "deep", "in": "query", "schema": {"type": "boolean", "default": False}},
                ],
                "responses": {
                    "200": {
                        "description": "The item",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}},
                    },
                    "404": {"$ref": "#/components/responses/Gone"},
                },
            },
        },
        "/queue": {
            "post": {
                "tags": ["queue"],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/NewItem"},
                            "example": {"title": "Say ``` aloud"},
                        }
                    },
                },
                "responses": {"201": {"description": "Added"}},
            }
        },
    },
    "components": {
        "parameters": {"Id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}},
        "responses": {"Gone": {"description": "There is no such item"}},
        "schemas": {
            "NewItem": {
                "type": "object",
                "required": ["title"],
                "properties": {
                    "title": {"type": "string", "description": "a | b"},
                    "priority": {"enum": ["high", "low"]},
                },
            },
            "Item": {
                "type": "object",
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
                    "owner": {"anyOf": [{"$ref": "#/components/schemas/Lost"}, {"type": "null"}]},
                },
            },
        },
    },
}


def test_the_reference_shows_parameters_schemas_examples_and_errors_of_each_area() -> None:
    text = reference(read(DOCUMENT))
    assert "# Lab \\| API" in text
    assert "| `id` | path | string | yes |" in text
    assert "| `deep` | query | boolean | no | false |" in text
    assert "| 404 | There is no such item |" in text
    assert "| `title` | string | yes |  | a \\| b |" in text
    assert '| `priority` | "high" or "low" | no |' in text
    assert "````json\n" in text, "a fence inside an example must not end the block"
    assert "list of Item" in text, "a schema inside itself is named, not unrolled"
    assert "- `#/components/schemas/Lost`" in text, "dead references are told, not hidden"


def test_what_changed_names_the_parameter_and_whether_callers_break() -> None:
    before = outline(read(DOCUMENT))
    edited = deepcopy(DOCUMENT)
    edited["paths"]["/queue"]["post"]["parameters"] = [
        {"name": "lane", "in": "query", "required": True, "schema": {"type": "string"}}
    ]
    edited["components"]["schemas"]["NewItem"]["required"] = []
    edited["paths"]["/queue/new"] = {"get": {"responses": {}}}
    del edited["paths"]["/queue/{id}"]["get"]["responses"]["404"]
    found = changes(before, outline(read(edited)))
    assert sorted((one.kind, one.endpoint, one.breaking) for one in found) == [
        ("added", "GET /queue/new", False),
        ("added", "POST /queue", True),
        ("changed", "POST /queue", False),
        ("removed", "GET /queue/{id}", False),
    ]
    assert "**Breaks callers.**" in reference(read(edited), found)


def test_an_outline_kept_as_json_compares_as_unchanged() -> None:
    before = json.loads(json.dumps(outline(read(DOCUMENT))))
    assert changes(before, outline(read(DOCUMENT))) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"swagger": "2.0", "paths": {}}', "OpenAPI 2.0"),
        ("<html>sign in</html>", "no OpenAPI document"),
        ("{", "neither JSON nor YAML"),
        ("[1]", "no OpenAPI document"),
    ],
)
def test_what_is_no_openapi_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        parse(text, "the file")


def test_yaml_with_unquoted_statuses_and_dates_reads_as_json_does() -> None:
    text = "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      responses:\n        200: {description: on 2026-01-01}\n"
    assert read(parse(text, "file")).endpoints[0].answers[0].status == "200"


INSIDE = ("schema", "content", "items", "anyOf", "oneOf", "allOf", "properties", "additionalProperties", "value")
ABOUT = (
    "type",
    "name",
    "enum",
    "required",
    "examples",
    "example",
    "default",
    "description",
    "const",
    "format",
    "minimum",
)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["object", "array", "string", "#/paths"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*INSIDE, *ABOUT, "$ref"]), inner, max_size=5)
        | st.just({"$ref": "#/components/schemas/type"})
    ),
    max_leaves=20,
)


def holding(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """An object in which some of the named fields hold anything at all."""
    return st.dictionaries(st.sampled_from(names), junk, max_size=4)


verb = holding("parameters", "requestBody", "responses", "tags", "summary")
media = st.fixed_dictionaries({"application/json": holding("schema", "example", "examples")})
bodied = st.fixed_dictionaries({"requestBody": st.fixed_dictionaries({"content": media}), "parameters": st.lists(junk)})


@settings(max_examples=150, deadline=None)
@given(paths=st.dictionaries(st.text(max_size=6), st.fixed_dictionaries({"get": verb, "put": bodied})), schemas=junk)
def test_no_document_however_odd_breaks_the_reader(paths: dict[str, Any], schemas: Any) -> None:
    reference(read({"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas}}))
