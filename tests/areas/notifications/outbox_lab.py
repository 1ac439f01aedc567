"""A Hydra whose clock stands still, with the outbox, a stand-in for Discord, and work that ends as the test says."""

from datetime import datetime
from pathlib import Path
from typing import Any

from hydra_lab.areas.notifications import AREA, store
from hydra_lab.areas.notifications.model import Message
from hydra_lab.areas.notifications.outbox import send
from hydra_lab.areas.notifications.outbox.collect import READER
from hydra_lab.integrations.apprise import INTEGRATION as APPRISE
from hydra_lab.integrations.discord import INTEGRATION as DISCORD
from hydra_lab.kernel.journal.acting.reading import go_on
from hydra_lab.kernel.policy.model import HYDRA, Actor
from hydra_lab.kernel.work import Item, NewItem, Work
from hydra_lab.kernel.work.limits.migrations import MIGRATIONS as LIMITS
from hydra_lab.kernel.work.migrations import MIGRATIONS as WORK
from tests.integrations.apprise.harness import address
from tests.integrations.discord.harness import TOKEN, embed_of, values
from tests.integrations.faults import Asked, StandIn
from tests.lab import OWNER, Lab


class OutboxLab(Lab):
    """``happen`` journals, ``collect`` decides, ``send`` sends; nothing runs by itself."""

    def __init__(self, data_dir: Path, database_url: str, discord: StandIn, **options: Any) -> None:
        super().__init__(
            data_dir, database_url=database_url, areas=[AREA], integrations=[DISCORD, APPRISE],
            rooms={"work": WORK, "limits": LIMITS}, time_zone="Europe/Berlin", **options,
        )  # fmt: skip
        self.work = self.services.work = Work(self.services)
        self.discord = discord

    def connect(self, token: str = TOKEN) -> None:
        """Set the webhook."""
        self.configure("discord", values(self.discord.url, token))

    def connect_apprise(self, service: StandIn, *names: str) -> None:
        """Set an address of a service for each name."""
        self.configure("apprise", {"urls": " ".join(f"{name}={address(service.url, path=name)}" for name in names)})

    def configure(self, name: str, given: dict[str, Any]) -> None:
        """Set an integration's settings."""
        with self.services.database.begin() as connection:
            self.services.integrations.configure(connection, name, given, OWNER)

    def add(self, title: str, operation: str = "notifications.test", actor: Actor = OWNER, **options: Any) -> Item:
        """Add a work item."""
        new = NewItem(actor=actor, operation=operation, title=title, input={"channel": "discord"}, **options)
        [(item, _)] = self.work.add_all([new])
        return item

    def happen(self, name: str, subject: str = "Backup", item: str | None = None, **data: Any) -> int:
        """Journal something."""
        with self.services.database.begin() as connection:
            return self.services.journal.write(connection, name, actor=HYDRA, subject=subject, item=item, data=data)

    def collect(self) -> None:
        """Decide about what is new."""
        go_on(self.context(HYDRA), READER)

    def send(self) -> None:
        """Send what is due, one channel after the other."""
        ctx = self.context(HYDRA)
        with ctx.read() as connection:
            ready = store.ready_channels(connection, self.clock.now(), *send.owner_of(ctx))
        for name in ready:
            send.drain(ctx, name)

    def tell(self) -> None:
        """Both."""
        self.collect()
        self.send()

    def outbox(self) -> list[Message]:
        """Every message, oldest first."""
        with self.services.database.read() as connection:
            return store.page(connection, state=None, channel=None, before=None, limit=500)[::-1]

    def states(self) -> list[str]:
        """The state of every message, oldest first."""
        return [one.state.value for one in self.outbox()]

    def posts(self) -> list[Asked]:
        """What Discord was sent."""
        return [one for one in self.discord.asked if one.method == "POST"]

    def titles(self) -> list[str]:
        """The titles of what Discord was sent."""
        return [embed_of(one)["title"] for one in self.posts()]

    def set_clock(self, at: datetime) -> None:
        """Have it be a certain time."""
        self.clock.at = at
