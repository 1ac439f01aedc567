"""CPU-heavy work in processes of its own, so that Hydra stays quick and a cancel really ends it."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from hydra_lab.kernel.errors import Unavailable
from hydra_lab.kernel.work.engine.recorded import packed_error, unpacked_error

T = TypeVar("T")

# A small server process imports Hydra once, when the first child is wanted, and forks each child from there.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])


class Children:
    """The child processes of one attempt."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._living: set[int] = set()
        self._ended = False

    def run(self, fn: Callable[..., T], *args: Any) -> T:
        """Call a module-level function in a new process and return its result.

        An error it raises is raised here. Raises ``Unavailable`` when the process dies without an answer (killed, out
        of memory). What the child starts itself belongs to its process group and dies with it.
        """
        mine, theirs = FORKS.Pipe(duplex=False)
        process = FORKS.Process(target=serve, args=(theirs, fn, args), daemon=False, name=f"hydra-{fn.__name__}")
        with self._lock:
            if self._ended:
                raise Unavailable("The work was ended.", fix="Retry the item if it is still wanted.")
            process.start()
            self._living.add(process.pid or 0)
        theirs.close()
        try:
            ok, value = mine.recv()
        except EOFError as error:
            process.join()
            raise Unavailable(
                f"The child process of {fn.__name__} died (exit {process.exitcode}).",
                fix="It was killed or ran out of memory; the kernel's log (dmesg) says which.",
            ) from error
        finally:
            with self._lock:
                self._living.discard(process.pid or 0)
            mine.close()
        process.join()
        if not ok:
            raise unpacked_error(value)
        result: T = value
        return result

    def kill(self) -> None:
        """End every child and what it started."""
        with self._lock:
            self._ended = True
            for pid in self._living:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def serve(answer: Connection, fn: Callable[..., Any], args: tuple[Any, ...]) -> None:
    """In the child: lead a process group, watch the parent, call the function, answer ``(ok, value)``."""
    os.setpgrp()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=die_with, args=(parent,), daemon=True).start()
    try:
        answer.send((True, fn(*args)))
    except Exception as error:
        answer.send((False, packed_error(error)))


def die_with(parent: Any) -> None:
    """Wait for the parent to end, then end this process and all it started."""
    parent.join()
    os.killpg(os.getpgrp(), signal.SIGKILL)
