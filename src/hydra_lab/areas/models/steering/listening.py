"""Listening to a load or a pull, so that work that was cancelled lets go of a server that says nothing."""

import threading
from collections.abc import Generator, Iterator
from queue import Empty, SimpleQueue

from hydra_lab.kernel.capabilities import Loading
from hydra_lab.kernel.context import Context

LOOK_S = 0.25


def heard(ctx: Context, told: Iterator[Loading]) -> Iterator[Loading]:
    """What is told, as it comes, and what it ends with. Raises ``Cancelled`` also while nothing comes.

    Who stops listening has the server hung up on at its next word, or when its patience with loads has passed.
    """
    news: SimpleQueue[Loading | BaseException | None] = SimpleQueue()
    gone = threading.Event()

    def listen() -> None:
        try:
            for one in told:
                news.put(one)
                if gone.is_set():
                    break
            news.put(None)
        except BaseException as error:  # it is raised where somebody waits for it
            news.put(error)
        finally:
            if isinstance(told, Generator):
                told.close()

    threading.Thread(target=listen, name="models-listen", daemon=True).start()
    try:
        while True:
            ctx.check_cancelled()
            try:
                one = news.get(timeout=LOOK_S)
            except Empty:
                continue
            if one is None:
                return
            if isinstance(one, BaseException):
                raise one
            yield one
    finally:
        gone.set()
