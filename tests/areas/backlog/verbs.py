"""Operations for the backlog's tests, with the names that rules and documents know."""

from typing import Literal

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Effect, Input, Output, operation


class Done(Output):
    """Something was done."""

    said: str


class Maintenance(Input):
    """What to look after."""

    action: Literal["backup", "restore_drill", "database_optimize", "disk_check", "health_check"]
    keep: int = 7


@operation("maintenance.run", effect=Effect.WRITE)
def maintenance(ctx: Context, input: Maintenance) -> Done:
    """Look after Hydra."""
    return Done(said=input.action)


@operation("maintenance.prune", effect=Effect.WRITE, floor="deletes data")
def prune(ctx: Context) -> Done:
    """Delete what is old."""
    return Done(said="pruned")


@operation("docs.api", effect=Effect.WRITE)
def api(ctx: Context) -> Done:
    """Write API documentation."""
    return Done(said="written")


@operation("docs.troubleshooting", effect=Effect.WRITE)
def troubleshooting(ctx: Context) -> Done:
    """Write a troubleshooting guide."""
    return Done(said="written")


@operation("knowledge.audit", effect=Effect.READ)
def audit(ctx: Context) -> Done:
    """Audit a folder of Markdown."""
    return Done(said="audited")


@operation("state.write", effect=Effect.WRITE)
def state(ctx: Context) -> Done:
    """Write STATE.json."""
    return Done(said="written")


@operation("http.call", effect=Effect.WRITE)
def call(ctx: Context) -> Done:
    """Call a URL."""
    return Done(said="called")


@operation("access.open", effect=Effect.WRITE, scope="approve")
def open_(ctx: Context) -> Done:
    """Do what only a person may."""
    return Done(said="opened")


class Notes:
    """What sends notes."""


@operation("notes.send", effect=Effect.WRITE, needs=("notes",))
def send(ctx: Context) -> Done:
    """Send a note."""
    return Done(said="sent")
