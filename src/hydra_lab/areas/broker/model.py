"""Rules of idleness: which models go after how long without use, and which stay."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from pydantic import Field

from hydra_lab.kernel.gpus.model import Lease
from hydra_lab.kernel.operation import Input


class IdleRule(Input):
    """Models that are unloaded once nobody has used them for a while. Names may hold ``*``."""

    model: str = Field(min_length=1, max_length=200, description="Which models, e.g. qwen* or *")
    server: str = Field(default="*", min_length=1, max_length=100, description="Of which servers, e.g. ollama:*")
    idle_minutes: float | None = Field(
        default=None, gt=0, le=100_000, description="Minutes without use after which they go; without it they stay"
    )

    def meets(self, lease: Lease) -> bool:
        """Whether it is about a model."""
        return fnmatchcase(lease.server or "", self.server) and fnmatchcase(lease.model or "", self.model)


def rule_of(lease: Lease, rules: Sequence[IdleRule]) -> IdleRule | None:
    """The first rule that is about a model; one that none is about stays."""
    return next((one for one in rules if one.meets(lease)), None)


def idle_too_long(leases: Sequence[Lease], rules: Sequence[IdleRule], now: datetime) -> list[Lease]:
    """The models that are to go by rule now."""
    found = []
    for lease in leases:
        rule = rule_of(lease, rules)
        if rule and rule.idle_minutes and is_idle(lease, timedelta(minutes=rule.idle_minutes), now):
            found.append(lease)
    return found


def is_idle(lease: Lease, at_least: timedelta, now: datetime) -> bool:
    """Whether a model may go and was not in use for a while."""
    return lease.may_go(now) and now - lease.idle_since >= at_least
