"""What batches do by themselves: files whose time has passed are deleted."""

from hydra_lab.areas.batches.files.kept import forget_past
from hydra_lab.kernel.contributions import Beat, Contribution

CONTRIBUTIONS: tuple[Contribution, ...] = (Beat(name="batches.files", every_s=3600.0, run=forget_past),)
