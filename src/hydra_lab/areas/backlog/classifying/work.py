"""Finding operations with a model: each item is asked about once, and what comes of it is kept with the item."""

from dataclasses import replace

from sqlalchemy import Connection

from hydra_lab.areas.backlog import store as backlogs
from hydra_lab.areas.backlog.classifying import store
from hydra_lab.areas.backlog.classifying.asking import Said, read_item
from hydra_lab.areas.backlog.classifying.holding import dressed, put
from hydra_lab.areas.backlog.classifying.look import Document, Pile, Unread, document_of, due
from hydra_lab.areas.backlog.classifying.model import Proposal, Reading, pause_after
from hydra_lab.areas.backlog.intake.items import is_plan, planned
from hydra_lab.areas.backlog.intake.merge import Known
from hydra_lab.areas.backlog.intake.unplanned import waits
from hydra_lab.areas.backlog.model import Entry
from hydra_lab.areas.backlog.planning.plan import Plan, question
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, Outcome, row_of
from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.work import Revision
from hydra_lab.kernel.work.model import Item, NewItem

GONE = "gone"  # what became of an item that somebody changed meanwhile


class Classified(Output):
    """What came of looking for operations: how many items got one, and how many a person has to choose for."""

    summary: str
    asked: int
    given: int
    proposed: int
    none: int
    failed: int
    left: int


def carry_out(ctx: Context, name: str | None, *, again: bool) -> Classified:
    """Look into every item that is due, one after the other; a crash in between asks nothing twice."""
    pile = ctx.step("look", due, ctx, name, again=again)
    documents: dict[str, Document | None] = {}
    ends: list[str] = []
    for place, one in enumerate(pile.items):
        ctx.check_cancelled()
        ctx.progress(place / len(pile.items), one.title)
        if one.backlog not in documents:
            documents[one.backlog] = document_of(ctx, one.backlog)
        document = documents[one.backlog]
        reading = one.known or ctx.step(f"ask: {one.title[:80]}", asked, ctx, pile, place, document)
        ends.append(ctx.transaction("keep", keep, ctx, pile, one, document, reading))
    ctx.services.work.wake()
    return summed(pile, ends)


def summed(pile: Pile, ends: list[str]) -> Classified:
    """What came of it, in a sentence and in numbers."""
    count = {word: ends.count(word) for word in ("given", "proposed", "none", "failed")}
    parts = [f"{count['given']} got an operation", f"{count['proposed']} wait for a person to choose",
             f"{count['none']} have none", f"{count['failed']} could not be asked about"]  # fmt: skip
    told = ", ".join(part for part, number in zip(parts, count.values(), strict=True) if number)
    left = f" {pile.left} are left for later." if pile.left else ""
    summary = f"Of {len(pile.items)} items {told or 'none is open any more'}.{left}" if ends else "Nothing is to ask."
    return Classified(
        summary=summary, asked=sum(one.known is None for one in pile.items), left=pile.left, **count
    )  # fmt: skip


def asked(ctx: Context, pile: Pile, place: int, document: Document | None) -> Reading:
    """Ask about one item. A server that is gone is waited for; meanwhile each item that waits for it says so."""
    unread = pile.items[place]
    entry = document.entries.get(unread.key) if document else None
    if document is None or entry is None:
        return failed(ctx, pile, unread, "its document is gone")
    with ctx.read() as connection:
        answered = store.known(connection, [unread.digest]).get(unread.digest)
    if answered and answered.state != "failed" and not pile.again:
        return answered  # other work asked meanwhile, or the same text stands there twice
    offers = document.offers.of(document.offers.names(entry))
    known = document.making.catalogue.by_name
    try:
        said = read_item(
            ctx, entry, offers, lambda name, input: known[name].problem(input), model=pile.model,
            samples=pile.samples, bar=pile.bar,
        )  # fmt: skip
    except HydraError as error:
        why = error.detail.rstrip(".")
        if row_of(error).outcome is Outcome.FAILED:
            return failed(ctx, pile, unread, why)
        with ctx.begin() as connection:
            for one in pile.items[place:]:
                if one.known is None:
                    store.put(connection, gave_up := failed(ctx, pile, one, why))
                    say(ctx, connection, one, document, gave_up)
        raise
    return reading_of(ctx, pile, unread, said)


def reading_of(ctx: Context, pile: Pile, unread: Unread, said: Said) -> Reading:
    """What came of asking, as it is kept."""
    if said.failed:
        return failed(ctx, pile, unread, said.why)
    return Reading(
        digest=unread.digest, backlog=unread.backlog, item=unread.item, model=pile.model, why=said.why,
        state="proposed" if said.proposals else "none", proposals=said.proposals, asked_at=ctx.services.clock.now(),
    )  # fmt: skip


def failed(ctx: Context, pile: Pile, unread: Unread, why: str) -> Reading:
    """Nothing came of asking; it is asked again after a pause that doubles."""
    now, failures = ctx.services.clock.now(), unread.failures + 1
    return Reading(
        digest=unread.digest, backlog=unread.backlog, item=unread.item, model=pile.model, state="failed", why=why,
        failures=failures, asked_at=now, again_at=now + pause_after(failures),
    )  # fmt: skip


def keep(
    connection: Connection, ctx: Context, pile: Pile, unread: Unread, document: Document | None, reading: Reading
) -> str:
    """Keep a reading and do what follows of it: the item gets its operation, or its hold tells what was said."""
    reading = reading.model_copy(update={"backlog": unread.backlog, "item": unread.item})
    if reading.state in ("given", "chosen"):
        reading = reading.model_copy(update={"state": "proposed"})
    backlogs.take_turn(connection)
    found = still_open(connection, unread, document)
    if document and found and reading.state == "proposed" and reading.is_sure(pile.bar):
        reading = given(ctx, connection, pile, document, found, reading)
    store.put(connection, reading)
    if not found:
        return GONE
    if reading.state != "given":
        say(ctx, connection, unread, document, reading)
    return reading.state


def still_open(connection: Connection, unread: Unread, document: Document | None) -> tuple[Known, Item, Entry] | None:
    """An item that still waits for an operation, and whose text is the one that was read."""
    known = backlogs.of_item(connection, unread.backlog, unread.item)
    item = backlogs.items_of(connection, [unread.item]).get(unread.item)
    entry = document.entries.get(unread.key) if document else None
    if not (document and known and item and entry and waits(item) and known.key == unread.key):
        return None
    return (known, item, entry) if known.fingerprint == document.making.fingerprint(entry) else None


def given(
    ctx: Context, connection: Connection, pile: Pile, document: Document, found: tuple[Known, Item, Entry],
    reading: Reading,
) -> Reading:  # fmt: skip
    """Give an item the operation a model is sure of. Policy judges it as the document's, and as an agent's wish."""
    known, item, entry = found
    best = reading.proposals[0]
    plan = plan_of(document, entry, best, pile.model)
    new = replace(document.making.item(entry, plan), ask_first=asks(document, entry, best))
    try:
        revision = Revision(id=item.id, new=new, keep=frozenset({"priority", "window"}))
        ctx.services.work.revise(connection, [revision], ctx.actor, ctx.cause)
    except HydraError as error:
        wrong = best.model_copy(update={"problem": error.detail})
        return reading.model_copy(update={"proposals": [wrong, *reading.proposals[1:]]})
    backlogs.put_plan(connection, document.making.backlog, replace(known, planned=planned(entry, plan)))
    ctx.services.journal.write(
        connection, "backlog.classified", actor=ctx.actor, subject=item.title, item=item.id, cause=ctx.cause,
        data={"operation": best.operation, "model": pile.model, "confidence": best.confidence, "detail": plan.because},
    )  # fmt: skip
    return reading.model_copy(update={"state": "given"})


def plan_of(document: Document, entry: Entry, best: Proposal, model: str) -> Plan:
    """What is to be done for an entry, by a model's word."""
    before = document.making.plan(entry)
    because = f"Classified by {model} with confidence {best.confidence:.2f}: {best.because or 'it gave no reason'}"
    return replace(
        before, operation=best.operation, by="model", because=because, input=best.input,
        holds=tuple(hold for hold in before.holds if not is_plan(hold)),
    )  # fmt: skip


def asks(document: Document, entry: Entry, best: Proposal) -> str | None:
    """Why a person is asked first: because the document wants it, or because a model chose the operation."""
    now = document.offers.of([best.operation])
    said = [question(entry, document.making.rules), now[0].asks if now else "policy does not let a model choose it"]
    return " ".join(f"{one[:1].upper()}{one[1:].removesuffix('.')}." for one in said if one) or None


def say(ctx: Context, connection: Connection, unread: Unread, document: Document | None, reading: Reading) -> None:
    """Have the item's hold tell what came of asking."""
    found = still_open(connection, unread, document)
    if found is None or document is None:
        return
    _, item, entry = found
    new: NewItem = document.making.item(entry, document.making.plan(entry))
    for hold in new.holds:
        if is_plan(hold):
            put(ctx, connection, item, dressed(hold, reading))
