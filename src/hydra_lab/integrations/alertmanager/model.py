"""What Alertmanager tells, as it is on the wire: https://github.com/prometheus/alertmanager, api/v2/openapi.yaml."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from hydra_lab.kernel.capabilities import Alert, Matcher, NewSilence, Silence


@dataclass(frozen=True, kw_only=True)
class Version:
    """Which program it is."""

    version: str


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """``ready``, ``settling`` or ``disabled``."""

    status: str


@dataclass(frozen=True, kw_only=True)
class Status:
    """How it is."""

    cluster: Cluster
    versionInfo: Version  # noqa: N815


@dataclass(frozen=True, kw_only=True)
class AlertStatus:
    """Whether people are told of an alert."""

    state: Literal["unprocessed", "active", "suppressed"]
    silencedBy: tuple[str, ...] = ()  # noqa: N815
    inhibitedBy: tuple[str, ...] = ()  # noqa: N815


@dataclass(frozen=True, kw_only=True)
class WireAlert:
    """One alert."""

    fingerprint: str
    labels: dict[str, str]
    status: AlertStatus
    startsAt: datetime  # noqa: N815
    annotations: dict[str, str] = field(default_factory=dict)
    generatorURL: str | None = None  # noqa: N815

    @property
    def alert(self) -> Alert:
        """As the kernel has it."""
        return Alert(
            fingerprint=self.fingerprint, labels=self.labels, annotations=self.annotations, starts_at=self.startsAt,
            suppressed=self.status.state == "suppressed", silenced_by=self.status.silencedBy,
            inhibited_by=self.status.inhibitedBy, url=self.generatorURL or None,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class WireMatcher:
    """One matcher; before version 0.22 there was no ``isEqual``."""

    name: str
    value: str
    isRegex: bool  # noqa: N815
    isEqual: bool = True  # noqa: N815


@dataclass(frozen=True, kw_only=True)
class SilenceStatus:
    """Where in its life a silence is."""

    state: Literal["pending", "active", "expired"]


@dataclass(frozen=True, kw_only=True)
class WireSilence:
    """One silence."""

    id: str
    status: SilenceStatus
    matchers: tuple[WireMatcher, ...]
    startsAt: datetime  # noqa: N815
    endsAt: datetime  # noqa: N815
    createdBy: str  # noqa: N815
    comment: str
    updatedAt: datetime | None = None  # noqa: N815

    @property
    def silence(self) -> Silence:
        """As the kernel has it."""
        return Silence(
            id=self.id, state=self.status.state, owner=self.createdBy, reason=self.comment,
            starts_at=self.startsAt, ends_at=self.endsAt, updated_at=self.updatedAt,
            matchers=tuple(
                Matcher(name=one.name, value=one.value, is_regex=one.isRegex, is_equal=one.isEqual)
                for one in self.matchers
            ),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The id of a silence that was kept."""

    silenceID: str  # noqa: N815


def wire(silence: NewSilence, id: str | None) -> dict[str, Any]:
    """The body that makes or changes a silence."""
    matchers = [
        {"name": one.name, "value": one.value, "isRegex": one.is_regex, "isEqual": one.is_equal}
        for one in silence.matchers
    ]
    body = {
        "matchers": matchers, "startsAt": silence.starts_at.isoformat(), "endsAt": silence.ends_at.isoformat(),
        "createdBy": silence.owner, "comment": silence.reason,
    }  # fmt: skip
    return body | ({"id": id} if id else {})


def written(one: Matcher) -> str:
    """A matcher as text, e.g. ``name=~"a|b"``, as filters and amtool have it."""
    sign = {(False, True): "=", (False, False): "!=", (True, True): "=~", (True, False): "!~"}
    value = one.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{one.name}{sign[one.is_regex, one.is_equal]}"{value}"'
