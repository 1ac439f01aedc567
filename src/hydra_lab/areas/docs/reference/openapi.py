"""Reading an OpenAPI document (3.0 or 3.1, JSON or YAML) into endpoints, parameters, answers and schemas."""

import json
from typing import Any

import yaml

from hydra_lab.areas.docs.model import Answer, Api, Content, Endpoint, Parameter, Schema
from hydra_lab.areas.docs.reference.examples import example
from hydra_lab.areas.docs.reference.schemas import Resolver, fields, listed, type_name
from hydra_lab.kernel.errors import Refused

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def parse(text: str, source: str) -> dict[str, Any]:
    """The document in a text. Raises ``Refused`` when it is neither JSON nor YAML, or no OpenAPI 3 document."""
    try:
        document = json.loads(text)
    except ValueError:
        document = _yaml(text, source)
    if not isinstance(document, dict) or not isinstance(document.get("paths", {}), dict):
        raise Refused(
            f"{source} holds no OpenAPI document.", fix="Give the address of its openapi.json or openapi.yaml."
        )
    version = str(document.get("openapi") or document.get("swagger") or "")
    if not version.startswith("3."):
        raise Refused(
            f"{source} is {'OpenAPI ' + version if version else 'no OpenAPI document'}; version 3 is read.",
            fix="Convert a Swagger 2.0 document first, e.g. with swagger2openapi.",
        )
    return document


def _yaml(text: str, source: str) -> Any:
    try:
        # Dates stay as written and keys become text, as they would be in JSON.
        return json.loads(json.dumps(yaml.safe_load(text), default=str))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise Refused(
            f"{source} is neither JSON nor YAML.",
            fix="Give the address of the OpenAPI document itself, often /openapi.json.",
        ) from error


def read(document: dict[str, Any]) -> Api:
    """Everything the document says, with references followed."""
    resolver = Resolver(document)
    info = resolver.node(document.get("info"))
    endpoints = [
        _endpoint(resolver, str(path), method, item, resolver.node(item[method]))
        for path, raw in (document.get("paths") or {}).items()
        if (item := resolver.node(raw))
        for method in METHODS
        if isinstance(item.get(method), dict)
    ]
    named = resolver.node(resolver.node(document.get("components")).get("schemas"))
    schemas = tuple(
        Schema(
            name=str(name),
            type=type_name(resolver, value),
            description=str(resolver.node(value).get("description") or ""),
            fields=fields(resolver, value),
        )
        for name, value in named.items()
    )
    return Api(
        title=str(info.get("title") or "API"),
        version=str(info.get("version") or ""),
        description=str(info.get("description") or ""),
        endpoints=tuple(endpoints),
        schemas=schemas,
        unresolved=tuple(sorted(resolver.unresolved)),
    )


def _endpoint(resolver: Resolver, path: str, method: str, item: dict[str, Any], verb: dict[str, Any]) -> Endpoint:
    body = resolver.node(verb.get("requestBody"))
    tags = listed(verb.get("tags"))
    words = [part for part in path.split("/") if part and not part.startswith("{")]
    return Endpoint(
        method=method.upper(),
        path=path,
        area=str(tags[0]) if tags else (words[0] if words else "root"),
        summary=str(verb.get("summary") or item.get("summary") or ""),
        description=str(verb.get("description") or item.get("description") or ""),
        deprecated=verb.get("deprecated") is True,
        parameters=_parameters(resolver, item, verb),
        bodies=_contents(resolver, body),
        body_required=body.get("required") is True,
        answers=_answers(resolver, verb),
    )


def _parameters(resolver: Resolver, item: dict[str, Any], verb: dict[str, Any]) -> tuple[Parameter, ...]:
    """Those of the path and of the method; the method's replace the path's of the same name and place."""
    found: dict[tuple[str, str], Parameter] = {}
    for raw in [*listed(item.get("parameters")), *listed(verb.get("parameters"))]:
        one = resolver.node(raw)
        if "name" not in one:
            continue
        content = next(iter(resolver.node(one.get("content")).values()), None)
        schema = one.get("schema") or resolver.node(content).get("schema")
        node = resolver.node(schema)
        parameter = Parameter(
            name=str(one["name"]),
            place=str(one.get("in") or "query"),
            type=type_name(resolver, schema),
            required=one.get("required") is True,
            description=str(one.get("description") or node.get("description") or ""),
            default=json.dumps(node["default"], ensure_ascii=False) if "default" in node else None,
        )
        found[parameter.place, parameter.name] = parameter
    return tuple(found.values())


def _answers(resolver: Resolver, verb: dict[str, Any]) -> tuple[Answer, ...]:
    given = resolver.node(verb.get("responses"))
    read = [(str(status), resolver.node(one)) for status, one in given.items()]
    return tuple(
        Answer(status=status, description=str(one.get("description") or ""), contents=_contents(resolver, one))
        for status, one in read
    )


def _contents(resolver: Resolver, holder: dict[str, Any]) -> tuple[Content, ...]:
    found = []
    for media_type, raw in resolver.node(holder.get("content")).items():
        media = resolver.node(raw)
        text, given = example(resolver, media)
        schema = media.get("schema")
        found.append(
            Content(
                media_type=str(media_type),
                type=type_name(resolver, schema),
                fields=fields(resolver, schema),
                example=text,
                given=given,
            )
        )
    return tuple(found)
