"""Reconcile: the owner says once how things are to be; what is not so is seen, and brought about step by step.

The desired state names containers, silences, schedules, n8n's workflows and models. Every revision of it is kept. Needs
a `ContainerHost` and `ContainerMaker`, a `Silencer`, a `WorkflowHost` or a `ModelBackend`, each only for what is wanted
of it.
"""

from pathlib import Path

from hydra_lab.areas.reconcile import operations, watching
from hydra_lab.areas.reconcile.feeds import CONTRIBUTIONS
from hydra_lab.areas.reconcile.migrations import MIGRATIONS
from hydra_lab.areas.reconcile.pages import PAGES
from hydra_lab.kernel.area import Area

AREA = Area(
    name="reconcile",
    title="Desired state",
    operations=(operations, watching),
    pages=PAGES,
    contributions=CONTRIBUTIONS,
    migrations=MIGRATIONS,
    templates=str(Path(__file__).parent / "templates"),
)
