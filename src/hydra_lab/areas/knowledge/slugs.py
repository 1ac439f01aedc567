"""Anchors of headings, made as GitHub makes them."""

import unicodedata


class Slugs:
    """The anchors of one file: a heading's words repeated get ``-1``, ``-2`` (the rule of npm's github-slugger)."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def next(self, heading: str) -> str:
        """The anchor of the next heading."""
        first = name = slug(heading)
        while name in self._seen:
            self._seen[first] += 1
            name = f"{first}-{self._seen[first]}"
        self._seen[name] = 0
        return name


def slug(text: str) -> str:
    """Lower case; letters, marks, digits, joiners such as ``_``, and ``-`` stay; each blank becomes ``-``."""
    return "".join(sign for sign in text.strip().lower() if sign in "- " or is_word(sign)).replace(" ", "-")


def is_word(sign: str) -> bool:
    """Whether Ruby's ``\\p{Word}``, which GitHub uses, covers a sign."""
    category = unicodedata.category(sign)
    return category[0] in "LM" or category in ("Nd", "Pc")
