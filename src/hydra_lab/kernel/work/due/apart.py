"""What is done again and again: one thing that fails holds up no other, and is said once."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import Connection

from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.work.finish import is_passing

log = structlog.get_logger()


class Apart:
    """Keeps duties apart from each other."""

    def __init__(self) -> None:
        self._failing: set[str] = set()

    @contextmanager
    def duty(self, name: str, connection: Connection | None = None) -> Iterator[None]:
        """Do what is inside; a failure is logged, once until it works again.

        With a connection it is a part of the transaction that is there: what fails is undone alone. Only where the
        database itself takes no writes now does the failure go on to the caller.
        """
        try:
            if connection is None:
                yield
            else:
                with connection.begin_nested():
                    yield
        except Exception as error:
            if connection is not None and is_passing(error):
                raise
            if name not in self._failing:
                self._failing.add(name)
                if isinstance(error, HydraError):
                    log.warning("beat.failed", duty=name, error=error.detail)
                else:
                    log.exception("beat.failed", duty=name)
        else:
            if name in self._failing:
                self._failing.discard(name)
                log.info("beat.recovered", duty=name)
