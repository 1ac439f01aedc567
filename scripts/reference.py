"""Writes docs/reference/operations.md: every verb, from the declarations (`make reference`)."""

from collections.abc import Iterator
from pathlib import Path

from hydra_lab import areas, integrations
from hydra_lab.areas.docs.reference.markdown import cell, line, table, yes
from hydra_lab.areas.docs.reference.schemas import Resolver, fields
from hydra_lab.kernel.area import Area
from hydra_lab.kernel.integration import Integration
from hydra_lab.kernel.operation import Kind, Operation
from hydra_lab.kernel.registry import Registry, discover

TARGET = Path(__file__).parent.parent / "docs" / "reference" / "operations.md"
HEAD = """\
# Operations

Every verb of Hydra with what it takes, written by `make reference` from the declarations. Each is a route, a command, a
form on its page under `/ui/operations` and, where it is marked so, a tool; any that can be queued runs now, tonight, on
a schedule or after approval. What each answers is in `/docs` and `/openapi.json` of a running Hydra.
"""


def text() -> str:
    """The reference."""
    found = discover(areas, "AREA", Area)
    registry = Registry(areas=found, integrations=discover(integrations, "INTEGRATION", Integration))
    by_title: dict[str, list[Operation]] = {}
    for area in found.values():
        by_title.setdefault(area.title, []).extend(area.verbs())
    for room in registry.integrations.values():
        by_title.setdefault(room.title, []).extend(room.verbs())
    parts = [HEAD]
    for title, verbs in by_title.items():
        if verbs:
            parts.append("\n".join([f"## {title}", "", *(row for verb in verbs for row in described(verb))]))
    return "\n".join(parts)


def described(verb: Operation) -> Iterator[str]:
    """One verb."""
    yield from (f"### {verb.name}", "", verb.description or verb.summary, "")
    marks = [verb.effect.value]
    marks += ["runs as work"] if verb.durable else []
    marks += ["always asks a person"] if verb.floor else []
    marks += [f"needs {', '.join(verb.needs)}"] if verb.needs else []
    marks += ["a tool"] if verb.tool else []
    spelled = [f"`{verb.method} {verb.path}`"]
    if verb.kind is not Kind.ENDPOINT:
        spelled.append(f"`hydra {verb.name.replace('.', ' ').replace('_', '-')}`")
    yield from (f"{' · '.join(spelled)} · {', '.join(marks)}", "")
    schema = verb.input_schema()
    rows = [
        (f"`{one.name}`", cell(one.type), yes(one.required), cell(one.default or ""), line(one.description))
        for one in fields(Resolver(schema), schema)
    ]
    if rows:
        yield from table(("field", "type", "required", "default", "meaning"), rows)
        yield ""


if __name__ == "__main__":
    TARGET.write_text(text())
