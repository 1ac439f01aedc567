"""One round of the other program: the same no-op as a workflow on a bare DBOS queue, with the same SQLite pragmas."""

import argparse
import logging
import tempfile
import time
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer
from sqlalchemy import Engine, create_engine, event, text

QUEUE = "bench"
DONE = "SELECT count(*) FROM workflow_status WHERE status = 'SUCCESS'"
POLL_S = 0.02
WARM_UP = 20


def main() -> None:
    """Enqueue workflows one by one while they run; print how many a second were enqueued and done."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=400)
    parser.add_argument("--slots", type=int, default=16)
    parser.add_argument("--synchronous", default="NORMAL")
    parser.add_argument("--step", action="store_true", help="record one step in each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hydra-bench-") as folder:
        print(rate(Path(folder), options.items, options.slots, options.synchronous, step=options.step))


def rate(folder: Path, items: int, slots: int, synchronous: str, *, step: bool) -> float:
    """Workflows a second, in an empty database."""
    logging.getLogger("dbos").setLevel(logging.CRITICAL)
    url = f"sqlite:///{folder / 'dbos.db'}"
    engine = engine_for(url, synchronous)
    config: dict[str, Any] = {
        "name": "bench", "system_database_url": url, "system_database_engine": engine, "log_level": "CRITICAL",
        "application_version": "1", "serializer": DBOSPortableJSONSerializer(), "enable_otlp": False,
    }  # fmt: skip
    DBOS(config=config)  # type: ignore[arg-type]

    @DBOS.workflow(name="noop")
    def noop(number: int) -> int:
        return DBOS.run_step({"name": "same"}, lambda: number) if step else number

    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=slots, polling_interval_sec=POLL_S)
    client = DBOSClient(
        system_database_url=url, system_database_engine=engine, serializer=DBOSPortableJSONSerializer()
    )  # fmt: skip
    run(client, engine, WARM_UP)
    before = done(engine)
    began = time.monotonic()
    run(client, engine, items, before)
    seconds = time.monotonic() - began
    DBOS.destroy()
    return items / seconds


def engine_for(url: str, synchronous: str) -> Engine:
    """An engine with the pragmas that Hydra sets."""
    engine = create_engine(url, pool_size=4, max_overflow=16)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    return engine


def run(client: DBOSClient, engine: Engine, items: int, before: int = 0) -> None:
    """Enqueue workflows and wait until they are done."""
    for number in range(items):
        client.enqueue({"workflow_name": "noop", "queue_name": QUEUE, "app_version": "1"}, number)
    while done(engine) < before + items:
        time.sleep(0.02)


def done(engine: Engine) -> int:
    """How many workflows have ended well."""
    with engine.connect() as connection:
        return int(connection.execute(text(DONE)).scalar_one())


if __name__ == "__main__":
    main()
