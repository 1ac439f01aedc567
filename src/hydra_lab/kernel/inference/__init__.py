"""Asking models: doors that keep a switch and requests apart, and a way for work to ask."""

from hydra_lab.kernel.inference.asking import Answered, ask
from hydra_lab.kernel.inference.doors import Doors

__all__ = ["Answered", "Doors", "ask"]
