"""A Hydra in a process of its own that can be killed at any moment, and the test's end of the pipe to it."""

import contextlib
import faulthandler
import functools
import logging
import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import structlog

from hydra_lab.app import Application, layers
from hydra_lab.kernel.registry import Registry
from hydra_lab.kernel.work import NewItem, store
from hydra_lab.kernel.work.engine import engine
from hydra_lab.kernel.work.listing import store as listing
from tests.crash import area
from tests.lab import OWNER

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])


def build(data: Path, url: str | None) -> Application:
    """An application with nothing but work to be killed."""
    registry = Registry(areas={"crash": area.AREA}, integrations={})
    overrides: dict[str, Any] = {"data_dir": data, "time_zone": "UTC"} | ({"database_url": url} if url else {})
    return Application(layers(overrides=overrides, registry=registry), registry=registry)


def serve(pipe: Connection, data: Path, url: str | None, outside: Path, options: dict[str, Any]) -> None:
    """In the process: run a Hydra, answer ``(verb, argument)`` with ``(verb, answer)``, until told to stop."""
    os.setpgrp()
    log = (outside.parent / f"{options.get('node', 'hydra')}.log").open("a", buffering=1)
    faulthandler.register(signal.SIGUSR1, file=log)  # where every thread is, for whoever looks into a hang
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(log))
    logging.disable(logging.CRITICAL)
    engine.FORKS_POLLED_S = 0.1
    area.Death.outside = outside
    application = build(data, url).open()
    work = application.services.work
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))  # what `leave` sends; 7 says it was that
    application.start(lanes=options.get("lanes") or {"default": 8}, node=options.get("node"))
    answer_lock = threading.Lock()

    def answer(verb: str, value: Any) -> None:
        with answer_lock, contextlib.suppress(BrokenPipeError):
            pipe.send((verb, value))

    answer("ready", os.getpid())
    while True:
        while not pipe.poll(0.5):
            pass
        try:
            verb, argument = pipe.recv()
        except EOFError:  # the test is gone
            os._exit(0)
        match verb:
            case "add":
                new = [NewItem(actor=OWNER, **one) for one in argument]
                answer("added", [item.id for item, _ in work.add_all(new)])
            case "die":
                area.Death.point = argument
                watch = functools.partial(die_when, application, argument, done_now(application))
                application.services.journal.listen(watch)
                answer("dying", argument)
            case "cancel":
                answer("cancelled", cancelled(application, argument))
            case "stop":
                application.stop()
                answer("stopped", None)
                os._exit(0)


def cancelled(application: Application, id: str) -> str | None:
    """Cancel an item; its id if that was accepted, ``None`` if it was over."""
    try:
        return application.services.work.cancel(id, OWNER).id
    except Exception:
        return None


def die_when(application: Application, point: str, before: int) -> None:
    """Die once the database says that something was claimed, or finished: in the thread that has just committed it."""
    if point == "claimed" and claimed_now(application):
        area.die_at(point)
    if point == "finished" and done_now(application) > before:
        area.die_at(point)


def claimed_now(application: Application) -> bool:
    """Whether anything runs."""
    with application.services.database.read() as connection:
        return bool(store.running(connection))


def done_now(application: Application) -> int:
    """How many items are done."""
    with application.services.database.read() as connection:
        return listing.count(connection, listing.fitting(connection, state="done"))


class Process:
    """The test's end: start, ask, kill."""

    def __init__(self, data: Path, url: str | None, outside: Path, **options: Any) -> None:
        self._arguments = (data, url, outside)
        self.options = options
        self._process: Any = None
        self._pipe: Any = None

    def start(self, **options: Any) -> "Process":
        """Start it and wait until it is ready, or has died at its point."""
        self._pipe, theirs = FORKS.Pipe()
        self._process = FORKS.Process(target=serve, args=(theirs, *self._arguments, {**self.options, **options}))
        self._process.start()
        theirs.close()
        with contextlib.suppress(EOFError, ConnectionResetError):
            assert self._pipe.poll(60), "it was not ready in time"
            assert self._pipe.recv()[0] == "ready"
        return self

    def ask(self, verb: str, argument: Any = None) -> Any:
        """Ask and wait for the answer. Raises ``EOFError`` or ``OSError`` when it dies before it answers."""
        self._pipe.send((verb, argument))
        assert self._pipe.poll(60), f"no answer to {verb}"
        told, value = self._pipe.recv()
        assert told != "ready"
        return value

    @property
    def pid(self) -> int:
        """Its process id."""
        pid: int = self._process.pid
        return pid

    def signal(self, sign: signal.Signals) -> None:
        """Send it and its children a signal."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, sign)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.signal(signal.SIGKILL)
        self._process.join(20)
        self._pipe.close()

    def died(self, within_s: float = 60) -> int | None:
        """Wait until it ended by itself; its exit code, negative for a signal."""
        self._process.join(within_s)
        code: int | None = self._process.exitcode
        return code

    def close(self) -> None:
        """End it, whatever it does."""
        if self._process is not None and self._process.exitcode is None:
            self.signal(signal.SIGCONT)
            self.kill()
