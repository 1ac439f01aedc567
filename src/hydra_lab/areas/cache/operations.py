"""See what the cache answers, say for whom it is on, and take answers out of it."""

from datetime import datetime
from typing import Self

from pydantic import Field, model_validator

from hydra_lab.areas.cache import store
from hydra_lab.areas.cache.alike.learning import Observation
from hydra_lab.areas.cache.asking.keys import hashed
from hydra_lab.areas.cache.model import Name, Rule, Settings
from hydra_lab.areas.cache.serving import Cache
from hydra_lab.areas.cache.store import Event
from hydra_lab.areas.cache.traffic import store as traffic
from hydra_lab.areas.cache.views import EntryView, Status, status_of
from hydra_lab.areas.cache.wishes import SETTINGS
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.database.connect import after_commit
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.operation import Effect, Input, Nothing, Output, operation


class Find(Input):
    """Which kept answers."""

    text: str | None = Field(default=None, max_length=500, description="Words of the question")
    limit: int = Field(default=50, ge=1, le=500)


class Entries(Output):
    """Kept answers, the one used last first."""

    entries: list[EntryView]


class Latest(Input):
    """How many."""

    limit: int = Field(default=50, ge=1, le=500)


class Happened(Output):
    """What became of questions, the newest first."""

    events: list[Event]


class Purge(Input):
    """Which answers and recorded questions to drop: those that fit every part that is given."""

    entry: Name | None = Field(default=None, description="One answer, by its id")
    model: Name | None = Field(default=None, description="All that were asked of this model or alias")
    key: Name | None = Field(default=None, description="All that this key asked")
    text: str | None = Field(default=None, min_length=1, max_length=500, description="All whose question has this text")
    everything: bool = Field(default=False, description="All of them")
    recorded: bool = Field(default=False, description="Only recorded questions, and no kept answers")

    @model_validator(mode="after")
    def something_is_meant(self) -> Self:
        """An empty form drops nothing."""
        if not self.everything and not any((self.entry, self.model, self.key, self.text)):
            raise ValueError("say which: an entry, a model, a key, a text, or everything")
        return self


class Purged(Output):
    """How many answers were dropped, and how many recorded questions."""

    dropped: int
    recorded: int
    at: datetime


class Taught(Output):
    """What came of it: whether the answer was dropped; else it stays for the question that it was given to."""

    dropped: bool


class Which(Input):
    """An answer that was given, or one that is kept."""

    id: Name = Field(description="The id of what happened, or of the kept answer; the header X-Hydra-Cache has it")


@operation("cache.status", effect=Effect.READ, path="GET /cache/status")
def status(ctx: Context, input: Nothing) -> Status:
    """Show what is kept, how questions were answered since Hydra's start, and which were passed by and why."""
    return status_of(ctx)


@operation("cache.settings", effect=Effect.READ, path="GET /cache/settings")
def settings(ctx: Context, input: Nothing) -> Settings:
    """Show for whom the cache is on, and how."""
    with ctx.read() as connection:
        return Settings.model_validate(store.document(connection, SETTINGS) or {})


@operation("cache.set", effect=Effect.WRITE, path="PUT /cache/settings", scope="admin", queueable=False)
def set_(ctx: Context, input: Settings) -> Settings:
    """Say for whom the cache is on and how much it keeps; the first rule that fits a request counts."""
    return put(ctx, input)


@operation("cache.switch", effect=Effect.WRITE, scope="admin", subject="model", queueable=False)
def switch(ctx: Context, input: Rule) -> Settings:
    """Switch the cache on or off for a model or alias, or for a key."""
    return put(ctx, settings(ctx, Nothing()).with_rule(input))


@operation("cache.entries", effect=Effect.READ, scope="admin")
def entries(ctx: Context, input: Find) -> Entries:
    """Show kept answers, the one used last first."""
    ctx.services.lasting(Cache).notes.write()
    with ctx.read() as connection:
        found = store.latest(connection, text=input.text, limit=input.limit)
    return Entries(entries=[EntryView.of(one) for one in found])


@operation("cache.hits", effect=Effect.READ, scope="admin")
def hits(ctx: Context, input: Latest) -> Happened:
    """Show questions that were answered from the cache, each beside the one it was kept for."""
    return happened(ctx, ("exact", "semantic"), input.limit)


@operation("cache.near_misses", effect=Effect.READ, scope="admin")
def near_misses(ctx: Context, input: Latest) -> Happened:
    """Show questions for which an alike one was kept and its answer not given, each beside it, and why."""
    return happened(ctx, ("near_miss",), input.limit)


@operation("cache.purge", effect=Effect.WRITE, scope="admin", queueable=False)
def purge(ctx: Context, input: Purge) -> Purged:
    """Drop kept answers and recorded questions: one, those of a model or key, those with a text, or all."""
    cache = ctx.services.lasting(Cache)
    cache.notes.write()
    cache.recorder.write()
    which = {"model": input.model, "key": input.key, "text": input.text}
    with ctx.begin() as connection:
        recorded = traffic.drop(connection, entry=input.entry, **which)
        dropped = 0 if input.recorded else store.drop(connection, id=input.entry, **which)
        said = input.model_dump(include={"entry", "model", "key", "everything"}, exclude_none=True)
        found = {"by_text": input.text is not None, "dropped": dropped, "recorded": recorded}
        ctx.emit(connection, "cache.purged", data=said | found)
    return Purged(dropped=dropped, recorded=recorded, at=ctx.clock.now())


@operation("cache.wrong", effect=Effect.WRITE, scope="admin", subject="id", queueable=False)
def wrong(ctx: Context, input: Which) -> Taught:
    """Say that an answer from the cache was wrong: what was given for the same question is dropped, what was given for
    an alike one is not given for that again, and more seldom for others."""
    cache = ctx.services.lasting(Cache)
    cache.notes.write()
    with ctx.begin() as connection:
        event = store.event(connection, input.id)
        entry = event.entry if event else input.id
        if store.entry(connection, entry) is None:
            raise NotFound(f"No answer “{input.id}” is kept.", fix="GET /cache/hits and /cache/entries show them.")
        ctx.emit(connection, "cache.wrong", subject=entry)
        if event is not None and event.similarity is not None:
            store.judge(connection, event.id, right=False, other=None, judged_by="owner")
            one = Observation(similarity=event.similarity, right=False)
            store.observe(connection, entry, one, asked=hashed(event.asked), source="owner", at=ctx.clock.now())
        dropped = 0 if event is not None and event.similarity is not None else store.drop(connection, id=entry)
    return Taught(dropped=dropped > 0)


def happened(ctx: Context, kinds: tuple[str, ...], limit: int) -> Happened:
    """What was noted, this moment's included."""
    ctx.services.lasting(Cache).notes.write()
    with ctx.read() as connection:
        return Happened(events=store.noted(connection, kinds, limit=limit))


def put(ctx: Context, document: Settings) -> Settings:
    """Keep what the owner set; it counts from the next request on."""
    value = document.model_dump(mode="json")
    with ctx.begin() as connection:
        store.put_document(connection, SETTINGS, value)
        ctx.emit(connection, "cache.set", data=value)
        after_commit(connection, ctx.services.lasting(Cache).wishes.changed)
    return document
