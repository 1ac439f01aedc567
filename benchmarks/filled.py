"""A database as it looks after a long time: 100,000 items in every state, with what the journal says of them."""

import argparse
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hydra_lab.app import Application, layers
from hydra_lab.kernel.policy.model import HYDRA, Actor, ActorKind
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import HoldKind, State
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.model import NewHold

OWNER = Actor(kind=ActorKind.PERSON, name="owner", scopes=frozenset({"admin"}))
OPERATIONS = ("health.show", "maintenance.run", "http.call", "docs.api", "queue.stats", "knowledge.audit")
SHARES = {"done": 70, "queued": 12, "held": 14, "failed": 3, "cancelled": 1}
CHUNK = 2_000


def main() -> None:
    """Make the database in a data directory that does not exist yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--items", type=int, default=100_000)
    options = parser.parse_args()
    fill(options.data, options.items)


def fill(data: Path, items: int) -> None:
    """Write the items as if they had come and gone over the last 60 days."""
    application = Application(layers(overrides={"data_dir": data, "synchronous": "NORMAL"})).open()
    services, chance = application.services, random.Random(7)
    now = services.clock.now()
    for first in range(0, items, CHUNK):
        count = min(CHUNK, items - first)
        rows = [row(services, chance, now - timedelta(days=60) * (1 - (first + one) / items)) for one in range(count)]
        with services.database.begin() as connection:
            changes.insert_items(connection, rows)
            held = [one["id"] for one in rows if one["state"] == State.HELD]
            changes.insert_holds(connection, [changes.hold_row(id, hold(chance, now), now) for id in held])
            services.journal.write_many(connection, [entry for one in rows for entry in entries(services, one)])
    application.stop()


def row(services: Services, chance: random.Random, at: datetime) -> dict[str, Any]:
    """One item. Ready work is in a lane without slots, so that it stays ready while things are measured."""
    [state] = chance.choices(list(SHARES), list(SHARES.values()))
    operation = chance.choice(OPERATIONS)
    tier, priority = chance.randint(1, 7), chance.randint(0, 3)
    started = at + timedelta(seconds=chance.random() * 60) if state in ("done", "failed") else None
    ended = started + timedelta(seconds=chance.expovariate(1 / 20)) if started else None
    failure = {"code": "unavailable", "detail": "The service did not answer.", "fix": "Start it.", "data": {}}
    return {
        "id": services.ids.new(at), "title": f"{operation} of the night, number {chance.randint(1, 10**6)}",
        "operation": operation, "input": {"target": f"thing-{chance.randint(1, 500)}"}, "input_hash": "0" * 64,
        "section": None, "tier": tier, "tier_rank": tier, "phase": None, "phase_rank": 1000, "priority": priority,
        "effort_minutes": chance.choice((None, 15, 60)), "impact": None, "state": state,
        "lane": "bulk" if state == State.QUEUED else "default", "key": None, "window": None, "not_before": None,
        "deadline": None, "attempt": 1 if started else 0, "failures": int(state == State.FAILED), "owner": None,
        "progress": None, "result": {"summary": "All is well.", "count": 3} if state == State.DONE else None,
        "error": failure if state == State.FAILED else None, "origin": None,
        "actor": {"kind": OWNER.kind.value, "name": OWNER.name, "scopes": sorted(OWNER.scopes)}, "confirmed": False,
        "cause": None, "created_at": at, "ready_at": at if state == State.QUEUED else None, "started_at": started,
        "finished_at": ended or (at if state == State.CANCELLED else None),
    }  # fmt: skip


def hold(chance: random.Random, now: datetime) -> NewHold:
    """What a held item waits for: mostly for its time."""
    if chance.random() < 0.2:
        return NewHold(
            kind=HoldKind.REQUIREMENT, ref="discord", detail="Discord has no webhook.", unblock="Set the webhook."
        )
    due = now + timedelta(days=chance.randint(1, 300))
    return NewHold(kind=HoldKind.NOT_BEFORE, detail=f"Not before {due:%A %d %B}.", unblock="The time comes.", due=due)


def entries(services: Services, row: dict[str, Any]) -> list[dict[str, Any]]:
    """What the journal says of an item: that it came, and how it ended."""
    about = {"item": row["id"], "subject": row["title"], "data": {"operation": row["operation"]}}
    found = [services.journal.row("items.created", actor=OWNER, **about) | {"at": row["created_at"]}]
    if row["finished_at"]:
        said = services.journal.row(f"items.{row['state']}", actor=HYDRA, **about)
        found.append(said | {"at": row["finished_at"]})
    return found


if __name__ == "__main__":
    main()
