"""From the journal into the outbox: each entry is decided about once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hydra_lab.areas.notifications import rules, store
from hydra_lab.areas.notifications.channels import Channel, available, named
from hydra_lab.areas.notifications.model import Happening, Part, Rule, fits, quiet_until
from hydra_lab.areas.notifications.outbox.compose import KEPT, title_of, worst
from hydra_lab.areas.notifications.outbox.words import part_of
from hydra_lab.kernel.capabilities import Severity
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Reader
from hydra_lab.kernel.journal import Event
from hydra_lab.kernel.work import store as work

# After so many single messages of a rule that nobody has had yet, the rest come together.
CROWD = 5
QUIET = "quiet"
SET_AGAIN = ("integrations.configured", "integrations.connected", "integrations.back")


def waited_for(connection: Connection) -> tuple[str, ...]:
    """The beginnings of the names of entries that matter here."""
    named = {prefix for rule in rules.in_force(connection) for prefix in rule.events}
    return (*sorted(named), *SET_AGAIN)


def read(ctx: Context, connection: Connection, events: Sequence[Event]) -> None:
    """Decide about what happened. Without a channel nothing is kept for later."""
    there = available(ctx)
    found = happenings(connection, events, rules.in_force(connection)) if there else []
    for event in events:
        if event.name in SET_AGAIN and event.subject:
            turn_on(ctx, connection, event.subject)
    for one, rule in found:
        tell(ctx, connection, one, rule, named(there, rule.channels))


READER = Reader(name="notifications", on=waited_for, read=read)


def happenings(connection: Connection, events: Sequence[Event], found: Sequence[Rule]) -> list[tuple[Happening, Rule]]:
    """The entries that a rule takes, each with that rule and the item it is about."""
    prefixes = tuple(prefix for rule in found for prefix in rule.events)
    near = [event for event in events if event.name.startswith(prefixes)]
    items = work.items_by_id(connection, {event.item for event in near if event.item})
    ours = (Happening(event=event, item=items.get(event.item or "")) for event in near)
    pairs = (
        (one, next((rule for rule in found if fits(rule, one)), None))
        for one in ours
        if not (one.is_own or one.is_healed)
    )
    return [(one, rule) for one, rule in pairs if rule is not None]


def turn_on(ctx: Context, connection: Connection, name: str) -> None:
    """Use a channel again, or all of an integration's, and say so if any was off."""
    for channel in store.turn_on(connection, name):
        ctx.emit(connection, "notifications.enabled", subject=channel)


def tell(ctx: Context, connection: Connection, one: Happening, rule: Rule, channels: list[Channel]) -> None:
    """Put what happened into the outbox, once for each channel; or leave it, if the same was told just now."""
    now = ctx.clock.now()
    if not channels or is_repeated(connection, one, rule, now):
        return
    part = part_of(ctx, one, rule)
    settings = ctx.services.settings.current
    quiet = quiet_until(rule, part.severity, now, settings.zone, settings.overnight)
    for channel in channels:
        put(ctx, connection, part, rule, channel.name, now=now, quiet=quiet)


def is_repeated(connection: Connection, one: Happening, rule: Rule, now: datetime) -> bool:
    """Whether a rule has told the same thing of the same subject lately, and nothing else of it since."""
    if not rule.dedupe_min:
        return False
    key = f"{rule.id}:{one.event.topic}:{one.event.subject or one.operation}"
    last = store.told_lately(connection, key)
    if last and last[0] == one.event.name and now - last[1] < timedelta(minutes=rule.dedupe_min):
        return True
    store.note_told(connection, key, one.event.name, now)
    return False


def put(
    ctx: Context, connection: Connection, part: Part, rule: Rule, channel: str, *, now: datetime, quiet: datetime | None
) -> None:
    """Add a part to the message that gathers such, or begin one."""
    bundle = QUIET if quiet else f"rule:{rule.id}"
    due = quiet or now + timedelta(minutes=0 if part.severity is Severity.CRITICAL else rule.group_min)
    row = store.open_bundle(connection, channel, bundle, now) if due > now else None
    row = row or (None if quiet else store.crowd(connection, channel, bundle, CROWD))
    if row is None:
        store.add(connection, {
            "id": ctx.services.ids.new(now), "channel": channel, "bundle": bundle, "rule": rule.id,
            "title": part.title, "severity": part.severity, "parts": [part.model_dump(mode="json")],
            "kinds": {part.name: 1}, "quiet": quiet is not None, "created_at": now, "due_at": due,
        })  # fmt: skip
        return
    parts = [*store.parts_of(row), part]
    kept = parts if len(parts) <= KEPT else sorted(parts, key=lambda one: (-one.severity.rank, one.event))[:KEPT]
    kinds = {**row.kinds, part.name: row.kinds.get(part.name, 0) + 1}
    store.extend(connection, row.id, {
        "parts": [one.model_dump(mode="json") for one in kept], "kinds": kinds, "severity": worst(kept),
        "title": title_of(kinds, quiet=row.quiet),
    })  # fmt: skip
