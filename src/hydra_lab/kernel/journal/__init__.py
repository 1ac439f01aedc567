"""The journal: one append-only table that is the event stream, the audit log and the digest's source at once."""

from hydra_lab.kernel.journal.model import Event, Filter
from hydra_lab.kernel.journal.write import Journal

__all__ = ["Event", "Filter", "Journal"]
