"""What changed in an API since the last look: endpoints and parameters added, removed or made different."""

from collections.abc import Iterable, Iterator
from typing import Any

from hydra_lab.areas.docs.model import Api, Change, Endpoint, Field, Outline, Parameter


def outline(api: Api) -> Outline:
    """What is kept of a run to compare the next one with: types by name, without prose or examples."""
    schemas = {schema.name: _types(schema.fields) for schema in api.schemas}
    return {endpoint.key: _outline(endpoint, schemas) for endpoint in api.endpoints}


def _outline(endpoint: Endpoint, schemas: dict[str, dict[str, str]]) -> dict[str, Any]:
    body = endpoint.bodies[0] if endpoint.bodies else None
    return {
        "parameters": {f"{one.place} {one.name}": _type(one) for one in endpoint.parameters},
        "body": (_types(body.fields) or schemas.get(body.type, {}) or {"(whole)": body.type}) if body else {},
        "answers": {
            one.status: " or ".join(f"{content.type} as {content.media_type}" for content in one.contents)
            for one in endpoint.answers
        },
        "deprecated": endpoint.deprecated,
    }


def _types(fields: Iterable[Field]) -> dict[str, str]:
    return {field.name: _type(field) for field in fields}


def _type(one: Field | Parameter) -> str:
    return f"{one.type}, {'required' if one.required else 'optional'}"


def changes(before: Outline, after: Outline) -> list[Change]:
    """Every difference, those that break callers first within an endpoint; an unchanged API gives an empty list."""
    found: list[Change] = []
    for key in sorted(before.keys() | after.keys()):
        if key not in before:
            found.append(Change(kind="added", endpoint=key, detail="New endpoint."))
        elif key not in after:
            found.append(Change(kind="removed", endpoint=key, detail="The endpoint is gone.", breaking=True))
        else:
            found += sorted(_differences(key, before[key], after[key]), key=lambda one: not one.breaking)
    return found


def _differences(key: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for part, word in (("parameters", "parameter"), ("body", "field of the body")):
        old, new = before.get(part, {}), after.get(part, {})
        for name in sorted(old.keys() | new.keys()):
            if name not in old:
                must = new[name].endswith(", required")
                yield Change(kind="added", endpoint=key, detail=f"New {word} `{name}`: {new[name]}.", breaking=must)
            elif name not in new:
                yield Change(kind="removed", endpoint=key, detail=f"The {word} `{name}` is gone.", breaking=True)
            elif old[name] != new[name]:
                detail = f"The {word} `{name}` was {old[name]}; now {new[name]}."
                yield Change(
                    kind="changed", endpoint=key, detail=detail, breaking=not _only_relaxed(old[name], new[name])
                )
    yield from _answers(key, before.get("answers", {}), after.get("answers", {}))
    if after.get("deprecated") and not before.get("deprecated"):
        yield Change(kind="changed", endpoint=key, detail="Now deprecated.")


def _only_relaxed(old: str, new: str) -> bool:
    """Whether only the need to give the value went away."""
    return old.removesuffix(", required") == new.removesuffix(", optional")


def _answers(key: str, old: dict[str, str], new: dict[str, str]) -> Iterator[Change]:
    for status in sorted(old.keys() | new.keys()):
        if status not in old:
            yield Change(kind="added", endpoint=key, detail=f"May now answer {status}.")
        elif status not in new:
            yield Change(
                kind="removed", endpoint=key, detail=f"No longer answers {status}.", breaking=status.startswith("2")
            )
        elif old[status] != new[status]:
            detail = f"Answer {status} was {old[status] or 'empty'}; now {new[status] or 'empty'}."
            yield Change(kind="changed", endpoint=key, detail=detail, breaking=status.startswith("2"))
