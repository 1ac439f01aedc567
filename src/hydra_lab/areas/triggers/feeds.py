"""What triggers read of the journal, and what they measure."""

from hydra_lab.areas.triggers.firing import act, waited_for
from hydra_lab.areas.triggers.measuring.looking import keep_looking
from hydra_lab.kernel.contributions import Beat, Reader

CONTRIBUTIONS = (
    Reader(name="triggers", on=waited_for, read=act),
    Beat(name="triggers-measure", every_s=5.0, run=keep_looking, on=("triggers.set", "triggers.resumed")),
)
