"""Rules that say what is told where, and the messages they make: their shapes, and the pure part of deciding."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hydra_lab.kernel.capabilities import Severity
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.journal import Event
from hydra_lab.kernel.operation import Input, Output
from hydra_lab.kernel.policy.match import Patterns
from hydra_lab.kernel.work import Item, Priority
from hydra_lab.kernel.work.window import closes_at, parse_window

DAY_MIN = 24 * 60
Prefix = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,79}$")]
Pattern = Annotated[str, Field(min_length=1, max_length=120)]

BAD = {"disk.low", "policy.broken", "keys.admin_reset"}
TROUBLE = {"items.failed", "integrations.lost", "approvals.asked", "approvals.lapsed", "sessions.paused",
           "alerts.source_lost", "containers.oom", "containers.lost", "containers.healing_failed",
           "nodes.lost", "nodes.key_changed", "nodes.disk_filling", "gpus.lost", "gpus.hot",
           "n8n.run_failed", "benchmarks.regressed"}  # fmt: skip
# What ends well, and how much that mattered which is over.
OVER = {"integrations.back": Severity.WARNING, "disk.recovered": Severity.CRITICAL,
        "alerts.source_back": Severity.WARNING, "containers.back": Severity.WARNING,
        "containers.healed": Severity.WARNING, "nodes.back": Severity.WARNING,
        "nodes.disk_well": Severity.WARNING, "gpus.cool": Severity.WARNING, "gpus.found": Severity.WARNING}  # fmt: skip
# The words that alerts commonly have for it; any other, or none, is a warning.
CRITICAL = {"critical", "page", "emergency", "disaster", "fatal"}
MINOR = {"info", "information", "informational", "notice", "debug", "none"}


def readable_window(text: str) -> str:
    """The text if it is a time window, or empty."""
    try:
        if text:
            parse_window(text)
    except Invalid as error:
        raise ValueError("write overnight, 22:00-07:00, or days and hours: sat,sun 09:00-18:00") from error
    return text


class Rule(Input):
    """Which events are told, where, and when. The first rule that fits an event takes it."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="Its name in addresses, e.g. night-work")
    title: str = Field(min_length=1, max_length=100, description="What it is for")
    enabled: bool = Field(default=True, description="Whether what fits is told; a rule turned off takes nothing")
    place: int = Field(default=50, ge=0, le=1000, title="Order", description="The lowest number is tried first")
    events: tuple[Prefix, ...] = Field(
        min_length=1, max_length=50, description="How the names of its journal entries begin, e.g. items.failed"
    )
    operations: tuple[Pattern, ...] = Field(
        default=(), max_length=50, description="Only work of these operations, e.g. research.*; any if empty"
    )
    made_by: tuple[Pattern, ...] = Field(
        default=(), max_length=20, description="Only work made by these, e.g. backlog:* or schedule:*; any if empty"
    )
    tiers: tuple[int, ...] = Field(default=(), max_length=50, description="Only work of these tiers; any if empty")
    at_least: Severity = Field(
        default=Severity.INFO, title="At least", description="Only what matters at least so much, and that such is over"
    )
    severity: Severity | None = Field(
        default=None, title="Told as", description="How much it matters, if not as built in"
    )
    channels: tuple[Pattern, ...] = Field(
        default=(), max_length=20, description="Where to, e.g. discord or apprise/phone; every channel if empty"
    )
    quiet: Annotated[str, AfterValidator(readable_window)] = Field(
        default="", max_length=60, title="Quiet hours",
        description="Hours in which it is kept for later, e.g. overnight or 22:00-07:00; critical things still come",
    )  # fmt: skip
    group_min: int = Field(
        default=0, ge=0, le=DAY_MIN, title="Gather for (minutes)",
        description="What comes in this time is one message; 0 tells each alone",
    )  # fmt: skip
    links: bool = Field(
        default=True, title="Links that approve",
        description="Whether an approval comes with a link that answers it; whoever reads the channel can use it",
    )  # fmt: skip
    dedupe_min: int = Field(
        default=0, ge=0, le=DAY_MIN, title="Not again for (minutes)",
        description="How long the same thing happening again is not told again",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Happening:
    """A journal entry with the work item it is about, if that is still known."""

    event: Event
    item: Item | None = None

    @property
    def operation(self) -> str:
        """The operation it is about; empty for none."""
        named = self.event.data.get("operation")
        return named if isinstance(named, str) else (self.item and self.item.operation) or ""

    @property
    def severity(self) -> Severity:
        """How much it matters by itself."""
        name = self.event.name
        if name == "alerts.fired":
            return self.weight
        if name == "containers.health_status":
            return Severity.WARNING if self.event.data.get("health") == "unhealthy" else Severity.INFO
        if name in BAD or (name == "items.failed" and self.item and self.item.priority is Priority.CRITICAL):
            return Severity.CRITICAL
        if name in TROUBLE:
            return Severity.WARNING
        return Severity.SUCCESS if name in OVER or name in ("items.done", "alerts.resolved") else Severity.INFO

    @property
    def weight(self) -> Severity:
        """How much that matters which it is about: who hears that it began hears that it is over."""
        if self.event.name in ("alerts.fired", "alerts.resolved"):
            said = str(self.event.data.get("severity") or "").lower()
            return Severity.CRITICAL if said in CRITICAL else Severity.INFO if said in MINOR else Severity.WARNING
        return OVER.get(self.event.name) or self.severity

    @property
    def is_own(self) -> bool:
        """Whether it is about telling: that a message was sent is no news."""
        told = self.event.name == "items.done" and self.operation.startswith(("notify.", "notifications."))
        return told or self.event.topic == "notifications"

    @property
    def is_healed(self) -> bool:
        """Whether Hydra takes care of it itself: a person is told when that fails, and not each time it works.

        Who wants to hear of each makes a rule for ``containers.healed``.
        """
        if self.event.topic == "containers":
            return self.event.data.get("heals") is True
        if self.event.name == "n8n.run_failed":
            return self.event.data.get("not_repeated", "not said") is None  # it is repeated by work of its own
        return self.event.name == "items.done" and self.operation == "containers.heal"


def fits(rule: Rule, one: Happening) -> bool:
    """Whether a rule speaks about what happened."""
    item = one.item
    return (
        rule.enabled
        and one.event.name.startswith(rule.events)
        and one.weight.rank >= rule.at_least.rank
        and (not rule.operations or Patterns(rule.operations).fit(one.operation))
        and (not rule.made_by or (item is not None and Patterns(rule.made_by).fit(item.created_by)))
        and (not rule.tiers or (item is not None and item.tier in rule.tiers))
    )


def quiet_until(rule: Rule, severity: Severity, now: datetime, zone: ZoneInfo, overnight: str) -> datetime | None:
    """When what a rule takes now may be told, if that is later; the lab's clock decides."""
    if not rule.quiet or severity is Severity.CRITICAL:
        return None
    return closes_at(parse_window(rule.quiet, overnight), now, zone)


class State(StrEnum):
    """Where a message is."""

    WAITING = "waiting"  # for its time, its turn, its next try, or its channel
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"  # nothing of it was worth telling any more
    DEAD = "dead"  # given up; a person may have it tried again


class Part(BaseModel):
    """One thing a message tells. ``path`` is the page of Hydra that shows it; ``asks`` the item that wants approval.

    ``linked`` says whether a link that answers it may go along.
    """

    model_config = ConfigDict(frozen=True)

    event: int
    name: str
    at: datetime
    title: str
    text: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    severity: Severity = Severity.INFO
    path: str = "/activity"
    item: str | None = None
    asks: str | None = None
    linked: bool = True


class Message(Output):
    """A message in the outbox."""

    id: str
    channel: str
    rule: str
    title: str
    severity: Severity
    state: State
    kinds: dict[str, int] = Field(description="How many things of each kind it tells, by the name of the entry")
    created_at: datetime
    due_at: datetime = Field(description="When it is sent or tried again")
    attempts: int
    sent_at: datetime | None
    error: dict[str, Any] | None = Field(description="What the last try ran into")
    parts: list[Part] = Field(description="What it tells; of very many only the most important")

    @property
    def count(self) -> int:
        """How many things it tells."""
        return sum(self.kinds.values())
