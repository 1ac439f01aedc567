"""Integrations at run time: configured or not, probed on a beat, and offered as capabilities."""

from hydra_lab.kernel.integrations.migrations import MIGRATIONS
from hydra_lab.kernel.integrations.model import FieldState, IntegrationState, Status
from hydra_lab.kernel.integrations.runtime import Integrations

__all__ = ["MIGRATIONS", "FieldState", "IntegrationState", "Integrations", "Status"]
