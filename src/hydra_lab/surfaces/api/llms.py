"""`/llms.txt`: what a language model is told first, in the form of https://llmstxt.org."""

from hydra_lab.kernel.operation import Kind, Operation
from hydra_lab.kernel.registry import Registry

HEAD = """\
# Hydra

> Hydra runs a home AI lab by itself: a durable queue of work, with a policy gate before every effect. Work that may not
> run yet is *held*, with the reason and what would release it; nothing unknown is invented.

- Send `Authorization: Bearer KEY`. What a key may do is its scopes: read, write, approve, admin.
- A durable operation answers 202 with a work item; `?wait=30` waits for the result.
- Any operation can be queued instead: POST {base}/queue with `{{"operation": NAME, "input": {{…}}}}`.
- A change by an agent is asked of a person first: the answer is 202 and an item with a hold of the kind `approval`.
- `GET {base}/queue/ID/why` says why an item waits.
- Errors are problem+json with `code`, `detail` and `fix`: do what `fix` says.

## Interfaces

- [MCP]({base}/mcp): tools and resources over streamable HTTP
- [OpenAPI]({base}/openapi.json): every route, for programs
- [Reference]({base}/docs): the same for reading
- [Operations]({base}/operations): every verb with its schemas, effect and what it needs
- [State]({base}/state): measured facts about this lab, each with its time
"""


def llms_txt(registry: Registry, base: str) -> str:
    """The text. ``base`` is the path below which Hydra is shown, empty or such as ``/hydra``."""
    parts = [HEAD.format(base=base)]
    for area in registry.areas.values():
        verbs = [verb for verb in area.verbs() if verb.kind is Kind.OPERATION]
        if verbs:
            parts.append("\n".join([f"## {area.title}", "", *(line(verb) for verb in verbs), ""]))
    return "\n".join(parts)


def line(verb: Operation) -> str:
    """A verb in a line."""
    return f"- {verb.name} ({verb.effect.value}, {verb.method} {verb.path}): {verb.summary}"
