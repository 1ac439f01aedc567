"""What the owner set, from memory: read again when it was changed here, and now and then for what others changed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection

from hydra_lab.areas.gateway import store
from hydra_lab.areas.gateway.model import Aliases, Limits, Patience, Rules
from hydra_lab.kernel.operation import Input
from hydra_lab.kernel.services import Services

D = TypeVar("D", bound=Input)
FRESH_S = 5.0
NAMES: dict[type[Input], str] = {Aliases: "aliases", Rules: "rules", Limits: "keys", Patience: "patience"}


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """All of it."""

    aliases: Aliases
    rules: Rules
    limits: Limits
    patience: Patience


class WishesKept:
    """The owner's wishes in this process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._wishes: Wishes | None = None
        self._read_at: float | None = None

    async def now(self) -> Wishes:
        """As they are."""
        wishes = self._wishes
        if wishes is None or self._read_at is None or time.monotonic() - self._read_at > FRESH_S:
            wishes = await asyncio.to_thread(self.read)
        return wishes

    def read(self) -> Wishes:
        """Read them from the database."""
        with self._services.database.read() as connection:
            wishes = self._wishes = Wishes(
                aliases=kept(connection, Aliases), rules=kept(connection, Rules), limits=kept(connection, Limits),
                patience=kept(connection, Patience),
            )  # fmt: skip
        self._read_at = time.monotonic()
        return wishes

    def forget(self) -> None:
        """They were changed."""
        self._read_at = None


def kept(connection: Connection, kind: type[D]) -> D:
    """One document, as it is when nobody has set it where that is so."""
    return kind.model_validate(store.document(connection, NAMES[kind]) or {})
