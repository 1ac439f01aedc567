"""Secrets: sealing them for the database, and masking them wherever they might be shown."""

from hydra_lab.kernel.secrets.box import SecretBox, open_to_others
from hydra_lab.kernel.secrets.masking import MASK, Scrubber

__all__ = ["MASK", "Scrubber", "SecretBox", "open_to_others"]
