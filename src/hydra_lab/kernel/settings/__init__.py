"""Settings: what can be set, where values come from, and what is in force."""

from hydra_lab.kernel.settings.live import Setting, SettingsStore
from hydra_lab.kernel.settings.migrations import MIGRATIONS
from hydra_lab.kernel.settings.model import Settings
from hydra_lab.kernel.settings.sources import Layers, Source, read_layers

__all__ = ["MIGRATIONS", "Layers", "Setting", "Settings", "SettingsStore", "Source", "read_layers"]
