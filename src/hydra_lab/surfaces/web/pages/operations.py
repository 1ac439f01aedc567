"""Every verb Hydra knows, and the form of each, made from its declaration."""

from typing import Any

from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.operation import Effect, Operation

# The fields of new work that are about when and how, in the order the form shows them.
OPTIONS = ("title", "priority", "window", "not_before", "deadline", "depends_on", "tier", "lane", "key")


def load_list(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Operations by area, as far as they fit the words; those that only read on demand."""
    query = {"q": request.query.get("q", ""), "all": request.query.get("all", ""), "for": request.query.get("for", "")}
    groups: dict[str, list[Operation]] = {}
    for verb in ctx.services.registry.operations():
        if (
            fits(verb, query["q"])
            and (query["all"] or query["q"] or is_work(verb))
            and (verb.queueable or not query["for"])
        ):
            groups.setdefault(verb.area, []).append(verb)
    registry = ctx.services.registry
    titles = {name: integration.title for name, integration in registry.integrations.items()}
    titles |= {name: area.title for name, area in registry.areas.items()}
    item = ctx.services.work.get(query["for"]) if query["for"] else None
    return {
        "query": query,
        "item": item,
        "groups": [
            {"name": name, "title": titles.get(name, name.capitalize()), "operations": verbs}
            for name, verbs in sorted(groups.items())
        ],
    }


def is_work(verb: Operation) -> bool:
    """Whether somebody would queue it: it does something, or takes long."""
    return verb.queueable and (verb.effect is not Effect.READ or verb.durable is not None)


def fits(verb: Operation, words: str) -> bool:
    """Whether every word is somewhere in the operation's name or description."""
    text = f"{verb.name} {verb.description}".lower()
    return all(word in text for word in words.lower().split())


def load_one(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """One operation with the schema of its form; ``?again=`` and ``?for=`` name an item to take input from."""
    name = request.path["name"]
    verb = ctx.services.registry.operation(name)
    again, item = request.query.get("again"), request.query.get("for")
    source = again or item
    known = ctx.services.work.get(source) if source else None
    subject = verb.subject if verb.effect is Effect.DANGER else None
    return {
        "title": verb.name,
        "operation": verb,
        "schema": verb.input_schema(),
        "options": options_schema(ctx) if verb.queueable else None,
        "given": known.input if known and known.operation == name else {},
        "item": known if item else None,
        "callable": not verb.durable,
        "confirm": subject,
        "detail": paragraphs(verb.description)[1:],
    }


def options_schema(ctx: Context) -> dict[str, Any]:
    """The schema of new work without its operation and input."""
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
    Page(
        path="/operations", title="Operations", template="operations.html", load=load_list,
        nav=("Make", 90, "square-terminal", "Operations"),
    ),
    Page(path="/operations/{name}", title="Operation", template="operation.html", load=load_one),
)  # fmt: skip
