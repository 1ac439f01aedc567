"""Areas: a feature's table of contents, found by looking into its folder."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

from hydra_lab.kernel.contributions import Contribution
from hydra_lab.kernel.operation import Operation, operations_in

if TYPE_CHECKING:
    from hydra_lab.kernel.context import Context


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the web surface: ``load(ctx, request: PageRequest) -> dict`` gives its template's values.

    ``path`` is below ``/ui`` (``/queue/{id}``); ``nav`` places it in the navigation: ``(group, order, icon, label)``
    or ``None``. ``actions`` maps an action's name in the page's form to the operation it calls.
    """

    path: str
    title: str
    template: str
    load: Callable[["Context", "PageRequest"], dict[str, Any]]
    nav: tuple[str, int, str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """What a page was asked for: the values in its path and its query."""

    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Area:
    """One feature. ``operations`` are modules; verbs in them are found, not listed.

    ``metadata`` is the SQLAlchemy ``MetaData`` of its ``tables.py``; ``migrations`` are functions run in order.
    """

    name: str
    title: str
    operations: tuple[ModuleType, ...] = ()
    pages: tuple[Page, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    migrations: tuple[Callable[[Any], None], ...] = ()
    templates: str | None = None  # absolute folder of its templates

    def verbs(self) -> list[Operation]:
        """Every operation, stream and endpoint declared in its modules."""
        return [verb for module in self.operations for verb in operations_in(module)]
