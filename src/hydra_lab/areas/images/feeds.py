"""What images do by themselves: noting who runs from what, measuring now and then, and a weekly look at what may go."""

from hydra_lab.areas.images.measuring import RAN, keep_measured, note_runs
from hydra_lab.kernel.contributions import Beat, Contribution, Reader, Routine

CONTRIBUTIONS: tuple[Contribution, ...] = (
    Reader(name="images-runs", on=RAN, read=note_runs),
    Beat(name="images-measure", every_s=300.0, run=keep_measured, on=("integrations.connected", "integrations.back")),
    # Only a look: nothing is removed unless somebody makes a schedule that says so.
    Routine(
        id="images-cleanup", title="Look for images and build cache that nobody needs", operation="images.cleanup",
        cron=lambda settings: "40 4 * * 1", input={"dry_run": True},
    ),
)  # fmt: skip
