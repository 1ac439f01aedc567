"""Reading a question for what it must not differ in: its words, numbers, units, names and pieces of code."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from hydra_lab.areas.cache.guard.words import Language, Words, english_only, german_only, words_of

QUOTED = re.compile(r"`([^`]+)`|\"([^\"]+)\"|“([^”]+)”|«([^»]+)»|(?<!\w)'([^']+)'(?!\w)")
CODE = re.compile(
    r"(?:[~.]{0,2}/)?[\w.~+:-]*(?:/[\w.~+:-]+)+/?|\w+(?:[_.@:\\]\w+)+|--?[a-zA-Z][\w-]+|\w+\(\)|[A-Za-z]:\\\S+|[<>=!]=|[+*/^|&]"
)
NUMBER = re.compile(r"[-+−]?\d[\d,]*(?:\.\d+)?")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[-+−]?\d[\d,]*(?:\.\d+)?|[%$€£¥°#]", re.UNICODE)
LETTERS = re.compile(r"[^\W\d_]+")
DECIMAL_COMMA = re.compile(r"-?\d+,(?:\d{1,2}|\d{4,})")
GROUPED = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
ENDS = frozenset(".!?:\n")
CLAUSE_ENDS = frozenset(".,;!?:\n)")
GOES_ON = frozenset({"und", "oder", "wenn", "bitte"})
SHORT_NEGATIONS = frozenset({"dont", "cant", "wont", "isnt", "doesnt"})
PARTICLES = frozenset({"ein", "aus", "an", "ab", "auf", "zu"})


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A question in parts. ``content`` are the stems of the words that carry its meaning, in their order."""

    language: Language
    words: tuple[str, ...]
    content: tuple[str, ...]
    numbers: tuple[str, ...]
    units: tuple[str, ...]
    bound: frozenset[tuple[str, str]]
    names: frozenset[str]
    code: frozenset[str]
    negations: int
    asks: frozenset[str]


@lru_cache(maxsize=2048)
def reading_of(text: str, language: Language = "english") -> Reading:
    """A question's parts, as its language has them."""
    text = text.replace("’", "'")
    lists = words_of(language)
    code = frozenset(found for one in QUOTED.finditer(text) for found in one.groups() if found)
    code |= frozenset(
        one.group().rstrip(".:") for one in CODE.finditer(text) if not NUMBER.fullmatch(one.group().rstrip(".:"))
    )
    words, names, numbers, units, bound = [], set(), [], [], set()
    for one in WORD.finditer(text):
        raw = one.group()
        word = raw.lower()
        if lists.language == "german" and word in PARTICLES and ends_clause(text[one.end() :]):
            word += "-"
        words.append(word)
        begins = not text[: one.start()].strip() or text[: one.start()].rstrip()[-1] in ENDS
        before = text[one.start() - 1] if one.start() else " "
        if NUMBER.fullmatch(raw):
            numbers.append(plain(raw if before in " (=" or raw[0].isdigit() else raw[1:]))
        elif word in lists.numbers:
            numbers.append(lists.numbers[word])
        follows_number = len(words) > 1 and (words[-2][-1].isdigit() or words[-2] in lists.numbers or words[-2] == "°")
        if word in lists.units and (word not in lists.only_after_a_number or follows_number):
            units.append(lists.units[word])
            if follows_number and numbers:
                bound.add((numbers[-1], lists.units[word]))
        elif is_name(raw, lists, begins=begins):
            names.add(word)
    apart = [part for word in words for part in word.split("'")]
    content = tuple(lists.stem(word) for word in words if not {word, word.partition("'")[0]} & lists.little)
    negations = sum(word in lists.negations or word.endswith("n't") or word in SHORT_NEGATIONS for word in words)
    asks = {"who" if word == "whom" else word for word in apart if word in lists.asking} | {
        f"how {after}" for before, after in pairwise(words) if before in ("how", "wie") and after in lists.how
    }
    return Reading(
        language=language, words=tuple(words), content=content, numbers=tuple(numbers), units=tuple(sorted(units)),
        bound=frozenset(bound), names=frozenset(names), code=frozenset(code), negations=negations,
        asks=frozenset(asks),
    )  # fmt: skip


@lru_cache(maxsize=2048)
def language_of(text: str) -> Language | None:
    """The language of which more words are known, ``None`` where no word says it."""
    words = [one.lower() for one in LETTERS.findall(text)]
    german = sum(word in german_only() or not word.isascii() for word in words)
    english = sum(word in english_only() for word in words)
    if german == english == 0:
        return None
    return "german" if german > english else "english"


def ends_clause(rest: str) -> bool:
    """Whether nothing more of a clause comes."""
    after = rest.lstrip(" ")
    return not after or after[0] in CLAUSE_ENDS or after.partition(" ")[0].lower() in GOES_ON


def is_name(raw: str, lists: Words, *, begins: bool) -> bool:
    """Whether a word is a name: known as one, in capitals, or, in English, with one where no sentence begins."""
    if raw.lower() in lists.names:
        return True
    if not raw[0].isalpha() or raw == "I" or raw.startswith("I'"):
        return False
    return any(letter.isupper() for letter in raw[1:]) or (
        raw[0].isupper() and not begins and lists.language == "english"
    )


def plain(number: str) -> str:
    """A number without what is only its look: 1,000.0 is 1000, and 1,5 is 1.5.

    3.10 stays what it is, for a version's 3.1 is another one, and so does 1.000, of which nobody can say what it is.
    """
    text = number.replace("−", "-").lstrip("+")
    if DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    text = text.replace(",", "")
    whole, point, rest = text.partition(".")
    return whole if point and not rest.strip("0") and not GROUPED.fullmatch(text) else text
