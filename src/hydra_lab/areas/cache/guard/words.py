"""Words by which alike questions differ, read from `words.yaml` and `german.yaml`: opposites, units, numbers, names."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

HERE = Path(__file__).parent
Language = Literal["english", "german"]
VOWELS = frozenset("aeiou")
FOLDED = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
GERMAN_ENDINGS = (
    *("esten", "sten", "ster", "stes", "ste", "ten", "tes", "ter", "te", "end"),
    *("en", "em", "er", "es", "et", "st", "e", "n", "s", "t"),
)


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of a language."""

    language: Language
    opposites: tuple[tuple[str, str], ...]
    same: tuple[str, ...]
    units: dict[str, str]
    numbers: dict[str, str]
    negating: tuple[str, ...]
    negations: frozenset[str]
    names: frozenset[str]
    little: frozenset[str]
    only_after_a_number: frozenset[str]
    asking: frozenset[str]
    how: frozenset[str]
    relations: frozenset[str]

    def stem(self, word: str) -> str:
        """A word without its ending: stopping, stopped and stops are stop."""
        return stem(word) if self.language == "english" else german_stem(word)

    @cached_property
    def alike(self) -> dict[str, frozenset[int]]:
        """Which groups of words with the same meaning a stem is in."""
        found: dict[str, frozenset[int]] = {}
        for number, group in enumerate(self.same):
            for word in group.split():
                found[self.stem(word)] = found.get(self.stem(word), frozenset()) | {number}
        return found

    @cached_property
    def sides(self) -> dict[str, frozenset[tuple[int, int]]]:
        """Which sides of which opposites a word is on."""
        found: dict[str, frozenset[tuple[int, int]]] = {}
        for number, pair in enumerate(self.opposites):
            for side, words in enumerate(pair):
                for word in words.split():
                    for form in {word, self.stem(word)}:
                        found[form] = found.get(form, frozenset()) | {(number, side)}
        return found


@lru_cache(maxsize=2)
def read(name: str) -> dict[str, Any]:
    """A file of words."""
    found: dict[str, Any] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def german_only() -> frozenset[str]:
    """Words by which a question is known to be German."""
    found = read("german.yaml")
    names = ("negations", "little", "asking", "how", "relations", "names")
    words = {word for name in names for word in found[name].split()}
    words |= {word for each in found["units"].values() for word in each.split()}
    words |= {word for pair in found["opposites"] for side in pair for word in side.split()} | found["numbers"].keys()
    return frozenset(words - set(found["in_english"].split()) - words_of("english").little)


@lru_cache(maxsize=1)
def english_only() -> frozenset[str]:
    """Words by which a question is known to be English."""
    return words_of("english").little - set(read("german.yaml")["in_english"].split())


@lru_cache(maxsize=2)
def words_of(language: Language) -> Words:
    """A language's words; German ones come beside the English, for many questions in German have such, too."""
    files = [read("words.yaml")] + ([read("german.yaml")] if language == "german" else [])

    def lists(name: str) -> frozenset[str]:
        return frozenset(word for one in files for word in one.get(name, "").split())

    return Words(
        language=language,
        opposites=tuple((one, other) for each in files for one, other in each["opposites"]),
        same=tuple(group for one in files for group in one["same"]),
        units={word: unit for one in files for unit, words in one["units"].items() for word in words.split()},
        numbers={word: number for one in files for word, number in one["numbers"].items()},
        negating=tuple(files[0]["negating"].split()),
        negations=lists("negations"), names=lists("names"), little=lists("little"),
        only_after_a_number=lists("only_after_a_number"), asking=lists("asking"), how=lists("how"),
        relations=lists("relations"),
    )  # fmt: skip


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """An English word without its ending."""
    word = word.partition("'")[0]
    for ending in ("ingly", "edly", "ing", "ed", "ies", "es", "s", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not (ending == "s" and word.endswith("ss")):
            word = word[: -len(ending)] + ("y" if ending == "ies" else "")
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in VOWELS and word[-1] not in "ls":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


@lru_cache(maxsize=8192)
def german_stem(word: str) -> str:
    """A German word without its ending: große, größer and größten are gros."""
    word = word.partition("'")[0].translate(FOLDED)
    for ending in GERMAN_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word
