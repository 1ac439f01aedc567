"""Looking at a document before it is imported: what would happen is kept with it, for a day."""

from datetime import timedelta

from hydra_lab.areas.backlog import views
from hydra_lab.areas.backlog.drafts import store
from hydra_lab.areas.backlog.intake.decide import Plans
from hydra_lab.areas.backlog.intake.take_in import foresee
from hydra_lab.areas.backlog.reading.veiled import Text
from hydra_lab.areas.backlog.store import put_lists
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotFound

KEPT = timedelta(days=1)
MOST = 10  # documents of up to 12 MB that are kept at once


def look(ctx: Context, plans: Plans, text: Text) -> views.Preview:
    """Keep a document with what importing it would do; older ones go."""
    report, now = foresee(ctx, plans), ctx.clock.now()
    one = store.Draft(
        id=ctx.new_id(), backlog=plans.making.backlog, title=plans.making.document.title, text=text.shown, made_at=now,
        made_by=f"{ctx.actor.kind}:{ctx.actor.name}", report=report.counts, sealed=text.sealed(ctx.services.secrets),
    )  # fmt: skip
    with ctx.begin() as connection:
        store.put(connection, one)
        put_lists(connection, store.DRAFT + one.id, report.lists)
        store.drop(connection, store.old(connection, now - KEPT, MOST))
    return views.Preview(draft=one.id, **views.reported(plans, report))


def found(ctx: Context, id: str, *, text: bool = True) -> store.Draft:
    """A draft. Raises ``NotFound``."""
    with ctx.read() as connection:
        one = store.draft(connection, id, text=text)
    if one is None:
        raise NotFound("This preview is no longer kept.", fix="Preview the document again; it is kept for a day.")
    return one


def forget(ctx: Context, id: str) -> None:
    """It was imported, or is not wanted."""
    with ctx.begin() as connection:
        store.drop(connection, [id])
