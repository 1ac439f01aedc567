"""Drift, what would be done about it, and what came of it."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.policy.model import Verdict
from hydra_lab.kernel.policy.preview import Part, Preview

Kind = Literal["container", "silence", "schedule", "workflow", "model"]
What = Literal[
    "create", "start", "stop", "restart", "recreate", "set restart policy", "remove", "make", "change", "end",
    "activate", "deactivate", "set error workflow", "load", "switch", "unload", "nothing",
]  # fmt: skip
DELETES = "deletes data"
MARK = "desired: "  # how the reason of a silence ends that is here by a desired state


class Permission(Output):
    """What policy says to an action."""

    verdict: Verdict
    rule: str
    reason: str


class Difference(Output):
    """One thing that is not as it is wanted; what is secret is masked."""

    what: str
    now: str
    wanted: str


class Action(Output):
    """Something that is not as it is wanted, and what would be done about it."""

    kind: Kind
    name: str
    drift: list[str] = Field(description="missing, stopped, running, unhealthy, wrong image, wrong labels, extra, …")
    differs: list[Difference] = []
    what: What
    cost: str
    downtime: bool = Field(default=False, description="It does not run for a while")
    needs: list[str] = Field(default=[], description="What must have gone well before it")
    why_not: str | None = Field(default=None, description="Why it is not done")
    policy: Permission | None = None
    server: str = Field(default="", description="The model server, where it is about a model")
    digest: str = Field(default="", exclude=True)

    @property
    def allowed(self) -> bool:
        """Whether it is done, as far as that is known before anybody was asked."""
        return self.why_not is None and (self.policy is None or self.policy.verdict is not Verdict.DENY)

    @property
    def line(self) -> tuple[str, str]:
        """It as a line of what a person is shown."""
        differs = "; ".join(f"{one.what}: {one.now} → {one.wanted}" for one in self.differs)
        drift = ", ".join(self.drift)
        told = f"{drift[:1].upper()}{drift[1:]}{f' ({differs})' if differs else ''}. {self.cost}"
        no = self.why_not or (self.policy.reason if self.policy and not self.allowed else None)
        return f"{self.kind} {self.name}: {self.what}", f"{told} Not done: {no}." if no else told


class Unseen(Output):
    """Something that cannot be compared now, and why."""

    what: str
    why: str
    need: str = Field(default="", description="What must answer for it to be known, such as container_host@gpu-1")


class Plan(Output):
    """What is not as it is wanted, in the order in which it would be brought about."""

    revision: int
    summary: str
    in_sync: bool = Field(description="Everything that is wanted was seen to be so")
    actions: list[Action]
    extra: list[str] = Field(description="Containers that nobody names; they stay")
    unknown: list[Unseen] = Field(default=[], description="What does not answer")

    @property
    def to_do(self) -> list[Action]:
        """What would be done."""
        return [one for one in self.actions if one.allowed]

    @property
    def floor(self) -> str | None:
        """Why a person is asked whatever policy says of reconciling itself; ``None`` where nothing of it asks."""
        asks = [one for one in self.to_do if one.policy and one.policy.verdict is Verdict.ASK]
        if any(one.what in ("recreate", "remove") for one in asks):
            return DELETES
        return f"does what “{asks[0].policy.rule}” asks about" if asks and asks[0].policy else None

    @property
    def preview(self) -> Preview:
        """What a person is shown before they say yes."""
        done = tuple(one.line for one in self.actions if one.allowed)
        left = tuple(one.line for one in self.actions if not one.allowed)
        parts = [Part(title="Would be done, in this order", lines=done)]
        parts += [Part(title="Stays as it is", lines=left)] if left else []
        return Preview(summary=f"Revision {self.revision}: {self.summary}", parts=tuple(parts))


Became = Literal["done", "failed", "rolled back", "not tried", "refused", "waits"]


class Came(Output):
    """What came of one action."""

    kind: Kind
    name: str
    what: What
    became: Became
    detail: str
    alerts: str | None = Field(default=None, description="Which alerts were muted while it did not run")


def came(action: Action, became: str, detail: str) -> Came:
    """What came of an action."""
    told = {"kind": action.kind, "name": action.name, "what": action.what, "became": became, "detail": detail}
    return Came.model_validate(told)


class Applied(Output):
    """What applying came to, and what is still not as it is wanted."""

    summary: str
    revision: int
    done: list[Came]
    left: list[Action] = []


class Revision(Output):
    """A desired state as somebody set it."""

    number: int
    at: AwareDatetime
    author: str
    note: str | None
    diff: str = Field(description="How it differs from the one before; what is secret is masked")
    bad: list[str] = Field(default=[], description="Containers of it that were tried and rolled back, and why")


class Ran(Output):
    """One time that a desired state was applied."""

    id: str
    at: AwareDatetime
    revision: int
    author: str
    item: str | None
    outcome: Literal["done", "in part", "rolled back", "failed"] = Field(
        description="In part: the rest waits, or waited"
    )
    done: list[Came]


class Bad(Output):
    """A description of a container that did not work: it is not tried again by itself."""

    name: str
    digest: str
    revision: int
    at: datetime
    why: str


class Replacing(Output):
    """A container that is being replaced, by which work, and whether it ran before."""

    name: str
    item: str
    ran: bool


def counted(actions: list[Action]) -> str:
    """Actions in words."""
    parts = [f"{one.what} {one.name}" for one in actions]
    more = f" and {len(parts) - 4} more" if len(parts) > 4 else ""
    return ", ".join(parts[:4]) + more
