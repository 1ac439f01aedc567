"""Which items a model is to be asked about now, and which wait for something that is known already."""

from collections.abc import Iterator
from dataclasses import dataclass

from hydra_lab.areas.backlog import store as backlogs
from hydra_lab.areas.backlog.classifying import store
from hydra_lab.areas.backlog.classifying.holding import plan_hold
from hydra_lab.areas.backlog.classifying.model import Reading
from hydra_lab.areas.backlog.classifying.offering import Offers
from hydra_lab.areas.backlog.intake.items import Making
from hydra_lab.areas.backlog.intake.making import making_of
from hydra_lab.areas.backlog.intake.unplanned import without_operation
from hydra_lab.areas.backlog.model import Entry
from hydra_lab.areas.backlog.reading.veiled import kept_text
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotConfigured
from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.settings.model import Classify
from hydra_lab.kernel.work.model import Item

MOST = 100  # items of one piece of work; the next one goes on
NEED = "backlog_model"
NOBODY = "nothing"  # what decided about an entry that no field and no rule has an operation for


class Unread(Output):
    """One item that is looked into. ``known`` is what is known of its text; then no model is asked."""

    backlog: str
    key: str
    item: str
    title: str
    digest: str
    known: Reading | None = None
    failures: int = 0


class Pile(Output):
    """What is to be done, by which model, and how many items are left for later."""

    model: str
    samples: int
    bar: float
    items: list[Unread]
    left: int
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Document:
    """A backlog as the classification sees it."""

    making: Making
    offers: Offers
    entries: dict[str, Entry]


def document_of(ctx: Context, name: str) -> Document | None:
    """A backlog, read; ``None`` where it is gone."""
    with ctx.read() as connection:
        kept = backlogs.document(connection, name)
    if kept is None:
        return None
    making = making_of(ctx, name, kept_text(kept.text, kept.sealed, ctx.services.secrets))
    entries = {entry.key: entry for entry in making.document.entries}
    return Document(making=making, offers=Offers(ctx, making), entries=entries)


def classify_settings(ctx: Context) -> Classify:
    """Which model is asked. Raises ``NotConfigured`` where none is."""
    found = ctx.services.settings.current.classify
    if not found.model:
        raise NotConfigured(
            "Waits for a model that reads backlogs: none is set.", requirement=NEED,
            fix="Set classify.model under /ui/settings to a model or alias of the gateway.",
        )  # fmt: skip
    return found


def due(ctx: Context, name: str | None, *, again: bool = False) -> Pile:
    """What is to be done now, in one backlog or in all; ``again`` asks about what was answered before, too."""
    wanted = classify_settings(ctx)
    with ctx.read() as connection:
        names = [name] if name else backlogs.names(connection)
    found = [one for each in names for one in due_in(ctx, each, wanted, again=again)]
    return Pile(
        model=wanted.model, samples=wanted.samples, bar=wanted.confidence, items=found[:MOST],
        left=max(0, len(found) - MOST), again=again,
    )  # fmt: skip


def due_in(ctx: Context, name: str, wanted: Classify, *, again: bool) -> Iterator[Unread]:
    """What is to be done in one backlog."""
    with ctx.read() as connection:
        waiting = {
            key: found
            for key, found in without_operation(connection, name).items()
            if found[0].planned.get("by") == NOBODY
        }
    document = document_of(ctx, name) if waiting else None
    if document is None:
        return
    entries = [document.entries[key] for key in waiting if key in document.entries]
    digests = {entry.key: document.offers.digest(entry, wanted.model) for entry in entries}
    with ctx.read() as connection:
        readings = store.known(connection, list(digests.values()))
    now = ctx.services.clock.now()
    for entry in entries:
        item, digest = waiting[entry.key][1], digests[entry.key]
        reading = readings.get(digest)
        is_due = reading is None or again or (reading.again_at is not None and reading.again_at <= now)
        if not is_due and reading and not has_news(reading, item, wanted.confidence):
            continue
        yield Unread(
            backlog=name, key=entry.key, item=item.id, title=item.title, digest=digest,
            known=None if is_due else reading, failures=reading.failures if reading else 0,
        )  # fmt: skip


def has_news(reading: Reading, item: Item, bar: float) -> bool:
    """Whether what is known of a text does not show on its item yet: it came anew, or less sureness is wanted now."""
    if reading.state in ("given", "chosen") or (reading.state == "proposed" and reading.is_sure(bar)):
        return True
    hold = plan_hold(item)
    return hold is not None and hold.data.get("reading") != reading.digest
