"""Approval links: a message carries one, and whoever holds it may answer that one question, once."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hydra_lab.kernel.clock import Clock
from hydra_lab.kernel.credentials import store
from hydra_lab.kernel.credentials.tokens import hashed
from hydra_lab.kernel.database import Database
from hydra_lab.kernel.policy.model import Actor, ActorKind


@dataclass(frozen=True, kw_only=True)
class ApprovalLink:
    """What a link is for: one question about one work item. ``channel`` is where it was sent."""

    approval: str
    item: str
    channel: str
    expires_at: datetime
    used_at: datetime | None = None

    @property
    def actor(self) -> Actor:
        """Whom its bearer acts as: a person who may approve, named by the channel, and nothing else."""
        name = f"link sent to {self.channel}"
        return Actor(kind=ActorKind.PERSON, name=name, scopes=frozenset({"approve"}))


class ApprovalLinks:
    """Makes links and knows what each is for. As of every credential only a hash is kept."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def make(self, connection: Connection, link: ApprovalLink) -> str:
        """The code of a new link; it is shown to nobody but in the message."""
        code = secrets.token_urlsafe(24)
        store.add_approval_link(connection, hashed(code), vars(link))
        return code

    def find(self, code: str) -> ApprovalLink | None:
        """What a code is for, also once it was used; ``None`` for one that is unknown or has expired."""
        with self._database.read() as connection:
            found = store.approval_link(connection, hashed(code), self._clock.now())
        return ApprovalLink(**found) if found else None

    def use(self, code: str) -> bool:
        """Use a link up; of several at once only one gets a yes."""
        with self._database.begin() as connection:
            return store.use_approval_link(connection, hashed(code), self._clock.now())
