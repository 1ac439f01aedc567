"""Probing one outside system: every way it can answer becomes a status and a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hydra_lab.kernel.errors import Denied, HydraError
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration
from hydra_lab.kernel.integrations.model import Status


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one probe saw."""

    status: Status
    detail: str
    version: str | None = None
    lost: Mapping[str, str] = field(default_factory=dict)


def probed(manifest: Integration, settings: Any, http: HttpClient) -> Seen:
    """Call the integration's probe. Never raises: what goes wrong is what was seen."""
    try:
        probe = manifest.probe(settings, http)
    except Denied as error:
        return Seen(status=Status.DENIED, detail=error.detail)
    except HydraError as error:
        return Seen(status=Status.UNREACHABLE, detail=error.detail)
    except Exception as error:  # a probe's own bug must not stop the beat for all others
        return Seen(status=Status.UNREACHABLE, detail=f"The probe failed: {type(error).__name__}: {error}")
    status = Status.DEGRADED if probe.degraded else Status.CONNECTED
    return Seen(status=status, detail=probe.detail, version=probe.version, lost=probe.lost)
