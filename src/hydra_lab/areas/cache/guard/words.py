"""Words by which alike questions differ, read from `words.yaml`: opposites, units, numbers, names, synonyms."""

from pathlib import Path
from typing import Any

import yaml

READ: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))


def of(name: str) -> frozenset[str]:
    """The words under a name."""
    return frozenset(READ[name].split())


OPPOSITES: list[list[str]] = READ["opposites"]
SAME: list[str] = READ["same"]
UNITS: dict[str, str] = {word: unit for unit, words in READ["units"].items() for word in words.split()}
NUMBERS: dict[str, str] = READ["numbers"]
NEGATING: tuple[str, ...] = tuple(READ["negating"].split())
NEGATIONS, NAMES, LITTLE = of("negations"), of("names"), of("little")
ONLY_AFTER_A_NUMBER, ASKING, HOW_MANY, RELATIONS = of("only_after_a_number"), of("asking"), of("how"), of("relations")
