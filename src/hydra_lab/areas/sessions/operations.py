"""List open sessions, and sign one or all others out."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.credentials import Session, SignedIn
from hydra_lab.kernel.operation import Effect, Input, Output, operation


class ShownSession(Output):
    """One browser that is signed in."""

    id: str
    name: str = Field(description="Who is signed in")
    way: Literal["token", "link", "oidc", "proxy"] | None = Field(description="How they signed in, where that is known")
    address: str | None = Field(description="From which address")
    agent: str | None = Field(description="With which browser, as it calls itself")
    created_at: datetime
    seen_at: datetime | None = Field(description="When it was used last, to about five minutes")
    expires_at: datetime
    current: bool = Field(description="Whether it is the one that asks")


class OpenSessions(Output):
    """Open sessions, the last used first."""

    sessions: list[ShownSession]


class Ended(Output):
    """What was signed out."""

    ended: list[ShownSession]


class ById(Input):
    """A session."""

    id: str = Field(min_length=8, max_length=64, description="Its id, as sessions.list shows it")


def shown(ctx: Context, one: Session) -> ShownSession:
    """A session as it is listed."""
    here = ctx.actor.session if isinstance(ctx.actor, SignedIn) else None
    return ShownSession(
        id=one.id, name=one.name, way=one.by.value if one.by else None, address=one.address, agent=one.agent,
        created_at=one.created_at, seen_at=one.seen_at, expires_at=one.expires_at, current=one.id == here,
    )  # fmt: skip


@operation("sessions.list", effect=Effect.READ, path="GET /sessions")
def list_(ctx: Context) -> OpenSessions:
    """Show the browsers you are signed in with; an administrator sees everybody's."""
    return OpenSessions(sessions=[shown(ctx, one) for one in ctx.services.credentials.sessions.seen_by(ctx.actor)])


@operation("sessions.end", effect=Effect.WRITE, path="DELETE /sessions/{id}", subject="id", queueable=False)
def end(ctx: Context, input: ById) -> ShownSession:
    """Sign one session out."""
    with ctx.begin() as connection:
        ended = ctx.services.credentials.sessions.end(connection, input.id, ctx.actor, cause=ctx.cause)
    return shown(ctx, ended)


@operation("sessions.end_others", effect=Effect.WRITE, path="POST /sessions/end-others", queueable=False)
def end_others(ctx: Context) -> Ended:
    """Sign all of your own sessions out but the one that asks."""
    with ctx.begin() as connection:
        others = ctx.services.credentials.sessions.end_others(connection, ctx.actor, cause=ctx.cause)
    return Ended(ended=[shown(ctx, one) for one in others])
