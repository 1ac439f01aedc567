"""One round of Hydra: how many durable no-ops a second pass through its queue, from the door to done."""

import argparse
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from benchmarks.rounds.noop import AREA
from hydra_lab.app import Application, found_rooms, layers
from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.registry import Registry
from hydra_lab.kernel.work import NewItem

OWNER = Actor(kind=ActorKind.PERSON, name="bench", scopes=frozenset({"admin"}))
DONE = "SELECT count(*) FROM work_items WHERE state = 'done'"
WARM_UP = 20


def main() -> None:
    """Add items one by one while they run; print how many a second were added and done."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=400)
    parser.add_argument("--slots", type=int, default=16)
    parser.add_argument("--synchronous", default="NORMAL")
    parser.add_argument("--step", action="store_true", help="record one step in each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hydra-bench-") as folder:
        print(rate(Path(folder), options.items, options.slots, options.synchronous, step=options.step))


def rate(folder: Path, items: int, slots: int, synchronous: str, *, step: bool) -> float:
    """Items a second, in an empty database."""
    found = found_rooms()
    registry = Registry(areas={**found.areas, AREA.name: AREA}, integrations=found.integrations)
    lanes = {"default": slots}
    sources = layers(overrides={"data_dir": folder, "synchronous": synchronous, "lanes": lanes}, registry=registry)
    application = Application(sources, registry=registry).open()
    application.start(lanes=lanes)
    operation = "noop.step" if step else "noop.run"
    run(application, operation, WARM_UP)
    before = done(application)
    began = time.monotonic()
    run(application, operation, items, before)
    seconds = time.monotonic() - began
    application.stop()
    return items / seconds


def run(application: Application, operation: str, items: int, before: int = 0) -> None:
    """Add items and wait until they are done."""
    for number in range(items):
        application.services.work.add_all([NewItem(actor=OWNER, operation=operation, input={"number": number})])
    while done(application) < before + items:
        time.sleep(0.02)


def done(application: Application) -> int:
    """How many items are done."""
    with application.services.database.read() as connection:
        return int(connection.execute(text(DONE)).scalar_one())


if __name__ == "__main__":
    main()
