"""The API reference as Markdown: one chapter an area, then the schemas, then what changed."""

import re
from collections.abc import Iterable, Iterator

from hydra_lab.areas.docs.model import Answer, Api, Change, Content, Endpoint, Field, Schema


def reference(api: Api, changed: list[Change] | None = None, *, since: str | None = None) -> str:
    """The whole reference. ``changed`` is ``None`` on a first run, where there is nothing to compare with."""
    return "\n".join(_lines(api, changed, since)).rstrip() + "\n"


def _lines(api: Api, changed: list[Change] | None, since: str | None) -> Iterator[str]:
    areas: dict[str, list[Endpoint]] = {}
    for endpoint in api.endpoints:
        areas.setdefault(endpoint.area, []).append(endpoint)
    yield f"# {line(api.title)}"
    yield ""
    if api.version:
        yield f"Version {line(api.version)}."
    sizes = (count(len(api.endpoints), "endpoint"), count(len(areas), "area"), count(len(api.schemas), "schema"))
    yield "{} in {}, {}.".format(*sizes)
    yield from ("", api.description) if api.description else ()
    yield from _changes(changed, since)
    yield from ("", "## Areas", "")
    yield from (f"- [{line(area)}](#{slug(area)}): {count(len(found), 'endpoint')}" for area, found in areas.items())
    for area, found in areas.items():
        yield from ("", f"## {line(area)}", "")
        yield from table(("endpoint", "what it does"), ((f"`{one.key}`", line(one.summary)) for one in found))
        for one in found:
            yield from _endpoint(one)
    if api.schemas:
        yield from ("", "## Schemas")
        for schema in api.schemas:
            yield from _schema(schema)
    if api.unresolved:
        yield from ("", "## References that lead nowhere", "")
        yield from (f"- `{one}`" for one in api.unresolved)


def _changes(changed: list[Change] | None, since: str | None) -> Iterator[str]:
    if changed is None:
        return
    yield from ("", f"## What changed{f' since {since}' if since else ''}", "")
    if not changed:
        yield "Nothing."
    for one in changed:
        yield f"- {one.kind}: `{one.endpoint}`: {one.detail}{' **Breaks callers.**' if one.breaking else ''}"


def _endpoint(one: Endpoint) -> Iterator[str]:
    yield from ("", f"### `{one.key}`", "")
    yield from ("**Deprecated.**", "") if one.deprecated else ()
    text = one.description or one.summary
    yield from (text, "") if text else ()
    if one.parameters:
        rows = (
            (
                f"`{row.name}`",
                row.place,
                cell(row.type),
                yes(row.required),
                cell(row.default or ""),
                line(row.description),
            )
            for row in one.parameters
        )
        yield from table(("parameter", "in", "type", "required", "default", "description"), rows)
        yield ""
    for body in one.bodies:
        yield f"**Body**{'' if one.body_required else ' (optional)'}, `{body.media_type}`: {cell(body.type)}"
        yield from _content(body)
    good = [answer for answer in one.answers if not answer.is_error]
    for answer in good:
        for content in answer.contents or (None,):
            shape = f" `{content.media_type}`: {cell(content.type)}" if content else ""
            yield f"**Answer {answer.status}**{shape} {line(answer.description)}".rstrip()
            yield from _content(content) if content else ("",)
    yield from _errors([answer for answer in one.answers if answer.is_error])


def _content(content: Content) -> Iterator[str]:
    yield ""
    if content.fields:
        yield from _fields(content.fields)
        yield ""
    if content.example is not None:
        yield "Example:" if content.given else "Example (made from the schema):"
        yield ""
        yield from fenced(content.example, "json" if "json" in content.media_type else "text")
        yield ""


def _errors(errors: list[Answer]) -> Iterator[str]:
    if errors:
        yield from ("**Errors**", "")
        rows = (
            (one.status, line(one.description), cell(" or ".join(dict.fromkeys(each.type for each in one.contents))))
            for one in errors
        )
        yield from table(("status", "when", "body"), rows)
        yield ""


def _schema(schema: Schema) -> Iterator[str]:
    yield from ("", f"### {line(schema.name)}", "")
    yield from (schema.description, "") if schema.description else ()
    if schema.fields:
        yield from _fields(schema.fields)
    else:
        yield f"{cell(schema.type)}"


def _fields(fields: Iterable[Field]) -> Iterator[str]:
    rows = (
        (f"`{one.name}`", cell(one.type), yes(one.required), cell(one.default or ""), line(one.description))
        for one in fields
    )
    yield from table(("field", "type", "required", "default", "description"), rows)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A table; cells must have been made safe with ``cell`` or ``line``."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def fenced(text: str, language: str) -> Iterator[str]:
    """A code block whose fence is longer than any inside it."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    yield from (f"{fence}{language}", text, fence)


def line(text: str) -> str:
    """Prose from outside as one line that cannot break a table or a heading."""
    return " ".join(text.split()).replace("|", "\\|")


def cell(text: str) -> str:
    """A value from outside for a table cell: no markup in it is read as markup."""
    return re.sub(r"([\\|*_<>\[\]`])", r"\\\1", " ".join(text.split()))


def yes(value: bool | None) -> str:
    """``yes``, ``no`` or nothing where unknown."""
    return "" if value is None else "yes" if value else "no"


def count(number: int, noun: str) -> str:
    """``1 endpoint``, ``2 endpoints``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def slug(text: str) -> str:
    """A heading's anchor as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
