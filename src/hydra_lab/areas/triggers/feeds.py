"""What triggers read of the journal."""

from hydra_lab.areas.triggers.firing import act, waited_for
from hydra_lab.kernel.contributions import Reader

CONTRIBUTIONS = (Reader(name="triggers", on=waited_for, read=act),)
