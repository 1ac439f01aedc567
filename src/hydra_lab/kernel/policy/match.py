"""What a rule's parts match: names by pattern, and times of day."""

import re
from collections.abc import Iterable
from datetime import time
from fnmatch import translate


class Patterns:
    """Names with ``*``, ``?`` and ``[…]``, any of which may fit; upper and lower case differ."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.written = tuple(patterns)
        self._fit = re.compile("|".join(translate(pattern) for pattern in self.written)).match

    def fit(self, *texts: str) -> bool:
        """Whether any pattern fits any of the texts as a whole."""
        return any(self._fit(text) for text in texts)


class Windows:
    """Times of day, each from its begin up to its end; one that ends before it begins goes over midnight."""

    def __init__(self, windows: Iterable[tuple[time, time]]) -> None:
        self.written = tuple(windows)

    def cover(self, at: time) -> bool:
        """Whether any window covers this wall-clock time; one of equal ends covers the whole day."""
        return any(begin <= at < end if begin < end else at >= begin or at < end for begin, end in self.written)
