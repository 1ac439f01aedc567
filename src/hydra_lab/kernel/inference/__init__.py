"""Asking models: doors that keep a switch and requests apart, a way for work to ask, and answers that are kept."""

from hydra_lab.kernel.inference.asking import Answered, ask, ask_async
from hydra_lab.kernel.inference.caching import Asked, Fresh, Kept
from hydra_lab.kernel.inference.doors import Doors

__all__ = ["Answered", "Asked", "Doors", "Fresh", "Kept", "ask", "ask_async"]
