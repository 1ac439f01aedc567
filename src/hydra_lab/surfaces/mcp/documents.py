"""Documentation as resources: every operation from its declaration, and the guides that come with the program."""

import json
from functools import cache
from pathlib import Path

import mcp_types as types

from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.operation import Kind, Operation
from hydra_lab.kernel.registry import Registry

PREFIX = "hydra://docs/"
OPERATIONS = f"{PREFIX}operations"
GUIDES = f"{PREFIX}guides/"
HERE = Path(__file__)
# Where a built wheel has the guides, and where a checkout has them.
FOLDERS = (HERE.parents[2] / "guides", HERE.parents[4] / "docs" / "guides")


@cache
def guides() -> dict[str, Path]:
    """The guides by name."""
    folder = next((one for one in FOLDERS if one.is_dir()), None)
    return {one.stem: one for one in sorted(folder.glob("*.md"))} if folder else {}


def listed() -> list[types.Resource]:
    """The documents as resources."""
    about = types.Resource(
        name="operations", title="Every operation, with a line on each", uri=OPERATIONS, mime_type="text/markdown"
    )
    others = [
        types.Resource(name=f"guide-{name}", title=heading(file), uri=GUIDES + name, mime_type="text/markdown")
        for name, file in guides().items()
    ]
    return [about, *others]


def heading(file: Path) -> str:
    """A guide's own title."""
    with file.open() as lines:
        return next((line.lstrip("# ").strip() for line in lines if line.startswith("# ")), file.stem)


def read(registry: Registry, uri: str) -> str | None:
    """A document in Markdown; ``None`` for an address that is none of a document. Raises ``NotFound``."""
    if not uri.startswith(PREFIX):
        return None
    if uri == OPERATIONS:
        return index(registry)
    if uri.startswith(f"{OPERATIONS}/"):
        return page(registry.operation(uri.removeprefix(f"{OPERATIONS}/")))
    file = guides().get(uri.removeprefix(GUIDES)) if uri.startswith(GUIDES) else None
    if file is None:
        raise NotFound(f"There is no document {uri}.", fix="resources/list shows them.")
    return file.read_text()


def index(registry: Registry) -> str:
    """Every operation with a line on each, by area."""
    areas: dict[str, list[Operation]] = {}
    for one in registry.operations():
        if one.kind is Kind.OPERATION:
            areas.setdefault(one.area, []).append(one)
    lines = ["# Operations", "", f"Each is documented at `{OPERATIONS}/NAME`."]
    for area in sorted(areas):
        lines += ["", f"## {area}", ""]
        lines += [f"- `{one.name}` ({one.effect.value}): {one.summary}" for one in areas[area]]
    return "\n".join(lines) + "\n"


def page(one: Operation) -> str:
    """The documentation of an operation."""
    facts = [f"- effect: {one.effect.value}", f"- scope: {one.wanted_scope}", f"- REST: `{one.method} {one.path}`"]
    facts += [f"- needs: {', '.join(one.needs)}"] if one.needs else []
    facts += ["- long work: it answers with its work item"] if one.durable else []
    facts += [f"- always asks a person: it {one.floor}"] if one.floor else []
    parts = [f"# {one.name}", one.description, "\n".join(facts)]
    for title, schema in (("Input", one.input_schema()), ("Output", one.output_schema())):
        parts += [f"## {title}", f"```json\n{json.dumps(schema, indent=2, ensure_ascii=False)}\n```"]
    return "\n\n".join(parts) + "\n"
