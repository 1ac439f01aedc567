"""Make, list and remove hooks, and take in what other systems send to them."""

import json
from datetime import timedelta
from typing import Any

from pydantic import Field

from hydra_lab.areas.hooks import store
from hydra_lab.areas.hooks.model import FIX, UNPROVEN, Hook, Scheme, delivery, example, verify
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated
from hydra_lab.kernel.operation import Effect, Entry, Input, Output, Raw, endpoint, operation
from hydra_lab.kernel.webhooks import new_secret

REMEMBERED = timedelta(days=30)
LARGEST = 64 << 10
DEEPEST = 50
MASKED = "SECRET"  # what stands in an example where the sender puts its own
NAME = r"^[a-z0-9][a-z0-9._-]{0,63}$"


class NewHook(Input):
    """A name for its address, and how the sender proves who it is."""

    name: str = Field(pattern=NAME, description="The end of its address, /hooks/NAME")
    scheme: Scheme = Field(
        default=Scheme.TOKEN,
        description="token: a bearer token; github: X-Hub-Signature-256; standard: Standard Webhooks",
    )


class HookName(Input):
    """One hook."""

    name: str


class ShownHook(Hook):
    """A hook, and how to call it."""

    address: str = Field(description="Where the sender posts to; only a path while public_url is not set")
    example: str = Field(description="A call of it with curl; put the secret in place of SECRET")


class Hooks(Output):
    """Every hook."""

    hooks: list[ShownHook]


class MadeHook(Hook):
    """A new hook."""

    path: str = Field(description="Where the sender posts to")
    secret: str = Field(description="The secret; it is shown this once and never again")
    address: str = Field(description="The same, absolute when public_url is set")
    example: str = Field(description="A call of it with curl, secret and all")


class Delivery(Input):
    """What a sender posted."""

    name: str
    body: bytes
    headers: dict[str, str] = Field(default_factory=dict)


@operation("hooks.list", effect=Effect.READ, path="GET /hooks")
def list_(ctx: Context) -> Hooks:
    """Show every hook, how it is called and when it was called last."""
    with ctx.read() as connection:
        found = store.all_hooks(connection)
    return Hooks(hooks=[ShownHook(**hook.model_dump(), **how_to_call(ctx, hook, MASKED)) for hook in found])


def how_to_call(ctx: Context, hook: Hook, secret: str) -> dict[str, str]:
    """A hook's address, and a call of it."""
    settings = ctx.services.settings.current
    path = f"/hooks/{hook.name}"
    here = f"http://{settings.host}:{settings.port}{settings.base_path}"
    reached = f"{settings.public_url.rstrip('/') or here}{path}"
    address = reached if settings.public_url else f"{settings.base_path}{path}"
    return {"address": address, "example": example(hook.scheme, reached, secret)}


@operation("hooks.create", effect=Effect.WRITE, path="POST /hooks", subject="name", scope="admin", status=201,
           queueable=False)  # fmt: skip
def create(ctx: Context, input: NewHook) -> MadeHook:
    """Make an address that another system can call. Its secret is in the answer, and is never shown again."""
    taken = [verb for verb in ctx.services.registry.verbs.values() if verb.path == f"/hooks/{input.name}"]
    if taken:  # that route is more exact than this area's own, so the hook would never be called
        raise Conflict(
            f"/hooks/{input.name} is served by {taken[0].area} itself.", fix="Choose another name.",
            problems=[{"field": "name", "problem": f"is served by {taken[0].area} itself; choose another"}],
        )  # fmt: skip
    hook = Hook(name=input.name, scheme=input.scheme, created_at=ctx.clock.now(), created_by=ctx.actor.name)
    secret = new_secret()
    ctx.services.scrubber.add(secret)
    with ctx.begin() as connection:
        if not store.add(connection, hook, ctx.services.secrets.seal(secret)):
            raise Conflict(
                f"There is a hook {input.name} already.", fix=f"`hydra hooks remove {input.name}` ends it.",
                problems=[{"field": "name", "problem": "is taken; choose another, or remove that hook first"}],
            )  # fmt: skip
        ctx.emit(connection, "hooks.created", subject=input.name, data={"scheme": input.scheme.value})
    told = how_to_call(ctx, hook, secret)
    return MadeHook(**hook.model_dump(), path=f"/hooks/{input.name}", secret=secret, **told)


@operation("hooks.remove", effect=Effect.WRITE, path="DELETE /hooks/{name}", subject="name", scope="admin",
           queueable=False)  # fmt: skip
def remove(ctx: Context, input: HookName) -> None:
    """End a hook: its address answers no more, and its secret is forgotten."""
    with ctx.begin() as connection:
        if not store.remove(connection, input.name):
            raise NotFound(f"There is no hook {input.name}.", fix="`hydra hooks list` shows them.")
        ctx.emit(connection, "hooks.removed", subject=input.name)


@endpoint("hooks.receive", effect=Effect.WRITE, path="POST /hooks/{name}", subject="name", entry=Entry.HOOK,
          scope="read", passes_on=True, body_limit=LARGEST)  # fmt: skip
def receive(ctx: Context, input: Delivery) -> Raw:
    """Take in what a sender posted, once: a delivery that comes again is answered like the first.

    It is journaled as `hooks.received` and does nothing by itself; triggers say what follows.
    """
    with ctx.read() as connection:
        known = store.secret_of(connection, input.name)
    if known is None:  # who knows no secret learns no names
        raise Unauthenticated(UNPROVEN, fix=FIX)
    now = ctx.clock.now()
    verify(Scheme(known[0]), ctx.services.secrets.open(known[1]), input.headers, input.body, now)
    content = content_of(input.body)
    id = delivery(input.headers)
    with ctx.begin() as connection:
        if not store.take_turn(connection, input.name, known[1]):
            raise Unauthenticated(UNPROVEN, fix=FIX)
        event = store.delivered(connection, input.name, id) if id else None
        if event is None:
            data = {"body": content, "delivery": id}
            event = ctx.emit(connection, "hooks.received", subject=input.name, data=data)
            store.note(connection, input.name, id, event, now, now - REMEMBERED)
    return Raw(body=json.dumps({"event": event}).encode(), media_type="application/json", status=202)


def content_of(body: bytes) -> Any:
    """The body as JSON. Raises ``Invalid`` for anything else, and for what cannot be kept or handed on."""
    try:
        content = json.loads(body) if body else None
        json.dumps(content, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Invalid("The body is no JSON.", fix="Have the sender post application/json.") from error
    if depth(content) > DEEPEST:
        raise Invalid(f"The body is nested more than {DEEPEST} deep.", fix="Have the sender post less at once.")
    return content


def depth(content: Any) -> int:
    """How many lists and objects are inside one another."""
    deep, layer = 0, [content]
    while layer := [one for one in layer if isinstance(one, dict | list)]:
        deep += 1
        layer = [inner for one in layer for inner in (one.values() if isinstance(one, dict) else one)]
    return deep
