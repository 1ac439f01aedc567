"""A backlog's Markdown, read line by line; whatever is not understood is said, and nothing is lost."""

from collections import Counter

from hydra_lab.areas.backlog.model import Document, Entry, InputRule, Phase, Step, Tier, Unread
from hydra_lab.areas.backlog.planning.rules import Rules, shipped_rules
from hydra_lab.areas.backlog.reading.bullets import bullet, is_rule, table_row
from hydra_lab.areas.backlog.reading.draft import Draft
from hydra_lab.areas.backlog.reading.fields import NAMES, split_fields
from hydra_lab.areas.backlog.reading.headings import Heading, Kind, item, read_heading
from hydra_lab.areas.backlog.reading.lines import Line, read_lines
from hydra_lab.areas.backlog.reading.links import link
from hydra_lab.kernel.errors import Invalid

MAX_ENTRIES = 5_000
FORMAT = "Write items as `### 1.1 Title` below `## TIER 1: NAME`, each with lines like `**Priority:** HIGH`."


def parse(text: str, rules: Rules | None = None) -> Document:
    """Read a backlog.

    Raises ``Invalid`` where the text holds no item at all, more than 5,000 of them, or bytes that are no text.
    """
    return link(Reader().read(read_lines(text)), rules or shipped_rules())


class Reader:
    """Where the reading stands: the section it is in, the item that is open, and what was found so far."""

    def __init__(self) -> None:
        self.place = Kind.FACT  # before the first tier or item: what the document says about itself
        self.title: str | None = None
        self.tier: Tier | None = None
        self.tier_level: int | None = None
        self.draft: Draft | None = None
        self.used: Counter[str] = Counter()
        self.entries: list[Entry] = []
        self.tiers: list[Tier] = []
        self.phases: list[Phase] = []
        self.steps: list[Step] = []
        self.lists: dict[Kind, list[InputRule]] = {Kind.WITHOUT: [], Kind.REQUIRES: []}
        self.protocol: list[str] = []
        self.facts: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self.unread: list[Unread] = []

    def read(self, lines: list[Line]) -> Document:
        """Read all lines; steps and lists still name their items by words only."""
        for position, line in enumerate(lines):
            heading = None if line.verbatim else read_heading(line.text, tier_level=self.tier_level)
            if heading:
                self.heading(line, self.told_apart(heading, lines, position))
            elif line.text.strip() and (line.verbatim or not is_rule(line.text)):
                why = self.draft.add(line) if self.draft else self.outside(line)
                if self.draft:
                    self.draft.end = line.number
                if why:
                    self.miss(line, why)
            elif self.draft:
                self.draft.broken = True
        self.close_item()
        self.close_phase()
        if not self.entries:
            raise Invalid("The document has no item, so nothing was imported.", fix=FORMAT, lines=len(lines))
        return Document(
            title=self.title,
            entries=tuple(self.entries),
            tiers=tuple(self.tiers),
            phases=tuple(self.phases),
            without_input=tuple(self.lists[Kind.WITHOUT]),
            requires_input=tuple(self.lists[Kind.REQUIRES]),
            protocol=tuple(self.protocol),
            facts=tuple(self.facts),
            notes=tuple(self.notes),
            unread=tuple(self.unread),
        )

    def told_apart(self, heading: Heading, lines: list[Line], position: int) -> Heading:
        """An unnumbered heading in a tier is an item when a field like Priority comes right below it."""
        inside = self.tier_level is not None and heading.level > self.tier_level
        deeper = self.draft is not None and heading.level > self.draft.heading.level
        if heading.kind in (Kind.TIER, Kind.ITEM) or not inside or deeper:
            return heading
        below = next((line.text for line in lines[position + 1 : position + 4] if line.text.strip()), "")
        named = [name.lower() for name, _ in split_fields(below)]
        return item(heading.level, None, heading.title) if named and named[0] in NAMES else heading

    def heading(self, line: Line, heading: Heading) -> None:
        """Open what a heading opens, and close what was open."""
        if self.draft and heading.kind not in (Kind.TIER, Kind.ITEM) and heading.level > self.draft.heading.level:
            self.draft.notes.append(line.text.strip())
            self.draft.end, self.draft.open = line.number, "notes"
            self.miss(line, "a heading inside an item; kept as a note")
            return
        before = self.place
        self.close_item()
        self.close_phase()
        self.place = heading.kind
        match heading.kind:
            case Kind.ITEM:
                tier = self.tier.number if self.tier else int((heading.number or "0").partition(".")[0])
                self.draft = Draft(heading=heading, line=line, tier=tier)
            case Kind.TIER:
                tier_number = int(heading.number or 0)
                self.tier = Tier(number=tier_number, title=heading.title, note=heading.note, line=line.number)
                self.tier_level = heading.level
                self.tiers.append(self.tier)
            case Kind.PHASE:
                letter = heading.number or ""
                self.phases.append(Phase(letter=letter, title=heading.title, hours=heading.note, line=line.number))
            case Kind.FACT | Kind.OTHER:
                self.other(line, heading, before)
        if heading.kind not in (Kind.ITEM, Kind.TIER):
            self.tier = self.tier_level = None

    def other(self, line: Line, heading: Heading, before: Kind) -> None:
        """A heading that opens nothing Hydra knows: before the first tier it is about the document itself."""
        if before is not Kind.FACT:
            self.place = Kind.OTHER
            self.miss(line, "a section Hydra does not know; it stays in the document")
            return
        self.place = Kind.FACT
        if heading.level == 1 and self.title is None:
            self.title = heading.title
        elif heading.kind is Kind.FACT:
            name, _, value = heading.title.partition(":")
            self.facts.append((name.strip(), value.strip()))
        else:
            self.notes.append(heading.title)

    def outside(self, line: Line) -> str | None:
        """Take a line that stands in no item; answers why it was not understood, or ``None``."""
        text = line.text.strip()
        if line.verbatim:
            return None if text.startswith("<!--") else "code that stands in no item"
        marked = bullet(line.text)
        if marked is None and (text.startswith((">", "<!--")) or (text[0] == "*" == text[-1] and len(text) > 2)):
            self.notes.append(text)
            return None
        match self.place:
            case Kind.PHASE if marked is not None:
                self.steps.append(Step(text=marked, line=line.number, key=None))
            case Kind.WITHOUT | Kind.REQUIRES if marked is not None:
                self.lists[self.place].append(InputRule(text=marked, line=line.number))
            case Kind.PROTOCOL if marked is not None:
                self.protocol.append(marked)
            case Kind.FACT | Kind.OTHER:
                return self.fact(text)
            case _:
                return "it stands in no item, list or table Hydra knows"
        return None

    def fact(self, text: str) -> str | None:
        """Take a line of a table about the document; the row above the dashes is its head, no fact."""
        cells = table_row(text)
        if cells is None:
            return "it stands in no item, list or table Hydra knows"
        if not cells:
            self.facts[-1:] = []
        else:
            self.facts.append((cells[0], " | ".join(cells[1:])))
        return None

    def close_item(self) -> None:
        """Finish the open item, if any, under a key of its own."""
        if self.draft is None:
            return
        draft, self.draft = self.draft, None
        number, title = draft.heading.number, draft.heading.title
        name = number or "~" + "-".join(title.lower().split())[:200]
        self.used[name] += 1
        entry = draft.finish(name if self.used[name] == 1 else f"{name}#{self.used[name]}")
        if self.used[name] > 1:
            self.miss(draft.line, f"{number or 'this title'} is used more than once; kept as an item of its own")
        if not title:
            self.miss(draft.line, "the item has no title")
        self.entries.append(entry)
        if len(self.entries) > MAX_ENTRIES:
            raise Invalid(
                f"The document has more than {MAX_ENTRIES:,} items, so nothing was imported.",
                fix="Split it into several files and import each under a name of its own.",
            )

    def close_phase(self) -> None:
        """Give the open phase the steps that were read under it."""
        if self.steps:
            last = self.phases[-1]
            self.phases[-1] = Phase(
                letter=last.letter, title=last.title, hours=last.hours, line=last.line, steps=tuple(self.steps)
            )
            self.steps = []

    def miss(self, line: Line, why: str) -> None:
        """Report a line that was not understood."""
        self.unread.append(Unread(line=line.number, text=line.text, why=why))
