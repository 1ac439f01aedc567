"""See what the gateway does, and say which names, rules and limits it has."""

from typing import Any

from hydra_lab.areas.gateway import store
from hydra_lab.areas.gateway.model import Aliases, Limits, Patience, Rules
from hydra_lab.areas.gateway.serving.router import Router
from hydra_lab.areas.gateway.serving.wishes import NAMES, D, kept
from hydra_lab.areas.gateway.views import Status, status_of
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.database.connect import after_commit
from hydra_lab.kernel.operation import Effect, Nothing, operation


@operation("gateway.status", effect=Effect.READ, path="GET /gateway/status")
def status(ctx: Context, input: Nothing) -> Status:
    """Show each server's line, and what was asked of each model by whom: waits, tokens, errors, swaps."""
    return status_of(ctx)


@operation("gateway.aliases", effect=Effect.READ, path="GET /gateway/aliases")
def aliases(ctx: Context, input: Nothing) -> Aliases:
    """Show the names that stand for models and groups of models."""
    return shown(ctx, Aliases)


@operation("gateway.set_aliases", effect=Effect.WRITE, path="PUT /gateway/aliases", scope="admin", queueable=False)
def set_aliases(ctx: Context, input: Aliases) -> Aliases:
    """Say which names stand for which models, the preferred one first; the others answer when it cannot."""
    return put(ctx, input)


@operation("gateway.rules", effect=Effect.READ, path="GET /gateway/rules")
def rules(ctx: Context, input: Nothing) -> Rules:
    """Show the rules that send requests to another model than the one asked for."""
    return shown(ctx, Rules)


@operation("gateway.set_rules", effect=Effect.WRITE, path="PUT /gateway/rules", scope="admin", queueable=False)
def set_rules(ctx: Context, input: Rules) -> Rules:
    """Say which requests go to another model: by name, key, ability, length or load; the first that fits counts."""
    return put(ctx, input)


@operation("gateway.keys", effect=Effect.READ, path="GET /gateway/keys", scope="admin")
def keys(ctx: Context, input: Nothing) -> Limits:
    """Show what each key may use."""
    return shown(ctx, Limits)


@operation("gateway.set_keys", effect=Effect.WRITE, path="PUT /gateway/keys", scope="admin", queueable=False)
def set_keys(ctx: Context, input: Limits) -> Limits:
    """Say which models each key may ask for, how urgent it is, and how much it may use in a day."""
    return put(ctx, input)


@operation("gateway.patience", effect=Effect.READ, path="GET /gateway/patience")
def patience(ctx: Context, input: Nothing) -> Patience:
    """Show how long the gateway waits for what, and how much it holds."""
    return shown(ctx, Patience)


@operation("gateway.set_patience", effect=Effect.WRITE, path="PUT /gateway/patience", scope="admin", queueable=False)
def set_patience(ctx: Context, input: Patience) -> Patience:
    """Say how long the gateway waits for what, how much it holds, and whether it swaps models."""
    return put(ctx, input)


def shown(ctx: Context, kind: type[D]) -> D:
    """What the owner set of a kind."""
    with ctx.read() as connection:
        return kept(connection, kind)


def put(ctx: Context, document: D) -> D:
    """Keep what the owner set; it counts from the next request on."""
    value: dict[str, Any] = document.model_dump(mode="json")
    with ctx.begin() as connection:
        store.put_document(connection, NAMES[type(document)], value)
        ctx.emit(connection, f"gateway.{NAMES[type(document)]}_set", data=value)
        after_commit(connection, ctx.services.lasting(Router).wishes.forget)
    return document
