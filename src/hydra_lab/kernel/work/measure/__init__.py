"""Measurements of the queue: counts, durations, waits."""

from hydra_lab.kernel.work.measure.store import (
    counts,
    counts_and_tiers,
    finished_since,
    held_for,
    holds_by_kind,
    medians,
    oldest_ready,
    operation_times,
    reported_since,
    running,
    tiers,
    usual_time,
)

__all__ = [
    "counts",
    "counts_and_tiers",
    "finished_since",
    "held_for",
    "holds_by_kind",
    "medians",
    "oldest_ready",
    "operation_times",
    "reported_since",
    "running",
    "tiers",
    "usual_time",
]
