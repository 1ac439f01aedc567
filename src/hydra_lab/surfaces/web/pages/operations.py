"""Every verb Hydra knows, the form of each made from its declaration, and new work: a form that is queued."""

from collections import Counter
from typing import Any

from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.operation import Effect, Operation
from hydra_lab.kernel.policy.model import ActorKind
from hydra_lab.kernel.registry import speaks_of
from hydra_lab.kernel.work import Item
from hydra_lab.kernel.work.find import store as find
from hydra_lab.surfaces.web.forms import examples

# The fields of new work that are about when and how, in the order the form shows them.
OPTIONS = ("title", "priority", "window", "not_before", "deadline", "tier", "lane", "key")
# Which operations a link shows, and its words.
KINDS = (("", "All"), ("read", "Reads"), ("write", "Writes"), ("danger", "Dangerous"), ("durable", "Durable"))
WAITED_FOR = 40
# How much new work offers first, how much of that is a person's own habit, and from how many items that is read.
OFTEN, OWN, LATELY = 9, 6, 300


def load_list(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Every operation by area, as far as it fits the words and the kind."""
    query = {"q": request.query.get("q", ""), "kind": request.query.get("kind", "")}
    registry = ctx.services.registry
    every = [verb for verb in registry.operations() if speaks_of(verb, query["q"])]
    return {
        "query": query,
        "total": len(registry.operations()),
        "kinds": [
            {"name": name, "label": label, "count": sum(is_kind(verb, name) for verb in every)} for name, label in KINDS
        ],
        "groups": registry.by_room(verb for verb in every if is_kind(verb, query["kind"])),
    }


def load_new(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """The operations that somebody would queue; ``?for=`` names an item that one of them is to do."""
    query = {"q": request.query.get("q", ""), "for": request.query.get("for", "")}
    registry = ctx.services.registry
    item = ctx.services.work.get(query["for"]) if query["for"] else None
    verbs = [verb for verb in registry.operations() if verb.queueable and speaks_of(verb, query["q"])]
    groups = registry.by_room(verbs if query["q"] else registry.workable())
    return {"query": query, "item": item, "often": [] if query["q"] else often(ctx), "groups": groups}


def often(ctx: Context) -> list[Operation]:
    """What is queued most: by people here lately, then what most labs want."""
    registry = ctx.services.registry
    with ctx.read() as connection:
        lately = Counter(find.asked_for_lately(connection, ActorKind.PERSON, LATELY)).most_common(OWN)
    wanted = [name for name, _ in lately] + [verb.name for verb in registry.workable() if verb.common]
    known = {verb.name: verb for verb in registry.workable()}
    return [known[name] for name in dict.fromkeys(wanted) if name in known][:OFTEN]


def is_kind(verb: Operation, kind: str) -> bool:
    """Whether it is of a kind of ``KINDS``."""
    return not kind or verb.effect == kind or (kind == "durable" and verb.durable is not None)


def load_one(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """One operation with the schema of its form; ``?again=`` and ``?for=`` name an item to take input from."""
    name = request.path["name"]
    verb = ctx.services.registry.operation(name)
    again, item = request.query.get("again"), request.query.get("for")
    source = again or item
    known = ctx.services.work.get(source) if source else None
    given = known.input if known and known.operation == name else suggested(known, name) if known and item else {}
    schema = verb.input_schema()
    options = options_schema(ctx) if verb.queueable else None
    return {
        "title": verb.name,
        "operation": verb,
        "schema": schema,
        "options": options,
        "waits": waits(ctx) if options else [],
        "new": "new" in request.query,
        "given": given,
        "item": known if item else None,
        "callable": not verb.durable,
        "confirm": verb.subject if verb.effect is Effect.DANGER else None,
        "detail": paragraphs(verb.description)[1:],
        "needs": needs(ctx, verb),
        "spelled": spelled(ctx, verb, given or examples.sample(schema)),
    }


def suggested(item: Item, operation: str) -> dict[str, Any]:
    """The input with which an operation is suggested for an item that has none yet; empty where it is not."""
    offered = [one for hold in item.holds for one in hold.data.get("proposals", []) if one["operation"] == operation]
    return offered[0]["input"] if offered else {}


def waits(ctx: Context) -> list[Any]:
    """Work that is not over: what new work may wait for."""
    return [
        item for state in ("running", "queued", "held") for item in ctx.call("queue.list", state=state, limit=20).items
    ][:WAITED_FOR]


def needs(ctx: Context, verb: Operation) -> list[dict[str, Any]]:
    """What it needs, with the integrations that give that and how they are."""
    services = ctx.services
    return [
        {
            "name": need,
            "givers": [
                services.integrations.state(name)
                for name, one in services.registry.integrations.items()
                if need == name or need in one.provides
            ],
        }
        for need in verb.needs
    ]


def spelled(ctx: Context, verb: Operation, given: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The call on every other surface: ``(name, where, text)``."""
    settings = ctx.services.settings.current
    server = settings.public_url or f"http://{settings.host}:{settings.port}{settings.base_path}"
    return [
        ("HTTP", f"{verb.method} {verb.path}", examples.curl(verb, server, given)),
        ("Terminal", "hydra", examples.command(verb, given)),
        ("MCP", "a tool of its own" if verb.tool else "through operations_call", examples.tool(verb, given)),
    ]


def options_schema(ctx: Context) -> dict[str, Any]:
    """The schema of new work without its operation, its input and what it waits for."""
    try:
        whole = ctx.services.registry.operation("queue.add").input_schema()
    except NotFound:
        return {"type": "object", "properties": {}}
    kept = {name: whole["properties"][name] for name in OPTIONS if name in whole["properties"]}
    return {**whole, "properties": kept, "required": []}


def paragraphs(text: str) -> list[str]:
    """A description's paragraphs, each on one line."""
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


PAGES = (
    Page(path="/new", title="New work", template="new.html", load=load_new, nav=("Make", 10, "plus", "New work")),
    Page(
        path="/operations", title="Operations", template="operations.html", load=load_list,
        nav=("Make", 90, "square-terminal", "Operations"),
    ),
    Page(path="/operations/{name}", title="Operation", template="operation.html", load=load_one),
)  # fmt: skip
