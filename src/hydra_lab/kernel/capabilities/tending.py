"""What a room that tends containers does for others that change them: it judges health, and keeps alerts quiet."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hydra_lab.kernel.capabilities.containers import Container

if TYPE_CHECKING:
    from hydra_lab.kernel.context import Context


class Judge(Protocol):
    """Looks at one container again and again."""

    @property
    def detail(self) -> str | None:
        """What its probe said last; ``None`` where it has none."""

    def look(self, id: str) -> Container:
        """How it is now, its health as its own check and its probe find it."""


class Quiet(Protocol):
    """Alerts that are kept quiet."""

    def words(self) -> str:
        """What was muted so far, or why nothing was, as a part of a sentence."""


@dataclass(frozen=True, kw_only=True)
class Tending:
    """A contribution: what is known of containers beyond what their host tells.

    ``judge(ctx, container)`` has its probe asked while somebody waits for it; ``known(ctx, containers)`` gives them
    with the health that probes found last; ``quiet(ctx, containers, why)`` mutes the alerts of just these for a block.
    """

    name: str
    judge: Callable[["Context", Container], Judge]
    known: Callable[["Context", Sequence[Container]], list[Container]]
    quiet: Callable[["Context", Sequence[Container], str], AbstractContextManager[Quiet]]
