"""Finding what a line means among many titles: words, how much each one says, and the best fit if there is one."""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from functools import lru_cache
from math import log
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

WORD = re.compile(r"[^\W_]+")
STOP = frozenset(
    WORD.findall(
        "a all an and any are as at be by can for from has have in into is it its no not of on or that the their these "
        "this to via with"
    )
)
# Verbs that a step swaps freely for another ("Build …" for "Create …"): they say little about which item is meant.
VERBS = frozenset(
    WORD.findall(
        "add build check complete create do establish evaluate finish fix generate implement improve make queue run "
        "set start task test update wire write work item"
    )
)
VERB_WEIGHT = 0.25
STEM_LETTERS = 6
COMMON = 60  # a word in more titles than this finds nothing by itself, which keeps matching linear


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """One form for a word's endings: ``generator``, ``generate`` and ``generation`` become ``genera``."""
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return word[:STEM_LETTERS]


VERB_STEMS = frozenset(stem(word) for word in VERBS)


def stems(text: str) -> frozenset[str]:
    """The distinct meaningful words of a text, at most of its first 2,000 characters, in one form each."""
    return frozenset(stem(word) for word in WORD.findall(text[:2000].lower()) if word not in STOP)


class Index(Generic[K]):
    """Titles by their words. A rare word weighs more than a common one, a mere verb hardly anything."""

    def __init__(self, titles: Mapping[K, str]) -> None:
        self.titles = {key: stems(title) for key, title in titles.items()}
        self.postings: dict[str, list[K]] = defaultdict(list)
        for key, found in self.titles.items():
            for word in found:
                self.postings[word].append(key)
        self.total = max(1, len(self.titles))
        self.lengths = {key: sum(map(self.weight, found)) for key, found in self.titles.items()}

    def weight(self, word: str) -> float:
        """What one word says: the logarithm of how few titles have it."""
        rarity = log(1 + self.total / max(1, len(self.postings.get(word, ()))))
        return rarity * (VERB_WEIGHT if word in VERB_STEMS else 1)

    def ranked(self, text: str, limit: int = 5) -> list[tuple[K, float]]:
        """The titles that share most with a text, each with a score from 0 (nothing) to 1 (the same words)."""
        asked = sorted(stems(text))
        weights = {word: self.weight(word) for word in asked}
        whole = sum(weights.values())
        shared: Counter[K] = Counter()
        for word in asked:
            postings = self.postings.get(word, [])
            if len(postings) <= COMMON or self.total <= COMMON:
                shared.update(dict.fromkeys(postings, 1))
        scores = []
        for key, _ in shared.most_common(COMMON):
            common = sum(weight for word, weight in weights.items() if word in self.titles[key])
            # How much of the asked words the title has, and a little of how much of the title was asked for.
            scores.append((key, 0.75 * common / whole + 0.25 * common / self.lengths[key]))
        return sorted(scores, key=lambda one: -one[1])[:limit]

    def best(self, text: str, *, at_least: float = 0.45, ahead: float = 0.08) -> K | None:
        """The one title that a text means; ``None`` when none fits well, or two fit about equally well."""
        found = self.ranked(text, limit=2)
        if not found or found[0][1] < at_least:
            return None
        if len(found) > 1 and found[0][1] - found[1][1] < ahead:
            return None
        return found[0][0]
