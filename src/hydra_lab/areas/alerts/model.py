"""Alerts and silences as they are shown, matchers as text, and which alerts are news."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from hydra_lab.kernel.capabilities import Alert, Matcher, Silence
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.operation import Output

MATCHER = re.compile(r"\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)
SIGNS = {"=": (False, True), "!=": (False, False), "=~": (True, True), "!~": (True, False)}
ESCAPES = {"n": "\n", '"': '"', "\\": "\\"}
FIX = 'Write it as name="value"; != is “not”, =~ fits a pattern, !~ fits it not.'


class Because(Output):
    """A silence that keeps an alert quiet."""

    id: str
    owner: str | None = None
    reason: str | None = None
    ends_at: AwareDatetime | None = None


class AlertView(Output):
    """An alert that fires."""

    fingerprint: str
    name: str
    state: Literal["firing", "suppressed"] = Field(description="suppressed: it fires, and nobody is told")
    silenced_by: list[Because]
    inhibited_by: list[str] = Field(description="Fingerprints of the alerts that stand for it")
    severity: str | None
    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: AwareDatetime
    age_s: float
    url: str | None = Field(description="Where its expression can be seen")


class SilenceView(Output):
    """A silence, wherever it was made."""

    id: str
    state: Literal["pending", "active", "expired"]
    matchers: list[str]
    owner: str
    reason: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    mutes: int | None = Field(default=None, description="How many alerts it keeps quiet now, where that is known")


def parsed(text: str) -> Matcher:
    """A matcher from text such as ``env=~"lab.*"``. Raises ``Invalid``."""
    found = MATCHER.fullmatch(text)
    if not found:
        raise Invalid(f"“{text[:80]}” is no condition on a label.", fix=FIX)
    name, sign, value = found.groups()
    if value.startswith('"'):
        if len(value) < 2 or not re.fullmatch(r'"(?:[^"\\]|\\.)*"', value, re.DOTALL):
            raise Invalid(f"“{text[:80]}” has a quote too many or too few.", fix=FIX)
        value = re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[0]), value[1:-1], flags=re.DOTALL)
    is_regex, is_equal = SIGNS[sign]
    return Matcher(name=name, value=value, is_regex=is_regex, is_equal=is_equal)


def written(one: Matcher) -> str:
    """A matcher as text."""
    sign = next(sign for sign, kind in SIGNS.items() if kind == (one.is_regex, one.is_equal))
    value = one.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{one.name}{sign}"{value}"'


def as_text(given: Any) -> Any:
    """A matcher as Alertmanager's own API has it, as text; what is none stays as it is."""
    if not isinstance(given, dict) or not {"name", "value"} <= given.keys():
        return given
    regex, equal = given.get("isRegex", given.get("is_regex")), given.get("isEqual", given.get("is_equal"))
    return written(
        Matcher(name=str(given["name"]), value=str(given["value"]), is_regex=regex is True, is_equal=equal is not False)
    )  # fmt: skip


def view(one: Alert, silences: Collection[Silence], now: datetime) -> AlertView:
    """An alert as it is shown."""
    by_id = {silence.id: silence for silence in silences}
    return AlertView(
        fingerprint=one.fingerprint, name=one.labels.get("alertname", one.fingerprint), labels=one.labels,
        annotations=one.annotations, state="suppressed" if one.suppressed else "firing",
        silenced_by=[because(id, by_id.get(id)) for id in one.silenced_by], inhibited_by=list(one.inhibited_by),
        severity=one.labels.get("severity"), starts_at=one.starts_at,
        age_s=max(0.0, (now - one.starts_at) / timedelta(seconds=1)), url=one.url,
    )  # fmt: skip


def because(id: str, one: Silence | None) -> Because:
    """A silence as the reason that an alert is quiet."""
    return Because(id=id, owner=one.owner, reason=one.reason, ends_at=one.ends_at) if one else Because(id=id)


def silence_view(one: Silence, alerts: Collection[Alert] | None = None) -> SilenceView:
    """A silence as it is shown."""
    mutes = None if alerts is None else sum(one.id in alert.silenced_by for alert in alerts)
    return SilenceView(
        id=one.id, state=one.state, matchers=[written(each) for each in one.matchers], owner=one.owner,
        reason=one.reason, starts_at=one.starts_at, ends_at=one.ends_at, mutes=mutes,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is known of an alert that was told of: whether it still fires, since when, and who said so last."""

    fingerprint: str
    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: datetime
    firing: bool
    source: Literal["webhook", "poll"]
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class News:
    """Alerts that began and ended since the last look."""

    fired: tuple[Alert, ...] = ()
    resolved: tuple[Told, ...] = ()


def polled(alerts: Collection[Alert], known: Mapping[str, Told], begun: datetime) -> News:
    """What a list of all alerts says that was not known; what changed since it was asked for is newer than the list.

    A suppressed alert begins when it is no longer suppressed, and ends when it is gone.
    """
    there = {one.fingerprint for one in alerts}
    fresh = {id for id, told in known.items() if told.changed_at >= begun}
    firing = {id for id, told in known.items() if told.firing}
    return News(
        fired=tuple(one for one in alerts if not one.suppressed and one.fingerprint not in firing | fresh),
        resolved=tuple(told for id, told in known.items() if told.firing and id not in there | fresh),
    )


def received(firing: Collection[Alert], ended: Collection[str], known: Mapping[str, Told]) -> News:
    """What a webhook says that was not known.

    It may come late: an alert that the list of all alerts has shown to be over does not begin again by it.
    """
    return News(
        fired=tuple(one for one in firing if not is_known(one, known.get(one.fingerprint))),
        resolved=tuple(told for id, told in known.items() if told.firing and id in ended),
    )


def is_known(one: Alert, told: Told | None) -> bool:
    """Whether it was told already that an alert fires, or that this firing is over."""
    return told is not None and (told.firing or (told.source == "poll" and told.starts_at == one.starts_at))
