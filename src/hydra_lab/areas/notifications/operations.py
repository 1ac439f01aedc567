"""Send a message, see what was sent and what was not, try one again, and test a channel."""

from datetime import datetime

from pydantic import Field, HttpUrl

from hydra_lab.areas.notifications import channels, store
from hydra_lab.areas.notifications import model as notifications
from hydra_lab.kernel.capabilities import Notice, Severity
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, Denied, NotFound
from hydra_lab.kernel.operation import Durable, Effect, Input, Nothing, Output, operation

ChannelName = Field(description="Its name, e.g. discord or apprise/phone", max_length=120)


class Message(Input):
    """What to tell."""

    title: str = Field(min_length=1, max_length=200, description="The first line")
    text: str = Field(default="", max_length=20_000, description="The rest; Markdown")
    url: HttpUrl | None = Field(default=None, description="Where to read more")
    severity: Severity = Field(default=Severity.INFO, description="How much it matters")
    channel: str | None = Field(
        default=None, max_length=120, description="Where to, e.g. discord; everywhere if left out"
    )


class Sent(Output):
    """Who took the message."""

    through: str


class ChannelState(Output):
    """A place that messages go to; it is off while its credential is refused."""

    name: str
    title: str
    integration: str
    on: bool
    off_since: datetime | None
    reason: str | None
    paused_until: datetime | None = Field(description="When it may be used again, if it asked for a pause")
    last_sent_at: datetime | None


class Outbox(Output):
    """Messages, newest first, and the channels they go to."""

    channels: list[ChannelState]
    messages: list[notifications.Message]
    counts: dict[str, int] = Field(description="How many messages are in each state")
    next: str | None = Field(description="Where the next page begins: its `before`")


class Wanted(Input):
    """Which messages to show."""

    state: notifications.State | None = Field(default=None, description="Only those in this state")
    channel: str | None = Field(default=None, max_length=120, description="Only those for this channel")
    before: str | None = Field(default=None, max_length=40, description="Only those older than this id")
    limit: int = Field(default=50, ge=1, le=200, description="How many at most")


class ById(Input):
    """Which message."""

    id: str = Field(max_length=40, description="Its id")


class ByName(Input):
    """Which channel."""

    channel: str = ChannelName


@operation("notify.send", effect=Effect.WRITE, path="POST /notify", needs=("notifier",), common=True, durable=Durable())
def send(ctx: Context, input: Message) -> Sent:
    """Send a message to a person, e.g. to a Discord channel; waits until a way to send is configured."""
    notice = Notice(
        title=input.title, text=input.text, markdown=True, severity=input.severity,
        url=str(input.url) if input.url else None, id=(ctx.item_id or "")[-8:] or None,
    )  # fmt: skip
    wanted = [channels.channel(ctx, input.channel)] if input.channel else in_use(ctx)
    for one in wanted:
        ctx.step(f"send to {one.name}", one.notifier.notify, notice)
    return Sent(through=", ".join(one.title for one in wanted))


def in_use(ctx: Context) -> list[channels.Channel]:
    """The channels that are on; all of them where none is, so that the refusal is seen."""
    there = channels.available(ctx)
    with ctx.read() as connection:
        off = {name for name, row in store.channel_rows(connection).items() if row.off_since}
    return [one for one in there if one.name not in off] or there


@operation("notifications.list", effect=Effect.READ)
def list_(ctx: Context, input: Wanted) -> Outbox:
    """Show what was sent, what waits to be sent, what was given up, and the state of each channel."""
    there, now = channels.available(ctx), ctx.clock.now()
    with ctx.read() as connection:
        rows, last = store.channel_rows(connection), store.sent_last(connection)
        found = store.page(connection, state=input.state, channel=input.channel, before=input.before, limit=input.limit)
        counts = store.counts(connection)
    states = []
    for one in there:
        row = rows.get(one.name)
        pause = row.paused_until if row else None
        states.append(ChannelState(
            name=one.name, title=one.title, integration=one.integration, on=row is None or row.off_since is None,
            off_since=row.off_since if row else None, reason=row.reason if row else None,
            paused_until=pause if pause and pause > now else None, last_sent_at=last.get(one.name),
        ))  # fmt: skip
    return Outbox(
        channels=states, messages=found, counts=counts, next=found[-1].id if len(found) == input.limit else None
    )


@operation("notifications.retry", effect=Effect.WRITE, path="POST /notifications/{id}/retry", subject="id")
def retry(ctx: Context, input: ById) -> notifications.Message:
    """Try a message again at once that was given up, or that waits for its next try."""
    with ctx.begin() as connection:
        found = store.one(connection, input.id)
        if found is None:
            raise NotFound("There is no such message.", fix="`hydra notifications list` shows them.")
        if not store.again(connection, input.id, ctx.clock.now()):
            raise Conflict(
                f"The message is {found.state} already.", fix="Only one that waits or was given up can be tried again."
            )
        ctx.emit(connection, "notifications.retried", subject=found.channel, data={"message": found.title})
        return store.one(connection, input.id) or found


@operation("notifications.test", effect=Effect.WRITE, subject="channel")
def test(ctx: Context, input: ByName) -> Sent:
    """Send a test to a channel now; one that was off is used again when it takes it."""
    one = channels.channel(ctx, input.channel)
    base = ctx.services.settings.current.public_url
    notice = Notice(
        title="Hydra can reach you here", text="This is a test. What is told here, and when, is set by rules.",
        severity=Severity.SUCCESS, url=f"{base}/ui/notifications" if base else None,
    )  # fmt: skip
    try:
        one.notifier.notify(notice)
    except Denied as error:
        with ctx.begin() as connection:
            store.put_channel(
                connection, one.name, off_since=ctx.clock.now(), reason=ctx.services.scrubber.text(error.detail)
            )
            ctx.emit(connection, "notifications.disabled", subject=one.name, data={"detail": error.detail})
        raise
    with ctx.begin() as connection:
        if store.turn_on(connection, one.name):
            ctx.emit(connection, "notifications.enabled", subject=one.name)
        ctx.emit(connection, "notifications.tested", subject=one.name)
    return Sent(through=one.title)


@operation("notifications.channels", effect=Effect.READ)
def show_channels(ctx: Context, input: Nothing) -> list[ChannelState]:
    """Show every place that messages can go to, and which of them are off."""
    return list_(ctx, Wanted(limit=1)).channels
