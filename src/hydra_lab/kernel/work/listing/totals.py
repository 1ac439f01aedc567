"""How many items fit a filter: counted once, then known until something is committed."""

from collections import OrderedDict
from collections.abc import Callable, Hashable

MOST = 64  # filters; who leafs through a search asks for the same one again and again


class Totals:
    """What was counted, by filter. ``version`` is another one after each commit; ``None`` where nobody can say."""

    def __init__(self, version: Callable[[], int | None]) -> None:
        self._version = version
        self._known: OrderedDict[Hashable, tuple[int, int]] = OrderedDict()

    def of(self, wanted: Hashable) -> Callable[[Callable[[], int]], int]:
        """What gives the total for a filter, given how to count it.

        Ask for it before the reading begins: what is committed in between then counts as newer than what was read.
        """
        version = self._version()

        def total(count: Callable[[], int]) -> int:
            known = self._known.get(wanted)
            if known and known[0] == version:
                return known[1]
            counted = count()
            if version is not None:
                self._known[wanted] = version, counted
                while len(self._known) > MOST:
                    self._known.popitem(last=False)
            return counted

        return total
