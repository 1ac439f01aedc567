"""Where an attempt's steps are recorded: in the workflow it runs in, or in one that begins with its first step."""

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, Protocol

from hydra_lab.kernel.work.engine.loading import DBOS


class Records(Protocol):
    """Keeps what steps came to."""

    def open(self) -> bool:
        """See to it that there is a workflow to record in; whether it was begun just now."""

    def keep(self, name: str, work: Callable[[], Any]) -> Any:
        """``work`` as a step of the workflow: its result, or the one that is recorded already."""


class Inside:
    """The attempt runs in its workflow: a fork, which begins with the steps it keeps."""

    def open(self) -> bool:
        """It is open."""
        return False

    def keep(self, name: str, work: Callable[[], Any]) -> Any:
        """A step, here."""
        return DBOS.run_step({"name": name}, work)


class Beside:
    """The attempt runs in a thread of Hydra's; its workflow is begun by its first step and runs beside it.

    Work that takes no step has nothing to record: its item and its ending are all there is, and Hydra keeps those.
    The workflow does the steps one by one as the body asks for them, and ends with the body.
    """

    def __init__(self, begin: Callable[[], None]) -> None:
        self._begin = begin
        self._is_open = False
        self._asked: SimpleQueue[tuple[Future[Any], str, Callable[[], Any]] | None] = SimpleQueue()

    def open(self) -> bool:
        """Begin the workflow at the first call."""
        if self._is_open:
            return False
        self._begin()
        self._is_open = True
        return True

    def keep(self, name: str, work: Callable[[], Any]) -> Any:
        """A step, done in the workflow's thread while this one waits; its error is raised here."""
        answer: Future[Any] = Future()
        self._asked.put((answer, name, work))
        return answer.result()

    def close(self) -> None:
        """The body is over: so is its workflow, if it ever began."""
        if self._is_open:
            self._asked.put(None)

    def serve(self) -> None:
        """In the workflow: do steps until the body is over."""
        while asked := self._asked.get():
            answer, name, work = asked
            try:
                answer.set_result(DBOS.run_step({"name": name}, work))
            except BaseException as error:
                answer.set_exception(error)
