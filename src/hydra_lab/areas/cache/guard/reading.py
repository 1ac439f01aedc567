"""Reading a question for what it must not differ in: its words, numbers, units, names and pieces of code."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from hydra_lab.areas.cache.guard.words import (
    ASKING,
    HOW_MANY,
    LITTLE,
    NAMES,
    NEGATIONS,
    NUMBERS,
    ONLY_AFTER_A_NUMBER,
    SAME,
    UNITS,
)

QUOTED = re.compile(r"`([^`]+)`|\"([^\"]+)\"|“([^”]+)”|«([^»]+)»|(?<!\w)'([^']+)'(?!\w)")
CODE = re.compile(
    r"(?:[~.]{0,2}/)?[\w.~+:-]*(?:/[\w.~+:-]+)+/?|\w+(?:[_.@:\\]\w+)+|--?[a-zA-Z][\w-]+|\w+\(\)|[A-Za-z]:\\\S+|[<>=!]=|[+*/^|&]"
)
NUMBER = re.compile(r"[-+−]?\d[\d,]*(?:\.\d+)?")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[-+−]?\d[\d,]*(?:\.\d+)?|[%$€£¥°#]", re.UNICODE)
ENDS = frozenset(".!?:\n")
VOWELS = frozenset("aeiou")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A question in parts. ``content`` are the stems of the words that carry its meaning, in their order."""

    words: tuple[str, ...]
    content: tuple[str, ...]
    numbers: tuple[str, ...]
    units: tuple[str, ...]
    names: frozenset[str]
    code: frozenset[str]
    negations: int
    asks: frozenset[str]


@lru_cache(maxsize=2048)
def reading_of(text: str) -> Reading:
    """A question's parts."""
    text = text.replace("’", "'")
    code = frozenset(found for one in QUOTED.finditer(text) for found in one.groups() if found)
    code |= frozenset(
        one.group().rstrip(".:") for one in CODE.finditer(text) if not NUMBER.fullmatch(one.group().rstrip(".:"))
    )
    words, names, numbers, units = [], set(), [], []
    for one in WORD.finditer(text):
        raw = one.group()
        word = raw.lower()
        words.append(word)
        begins = not text[: one.start()].strip() or text[: one.start()].rstrip()[-1] in ENDS
        before = text[one.start() - 1] if one.start() else " "
        if NUMBER.fullmatch(raw):
            numbers.append(plain(raw if before in " (=" or raw[0].isdigit() else raw[1:]))
        elif word in NUMBERS:
            numbers.append(NUMBERS[word])
        follows_number = len(words) > 1 and (words[-2][-1].isdigit() or words[-2] in NUMBERS or words[-2] == "°")
        if word in UNITS and (word not in ONLY_AFTER_A_NUMBER or follows_number):
            units.append(UNITS[word])
        elif is_name(raw, begins=begins):
            names.add(word)
    apart = [part for word in words for part in word.split("'")]
    content = tuple(stem(word) for word in words if word not in LITTLE and word.partition("'")[0] not in LITTLE)
    negations = sum(word in NEGATIONS or word.endswith("n't") or word in ("dont", "cant", "wont", "isnt", "doesnt")
                    for word in words)  # fmt: skip
    asks = {word for word in apart if word in ASKING} | {
        f"how {after}" for before, after in pairwise(words) if before == "how" and after in HOW_MANY
    }
    return Reading(
        words=tuple(words), content=content, numbers=tuple(numbers), units=tuple(sorted(units)),
        names=frozenset(names), code=frozenset(code), negations=negations, asks=frozenset(asks),
    )  # fmt: skip


def is_name(raw: str, *, begins: bool) -> bool:
    """Whether a word is a name: known as one, in capitals, or with one where no sentence begins."""
    if raw.lower() in NAMES:
        return True
    if not raw[0].isalpha() or raw == "I" or raw.startswith("I'"):
        return False
    return any(letter.isupper() for letter in raw[1:]) or (raw[0].isupper() and not begins)


def plain(number: str) -> str:
    """A number without what is only its look: 1,000.50 is 1000.5."""
    text = number.replace(",", "").replace("−", "-").lstrip("+")
    return text.rstrip("0").rstrip(".") if "." in text else text


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word without its ending: stopping, stopped and stops are stop."""
    word = word.partition("'")[0]
    for ending in ("ingly", "edly", "ing", "ed", "ies", "es", "s", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not (ending == "s" and word.endswith("ss")):
            word = word[: -len(ending)] + ("y" if ending == "ies" else "")
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in VOWELS and word[-1] not in "ls":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


@lru_cache(maxsize=1)
def alike() -> dict[str, frozenset[int]]:
    """Which groups of words with the same meaning a stem is in."""
    found: dict[str, frozenset[int]] = {}
    for number, group in enumerate(SAME):
        for word in group.split():
            found[stem(word)] = found.get(stem(word), frozenset()) | {number}
    return found
