"""Read the journal: by filter and page, along a chain of causes, and live."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Sources
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.journal import Event, Filter, store
from hydra_lab.kernel.operation import Effect, Frame, Input, Output, operation, stream
from hydra_lab.kernel.work.find.meant import is_part, meant

TOPICS = {"queue": ("items", "approvals", "schedules", "control")}  # one word for all that work is told by


class Entry(Output):
    """One thing that happened."""

    id: int
    at: datetime
    name: str
    actor: str = Field(description="Its kind: person, agent, hook, schedule, backlog, hydra")
    actor_name: str
    subject: str | None
    cause: int | None = Field(description="The entry it follows from")
    item: str | None = Field(description="The work item")
    data: dict[str, Any]


class Wanted(Input):
    """Which entries; all that is given must fit."""

    topic: list[str] = Field(default=[], description="First words of names: items, policy, …; or queue, for all of it")
    name: list[str] = Field(default=[], description="Whole names, e.g. items.failed; any of them or of the topics")
    actor: str | None = Field(default=None, description="person, agent, hook, schedule, backlog or hydra")
    subject: str | None = None
    item: str | None = Field(default=None, description="A work item, by its id or part of it")
    cause: int | None = Field(default=None, description="Only what followed directly from this entry")
    q: str | None = Field(default=None, max_length=200, description="Words in name, subject or item")
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    cursor: int | None = Field(default=None, ge=1, description="The answer's cursor, for the next page")
    limit: int = Field(default=50, ge=1, le=500)


class Page(Output):
    """Entries, newest first."""

    events: list[Entry]
    total: int = Field(description="How many fit the filter; with words, of those searched for this page")
    cursor: int | None = Field(description="Give it back for the next page; null on the last one")
    searched_to: int | None = Field(
        default=None, description="With words: the oldest entry that was searched, where older ones were not yet"
    )


class ById(Input):
    """A journal entry."""

    id: int = Field(ge=1)


class Story(Output):
    """An entry and the whole story it belongs to, oldest first, from the root cause on."""

    event: Entry
    chain: list[Entry]


class Followed(Input):
    """What to follow."""

    topics: list[str] = Field(
        default=[], description="First words of names, or queue for all that is about work; all topics if left out"
    )
    last_event_id: int | None = Field(default=None, ge=0, description="Go on after this entry: nothing is missed")


class Source(Output):
    """Something outside of Hydra that live events come from."""

    name: str
    topics: tuple[str, ...] = Field(description="First words of the events that come of it")
    how: str = Field(description="How it is listened to: once, however many follow the stream")
    state: Literal["there", "lost", "unknown"] = Field(description="unknown before its first answer")
    heard_at: AwareDatetime | None = Field(description="When it answered last")
    lost_at: AwareDatetime | None = Field(description="Since when it does not answer; null while it does")
    detail: str | None = Field(description="Why it is lost, or what it does not tell")


class SourcesHeard(Output):
    """The sources of live events, by name."""

    sources: list[Source]
    listeners: int = Field(description="How many follow the stream of this process now")


def words_of(topics: list[str]) -> tuple[str, ...]:
    """Topics as the first words of names."""
    return tuple(dict.fromkeys(word for topic in topics for word in TOPICS.get(topic, (topic,))))


def entry(event: Event) -> Entry:
    """A journal entry as it is shown."""
    return Entry.model_validate(vars(event))


@operation("activity.list", effect=Effect.READ, path="GET /activity", tool=True)
def list_(ctx: Context, input: Wanted) -> Page:
    """Show what happened, newest first, by topic, actor, item, time or words.

    Words are looked for in 20,000 entries at a time; the cursor goes on from there, also where a page is empty.
    """
    with ctx.read() as connection:
        item = meant(connection, input.item) if input.item and is_part(input.item) else input.item
        wanted = Filter(
            topics=words_of(input.topic), names=tuple(input.name), actor=input.actor, subject=input.subject,
            item=item, cause=input.cause, q=input.q, since=input.since, until=input.until,
        )  # fmt: skip
        wanted = store.bounded(connection, wanted, before=input.cursor)
        found = store.page(connection, wanted, before=input.cursor, limit=input.limit + 1)
        total = store.count(connection, wanted, before=input.cursor if wanted.q else None)
    events = [entry(one) for one in found[: input.limit]]
    cursor = events[-1].id if len(found) > input.limit else wanted.floor
    return Page(events=events, total=total, cursor=cursor, searched_to=wanted.floor)


@operation("activity.show", effect=Effect.READ, path="GET /activity/{id}/chain")
def show(ctx: Context, input: ById) -> Story:
    """Show one entry with its whole story: what it follows from, and all that followed."""
    with ctx.read() as connection:
        event = store.one(connection, input.id)
        chain = store.chain(connection, input.id)
    if event is None:
        raise NotFound(f"There is no journal entry {input.id}.", fix="`hydra activity list` shows those there are.")
    return Story(event=entry(event), chain=[entry(one) for one in chain])


@stream("events.stream", effect=Effect.READ, path="GET /events/stream")
async def events(ctx: Context, input: Followed) -> AsyncIterator[Frame]:
    """Follow the journal live, with nothing missed after a reconnect."""
    async for frame in ctx.services.feed.follow(words_of(input.topics), input.last_event_id):
        yield frame


@operation("events.sources", effect=Effect.READ, path="GET /events/sources")
def sources(ctx: Context) -> SourcesHeard:
    """Show where live events come from: each source, how it is asked, when it answered last, and whether it is lost."""
    every = [found for one in ctx.services.registry.contributions(Sources) for found in one.find(ctx)]
    told = [Source.model_validate(vars(one)) for one in sorted(every, key=lambda one: one.name.lower())]
    return SourcesHeard(sources=told, listeners=ctx.services.feed.followers)
