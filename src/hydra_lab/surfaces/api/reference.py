"""The API's own documentation: `/openapi.json`, `/llms.txt`, and `/docs`, a page that shows it without any script."""

import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path as File
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response

from hydra_lab.kernel.errors import TABLE
from hydra_lab.kernel.openapi import REF, document
from hydra_lab.kernel.operation import Entry, Raw
from hydra_lab.kernel.services import Services
from hydra_lab.surfaces.api.llms import llms_txt
from hydra_lab.surfaces.http import Call, Path, Way, raw_response
from hydra_lab.surfaces.http.problems import title_of

HERE = File(__file__).parent


class Reference:
    """The document and its page, each made once, when first asked for."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def document(self) -> bytes:
        """The OpenAPI document."""
        return to_json(document(self._services.registry, self._services.settings.current.base_path))

    @cached_property
    def text(self) -> bytes:
        """What a language model is told."""
        return llms_txt(self._services.registry, self._services.settings.current.base_path).encode()

    @cached_property
    def page(self) -> bytes:
        """The page."""
        from jinja2 import Environment, FileSystemLoader

        environment = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        told = json.loads(self.document)
        environment.filters["written"] = written
        environment.filters["pretty"] = lambda data: json.dumps(data, indent=2, ensure_ascii=False)
        return environment.get_template("reference.html").render(
            title=told["info"]["title"], version=told["info"]["version"], areas=by_area(told),
            schemas=told["components"]["schemas"], errors=errors(),
        ).encode()  # fmt: skip


def document_paths(services: Services) -> list[Path]:
    """The routes of the documentation. What the API can do is told to nobody unknown; the style sheet is."""
    reference = Reference(services)

    def answering(body: Callable[[], bytes], media_type: str) -> Callable[[Call], Response]:
        return lambda call: raw_response(call.request, Raw(body=body(), media_type=media_type))

    style = answering((HERE / "static" / "reference.css").read_bytes, "text/css; charset=utf-8")
    return [
        Path("/openapi.json", {"GET": Way(answer=answering(lambda: reference.document, "application/json"))}),
        Path("/docs", {"GET": Way(answer=answering(lambda: reference.page, "text/html; charset=utf-8"))}),
        Path("/llms.txt", {"GET": Way(answer=answering(lambda: reference.text, "text/markdown; charset=utf-8"))}),
        Path("/docs/reference.css", {"GET": Way(answer=style, entry=Entry.PUBLIC)}),
    ]


def by_area(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations under their areas, in the order of the document's tags."""
    areas = {tag["name"]: {**tag, "operations": []} for tag in told["tags"]}
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            entry = {**operation, "path": path, "method": method.upper(), "body": body}
            areas[operation["tags"][0]]["operations"].append(entry)
    return list(areas.values())


def errors() -> list[dict[str, Any]]:
    """Every error with its status, exit code and meaning."""
    known = [
        {"code": cls.code, "title": title_of(cls.code), "about": cls.__doc__, "http": row.http, "exit": row.exit}
        for cls, row in TABLE.items()
        if cls.code != "error"
    ]
    return sorted(known, key=lambda one: str(one["code"]))


def written(schema: dict[str, Any]) -> str:
    """A schema in a few words: ``string``, ``list of Item``, ``integer or null``."""
    if not schema:
        return "anything"
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REF)
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(written(one) for one in schema[several]))
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {written(schema.get('items', {}))}"
    return " or ".join(kind) if isinstance(kind, list) else str(schema.get("format", kind))
