"""Work that has not begun is changed or taken back, much of it at once; what runs or is over is never touched."""

from hydra_lab.kernel.work.revising.revise import Revision, revise, withdraw
from hydra_lab.kernel.work.revising.store import Standing, standings

__all__ = ["Revision", "Standing", "revise", "standings", "withdraw"]
