"""An item while it is read: its heading first, then its lines one after the other."""

from dataclasses import dataclass, field

from hydra_lab.areas.backlog.model import Entry, Route, Status
from hydra_lab.areas.backlog.reading import fields
from hydra_lab.areas.backlog.reading.bullets import bullet
from hydra_lab.areas.backlog.reading.headings import Heading
from hydra_lab.areas.backlog.reading.lines import Line

PROSE = ("impact", "problem", "location", "task", "topic")  # fields that may go on over several lines
TEXTS = ("impact", "problem", "location", "task", "topic", "command", "run", "window")
FENCE_MARKS = ("```", "~~~")


@dataclass(kw_only=True)
class Draft:
    """Collects what the lines of one item say; ``add`` answers why a line was not understood, or ``None``."""

    heading: Heading
    line: Line
    tier: int | None
    end: int = 0
    texts: dict[str, list[str]] = field(default_factory=dict)
    tasks: list[str] = field(default_factory=list)
    completed: list[str] = field(default_factory=list)
    endpoints: list[Route] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    open: str | None = None  # the field that a list or a wrapped line continues
    broken: bool = False  # an empty line came after it, so that prose no longer continues it

    def add(self, line: Line) -> str | None:
        """Take one line that is neither blank nor a heading."""
        text = line.text.strip()
        if line.verbatim:
            return self.verbatim(text)
        marked = bullet(line.text)
        pairs = fields.split_fields(text)
        if not pairs and marked is not None:
            known = fields.split_fields(marked)
            pairs = known if known and known[0][0].lower() in fields.NAMES else []
        if pairs:
            return "; ".join(filter(None, [self.value(name, value) for name, value in pairs])) or None
        if marked is not None:
            return self.listed(marked)
        if text.startswith((">", "<!--")) or (text.startswith("*") and text.endswith("*") and len(text) > 2):
            self.notes.append(text)
            return None
        if self.open in PROSE and not self.broken and self.texts.get(self.open):
            self.texts[self.open].append(text)
            return None
        self.notes.append(text)
        return "it belongs to no field of the item; kept as a note"

    def verbatim(self, text: str) -> str | None:
        """A line of a code block: the value of a Command or Run field that had none, else a note."""
        if text.startswith(FENCE_MARKS):
            return None
        if self.open in ("command", "run") and not any(self.texts.get(self.open, ())):
            self.texts[self.open] = [text]
        else:
            self.notes.append(text)
        return None

    def value(self, name: str, value: str) -> str | None:
        """Take one ``**Name:** value``."""
        words = name.lower()
        known = fields.NAMES.get(words, "facts" if words.startswith("current") else None)
        if known == "hydra":
            return None
        self.open, self.broken = known, False
        if known is None or known == "facts":
            self.facts.append((name, value))
            return None if known else f"{name} is no field Hydra knows; kept with the item"
        if known == "notes":
            self.notes.append(value)
        elif known == "completed" and value:
            self.completed.append(value)
        elif known == "endpoints" and value:
            return self.endpoint(value)
        elif known in ("priority", "effort", "status", *TEXTS):
            return self.keep(known, name, value)
        return None

    def keep(self, known: str, name: str, value: str) -> str | None:
        """Keep a field's text. A second Task continues the first; any other second value is not taken."""
        if self.texts.get(known) and any(self.texts[known]) and known != "task":
            self.facts.append((name, value))
            return f"the item has its {known} already; the first one counts"
        self.texts.setdefault(known, []).append(value)
        if known == "priority" and fields.priority(value) is None and fields.blocked_on(value) is None:
            return f"{value[:60]!r} is no priority (critical, high, medium, low or BLOCKED (needs …))"
        if known == "status" and value and not fields.is_status(value):
            return f"{value[:60]!r} is no status Hydra knows; the item counts as open"
        if known == "run":
            problem = fields.run_field(value).problem if value else None
            return f"the Run field cannot be read: {problem}" if problem else None
        return None

    def listed(self, text: str) -> str | None:
        """Take one line of a list: a task, unless it stands under another field."""
        self.broken = False
        match self.open:
            case "completed":
                self.completed.append(text)
            case "endpoints":
                return self.endpoint(text)
            case "notes" | "facts":
                self.notes.append(text)
            case "impact" | "problem" | "location" | "topic" as known:
                self.texts.setdefault(known, []).append(text)
            case _:
                self.tasks.append(text)
        return None

    def endpoint(self, text: str) -> str | None:
        """Take one line of the Endpoints field."""
        found = fields.route(text)
        if found is None:
            self.notes.append(text)
            return "it is no endpoint (METHOD /path); kept as a note"
        self.endpoints.append(found)
        return None

    def text(self, name: str) -> str | None:
        """A field's text in one piece, ``None`` where the item has no such field."""
        return "\n".join(filter(None, self.texts.get(name, ()))) or None

    def finish(self, key: str) -> Entry:
        """The item, read to its end."""
        priority, effort, status = self.text("priority"), self.text("effort"), self.text("status")
        blocked = [fields.blocked_on(one) for one in (priority, status) if one]
        waits_for = next((one for one in blocked if one is not None), None)
        run = self.text("run")
        return Entry(
            key=key,
            section=self.heading.number,
            title=self.heading.title,
            tier=self.tier,
            line=self.line.number,
            end=self.end or self.line.number,
            heading=self.line.text.strip(),
            status=self.status(status, blocked=waits_for is not None),
            status_text=status,
            blocked_on=waits_for,
            priority=fields.priority(priority) if priority else None,
            effort_minutes=fields.minutes(effort) if effort else None,
            effort_text=effort,
            run=fields.run_field(run) if run else None,
            tasks=tuple(self.tasks),
            endpoints=tuple(self.endpoints),
            completed=tuple(self.completed),
            facts=tuple(self.facts),
            notes=tuple(self.notes),
            **{name: self.text(name) for name in TEXTS if name != "run"},
        )

    def status(self, text: str | None, *, blocked: bool) -> Status:
        """What the document says: its heading's mark counts first, then its Status field."""
        if self.heading.done:
            return Status.COMPLETE
        if fields.bare(text or "").upper().startswith(fields.DONE):
            return Status.IMPLEMENTED
        if self.heading.struck or fields.shelved(text or ""):
            return Status.SHELVED
        return Status.BLOCKED if blocked else Status.OPEN
