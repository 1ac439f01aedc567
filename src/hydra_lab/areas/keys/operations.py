"""List, make and revoke API keys."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.credentials import Key, KeyKind
from hydra_lab.kernel.operation import Effect, Input, Output, operation


def apart(scopes: Any) -> Any:
    """Scopes one by one, also where they were given in one word with commas."""
    given = [scopes] if isinstance(scopes, str) else scopes
    if not isinstance(given, list | tuple):
        return given
    parts = [one.split(",") if isinstance(one, str) else [one] for one in given]
    return [part.strip() if isinstance(part, str) else part for some in parts for part in some]


Scopes = Annotated[tuple[Literal["models", "read", "write", "approve", "admin"], ...], BeforeValidator(apart)]


class ShownKey(Output):
    """A key without its token."""

    id: str
    name: str
    kind: KeyKind
    scopes: list[str]
    hint: str = Field(description="How its token begins")
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class MadeKey(ShownKey):
    """A new key."""

    token: str = Field(description="The token; it is shown this once and never again")


class Keys(Output):
    """Every key."""

    keys: list[ShownKey]


class NewKey(Input):
    """What a new key is for."""

    name: str = Field(min_length=1, max_length=80, description="Who or what uses it; shown in the journal")
    kind: KeyKind = Field(default=KeyKind.PERSON, description="An agent's changes ask a person first")
    scopes: Scopes = Field(default=("read",), min_length=1, description="What it may do")
    days: int | None = Field(default=None, ge=1, le=3650, description="Days until it expires; never if left out")


class ById(Input):
    """A key."""

    id: str


def shown(key: Key) -> ShownKey:
    """A key as it is listed."""
    return ShownKey.model_validate(vars(key))


@operation("keys.list", effect=Effect.READ, path="GET /keys", scope="admin")
def list_(ctx: Context) -> Keys:
    """Show every API key, what it may do and when it was used last."""
    return Keys(keys=[shown(one) for one in ctx.services.credentials.list_keys()])


@operation("keys.create", effect=Effect.WRITE, path="POST /keys", subject="name", scope="admin", status=201,
           queueable=False)  # fmt: skip
def create(ctx: Context, input: NewKey) -> MadeKey:
    """Make an API key for a person or an agent. Its token is in the answer, and is never shown again."""
    with ctx.begin() as connection:
        made = ctx.services.credentials.create_key(
            connection, name=input.name, kind=input.kind, scopes=input.scopes, actor=ctx.actor,
            life=timedelta(days=input.days) if input.days else None, cause=ctx.cause,
        )  # fmt: skip
    return MadeKey(**vars(made.key), token=made.token)


@operation("keys.revoke", effect=Effect.WRITE, path="DELETE /keys/{id}", subject="id", scope="admin", queueable=False)
def revoke(ctx: Context, input: ById) -> ShownKey:
    """End an API key, and every session that was opened with it."""
    with ctx.begin() as connection:
        return shown(ctx.services.credentials.revoke(connection, input.id, ctx.actor, cause=ctx.cause))
