"""Notifications: telling people something outside Hydra, through whatever integration can.

What happens is read from the journal, judged by rules that are data, and put into an outbox in the database. From
there it is sent, tried again, and in the end left to a person. Verbs here need a `Notifier`; while none is configured,
work that wants to tell something waits for one.
"""

from pathlib import Path

from hydra_lab.areas.notifications import operations, pages, rule_operations
from hydra_lab.areas.notifications.feeds import CONTRIBUTIONS
from hydra_lab.areas.notifications.migrations import MIGRATIONS
from hydra_lab.kernel.area import Area

AREA = Area(
    name="notifications",
    title="Notifications",
    operations=(operations, rule_operations),
    pages=pages.PAGES,
    contributions=CONTRIBUTIONS,
    migrations=MIGRATIONS,
    templates=str(Path(__file__).parent / "templates"),
)
