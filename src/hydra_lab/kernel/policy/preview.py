"""What a person is shown before they say yes: what would be done, in words, lists and the text of tools."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of what is shown: a list of things, each with what is said of it, or a text such as a diff."""

    title: str
    lines: tuple[tuple[str, str], ...] = ()
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What would be done. Two that show the same have the same ``digest``, which an approval is bound to.

    ``binds`` is bound, too, and not shown: digests of what is too long, or too secret, to be shown as it is.
    """

    summary: str
    parts: tuple[Part, ...] = ()
    binds: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """A digest of all that is shown or bound."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


class HasPreview(Protocol):
    """What a look at what would be done comes to."""

    @property
    def preview(self) -> Preview:
        """What a person is shown of it."""
