"""Whether a container may be touched now: what keeps Hydra from doing too much."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from hydra_lab.areas.containers.heal.model import RUNGS, Healing, Remediation
from hydra_lab.areas.containers.heal.wishes import Care
from hydra_lab.kernel.capabilities.containers import own
from hydra_lab.kernel.work.window import opens_at, parse_window

HOUR = timedelta(hours=1)
TRIED = ("running", "recovered", "failed")
STORM = "something larger is wrong"
USED_UP = "used up"
DONE = {
    "restart": "restarted", "recreate": "made it anew", "dependencies": "restarted what it depends on",
    "rollback": "gone back to the last image that was healthy",
}  # fmt: skip


def protects(name: str, labels: Mapping[str, str], healing: Healing) -> bool:
    """Whether a container is never to be touched."""
    return labels.get("hydra.protected", "").lower() == "true" or any(
        fnmatchcase(each, pattern) for pattern in healing.protected for each in (name, own(name))
    )


def hours_open_at(care: Care, now: datetime, zone: ZoneInfo, overnight: str) -> datetime | None:
    """When its hours open next; ``None`` while they are open, or where it has none. Raises ``Invalid``."""
    return opens_at(parse_window(care.hours, overnight), now, zone) if care.hours else None


def cool_at(name: str, care: Care, past: Sequence[Remediation]) -> datetime | None:
    """Until when a container cools down after its last attempt; ``None`` where there was none."""
    ends = [each.ended_at or each.at for each in past if each.container == name and each.outcome in TRIED]
    return max(ends) + timedelta(seconds=care.cooldown_s) if ends else None


def refusal(
    now: datetime, name: str, labels: Mapping[str, str], care: Care, healing: Healing, past: Sequence[Remediation]
) -> str | None:
    """Why a container must not be touched now, apart from its hours; ``None`` when nothing speaks against it.

    ``past`` are attempts of the last day, over all containers.
    """
    if protects(name, labels, healing):
        return "it is protected"
    tried = [each for each in past if each.outcome in TRIED]
    if sum(now - each.at < HOUR for each in tried if each.container == name) >= care.attempts:
        return f"its {care.attempts} attempts within an hour are {USED_UP}"
    cool = cool_at(name, care, past)
    if cool and now < cool:
        return f"it cools down for {care.cooldown_s} s after the last attempt"
    if sum(now - each.at < timedelta(minutes=healing.within_minutes) for each in tried) >= healing.most:
        return f"{healing.most} attempts within {healing.within_minutes:g} minutes: {STORM}"
    return None


def wants_person(why: str, now: datetime, healing: Healing, past: Sequence[Remediation]) -> bool:
    """Whether a refusal is a person's to know of. Of a storm a person is told once, not for each container in it."""
    if STORM in why:
        lately = timedelta(minutes=healing.within_minutes)
        return not any(STORM in (each.detail or "") and now - each.at < lately for each in past)
    return USED_UP in why


def foreseen(care: Care) -> str:
    """What would be done, in words."""
    first, *others = [DONE[one] for one in RUNGS if one in care.rungs]
    return f"would have {first} it" + (f"; had that not helped, {', then '.join(others)}" if others else "")
