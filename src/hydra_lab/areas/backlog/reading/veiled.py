"""A document's secrets: what is shown and kept of it has masks in their places, and only planning sees them."""

from dataclasses import dataclass, replace

from hydra_lab.areas.backlog.model import Document, Entry
from hydra_lab.areas.backlog.reading.parse import parse
from hydra_lab.kernel.errors import NotReady
from hydra_lab.kernel.secrets import MASK, SecretBox
from hydra_lab.kernel.secrets.spotting import veiled


@dataclass(frozen=True, kw_only=True)
class Text:
    """A document as it was given, and as it is shown: the same but for masks in place of its secrets."""

    whole: str
    shown: str

    def sealed(self, box: SecretBox) -> str | None:
        """The whole document for the database; ``None`` where it holds no secret."""
        return None if self.whole == self.shown else box.seal(self.whole)

    def read(self) -> tuple[Document, dict[str, Entry]]:
        """The document as it is shown, and by key the entries whose work needs what is masked in them."""
        document = parse(self.shown)
        if self.whole == self.shown:
            return document, {}
        whole = parse(self.whole).entries
        if len(whole) != len(document.entries):
            return document, {}  # a mask changed what is an item: nothing runs with what nobody can tell apart
        pairs = zip(document.entries, whole, strict=True)
        return document, {one.key: replace(full, key=one.key) for one, full in pairs if one != full}


def text_of(given: str, before: Text | None = None) -> Text:
    """A document that was given. Lines with masks that stand in ``before``, as an export wrote them, mean its lines."""
    whole = given
    if MASK in given and before:
        meant = dict(zip(before.shown.splitlines(), before.whole.splitlines(), strict=False))
        lines = given.splitlines(keepends=True)
        whole = "".join(meant.get(bare := line.rstrip("\r\n"), bare) + line[len(bare) :] for line in lines)
    return Text(whole=whole, shown=veiled(whole))


def kept_text(shown: str, sealed: str | None, box: SecretBox) -> Text:
    """A document as it is kept; without its secrets where their key was lost."""
    try:
        return Text(whole=box.open(sealed) if sealed else shown, shown=shown)
    except NotReady:
        return Text(whole=shown, shown=shown)
