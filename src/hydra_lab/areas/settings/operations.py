"""Show what is set, and change what may change while Hydra runs."""

from datetime import datetime
from typing import Any

from pydantic import Field

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Effect, Input, Output, operation
from hydra_lab.kernel.settings import Setting, Source, store


class Shown(Output):
    """One setting."""

    name: str
    value: Any
    source: Source
    default: Any
    about: str
    settable: bool = Field(description="Whether it can be changed while Hydra runs")
    variable: str = Field(description="The environment variable that sets it")
    ignored: Any = Field(description="A value that was set here and is not in force")
    set_by: str | None = Field(default=None, description="Who set the value that was set here")
    set_at: datetime | None = Field(default=None, description="When they did")


class Everything(Output):
    """Every setting."""

    settings: list[Shown]
    file: str | None = Field(description="The hydra.toml that was read")
    unknown: list[str] = Field(description="HYDRA_ variables that mean nothing")


class Change(Input):
    """One setting and its new value."""

    name: str = Field(description="Its dotted name, e.g. time_zone or backup.keep")
    value: Any = Field(default=None, description="The new value; leave it out to take back what was set here")


@operation("settings.show", effect=Effect.READ, path="GET /settings")
def show(ctx: Context) -> Everything:
    """Show every setting, its value, and where that came from."""
    settings = ctx.services.settings
    path = settings.layers.path
    return Everything(
        settings=shown(ctx, settings.listed()),
        file=str(path) if path else None,
        unknown=list(settings.layers.unknown),
    )


def shown(ctx: Context, settings: list[Setting]) -> list[Shown]:
    """Settings without the secrets that may be in them, such as the password in a database's URL."""
    with ctx.read() as connection:
        marks = store.marks(connection)
    found = []
    for one in settings:
        by, at = marks.get(one.name, (None, None))
        found.append(Shown(**ctx.services.scrubber.scrub(vars(one)), set_by=by, set_at=at))
    return found


@operation("settings.set", effect=Effect.WRITE, path="PUT /settings/{name}", subject="name", scope="admin",
           queueable=False)  # fmt: skip
def set_(ctx: Context, input: Change) -> Shown:
    """Change a setting, in force at once: the lab's time zone, lanes, retention, backups and more."""
    value = as_meant(ctx, input.name, input.value)
    with ctx.begin() as connection:
        ctx.services.settings.set(connection, input.name, value, ctx.actor)
        ctx.emit(connection, "settings.changed", subject=input.name, data={"value": value})
    [changed] = shown(ctx, [ctx.services.settings.one(input.name)])
    return changed


def as_meant(ctx: Context, name: str, value: Any) -> Any:
    """A number as text where the setting is one: a form cannot tell ``42``, a name, from the number."""
    known = next((one for one in ctx.services.settings.listed() if one.name == name), None)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if known and is_number and isinstance(known.default, str) else value
