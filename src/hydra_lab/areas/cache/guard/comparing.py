"""Comparing two questions: in what they differ so that the answer to the one is not the answer to the other."""

from collections import Counter

from hydra_lab.areas.cache.guard.reading import Reading, language_of, reading_of
from hydra_lab.areas.cache.guard.words import words_of

COMPARING = frozenset({"than", "als"})
ORIGINS, GOALS = frozenset({"from", "aus", "von"}), frozenset({"to", "into", "ins", "nach", "zu"})


def difference(one: str, other: str) -> str | None:
    """In what two questions differ, in words, or ``None`` where the guard sees nothing.

    It knows words, not meaning: what it refuses may mean the same, and what it lets pass may not.
    """
    mine, theirs = language_of(one), language_of(other)
    if mine is not None and theirs is not None and mine != theirs:
        return "language"
    language = mine or theirs or "english"
    a, b = reading_of(one, language), reading_of(other, language)
    if a == b:
        return None
    if a.numbers != b.numbers:
        return "numbers"
    if a.units != b.units or other_units(a, b):
        return "units"
    if a.code != b.code:
        return "code, paths or quotes"
    if not (a.names <= set(b.words) and b.names <= set(a.words)):
        return "names"
    if a.negations != b.negations or negated(a, b) or negated(b, a):
        return "a negation"
    if a.asks and b.asks and a.asks != b.asks:
        return "what is asked for"
    if opposed(a, b):
        return "a word and its opposite"
    if turned(a, b):
        return "direction"
    return "one word" if replaced(a, b) else None


def other_units(a: Reading, b: Reading) -> bool:
    """Whether a number stands before another unit, as in 100 USD and 100 EUR."""
    mine, theirs = dict(a.bound), dict(b.bound)
    return any(mine[number] != theirs[number] for number in mine.keys() & theirs.keys())


def negated(a: Reading, b: Reading) -> bool:
    """Whether one has a word of the other with a prefix that turns it round, such as safe and unsafe."""
    mine, theirs = set(a.content), set(b.content)
    return any(
        prefix + word in theirs and prefix + word not in mine and word not in theirs
        for word in mine for prefix in words_of(a.language).negating if len(word) > 2
    )  # fmt: skip


def opposed(a: Reading, b: Reading) -> bool:
    """Whether the one has a word and the other its opposite, or both have both the other way round."""
    orders = [order(one) for one in (a, b)]
    for number in orders[0].keys() & orders[1].keys():
        mine, theirs = orders[0][number], orders[1][number]
        if set(mine) != set(theirs) and (set(mine) | set(theirs)) == {0, 1}:
            return True
        if len(set(mine)) == 2 and mine != theirs:
            return True
    return False


def order(one: Reading) -> dict[int, tuple[int, ...]]:
    """For each of the opposites the sides that come, in their order."""
    found: dict[int, tuple[int, ...]] = {}
    lists = words_of(one.language)
    for word in one.words:
        for number, side in sorted(lists.sides.get(word) or lists.sides.get(lists.stem(word)) or ()):
            found[number] = (*found.get(number, ()), side)
    return found


def turned(a: Reading, b: Reading) -> bool:
    """Whether what stands around a word such as “to” or “than” has changed places."""
    mine, theirs = around(a), around(b)
    for relation in mine.keys() & theirs.keys():
        (before, after), (left, right) = mine[relation], theirs[relation]
        if (before & right and not before & left) and (after & left and not after & right):
            return True
        if len(before & right) and len(after & left) and (before, after) != (left, right) and not before & after:
            return True
    if away(mine) & toward(theirs) - away(theirs) or away(theirs) & toward(mine) - away(mine):
        return True
    ends = [{name: around_[name][1] for name in ("from", "to") if name in around_} for around_ in (mine, theirs)]
    if all(len(one) == 2 for one in ends):
        return bool(ends[0]["from"] & ends[1]["to"] or ends[0]["to"] & ends[1]["from"])
    common = [word for word in a.content if word in b.content]
    again = [word for word in b.content if word in a.content]
    return common != again and Counter(a.words) == Counter(b.words)


Around = dict[str, tuple[frozenset[str], frozenset[str]]]


def away(around_: Around) -> frozenset[str]:
    """What something comes from."""
    return frozenset(word for name in ORIGINS & around_.keys() for word in around_[name][1])


def toward(around_: Around) -> frozenset[str]:
    """What something goes to."""
    return frozenset(word for name in GOALS & around_.keys() for word in around_[name][1])


def around(one: Reading) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """The two words that carry meaning before and after each relation, four where things are compared."""
    found: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    lists = words_of(one.language)
    for place, word in enumerate(one.words):
        if word in lists.relations and word not in found:
            reach = 4 if word in COMPARING else 2
            before = [lists.stem(each) for each in one.words[:place] if each not in lists.little][-reach:]
            after = [lists.stem(each) for each in one.words[place + 1 :] if each not in lists.little][:reach]
            found[word] = frozenset(before), frozenset(after)
    return found


def replaced(a: Reading, b: Reading) -> bool:
    """Whether one word stands in the place of another that is not known to mean the same."""
    mine, theirs = Counter(a.content) - Counter(b.content), Counter(b.content) - Counter(a.content)
    if mine.total() != 1 or theirs.total() != 1:
        return False
    (one,), (other,) = mine, theirs
    alike = words_of(a.language).alike
    return not (alike.get(one, frozenset()) & alike.get(other, frozenset()))
