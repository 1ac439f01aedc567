"""All backlogs with how far each is, and the form that imports one."""

from typing import Any

from hydra_lab.areas.backlog import answers, store
from hydra_lab.areas.backlog.pages.progress import agreement, progress
from hydra_lab.kernel.area import PageRequest
from hydra_lab.kernel.context import Context


def load_list(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Every backlog with its progress."""
    with ctx.read() as connection:
        found = [store.document(connection, name, text=False) for name in store.names(connection)]
        return {"backlogs": [shown(one, answers.tally(ctx, connection, one.name)) for one in found if one]}


def shown(one: store.Imported, counted: list[store.Tally]) -> dict[str, Any]:
    """One backlog among others."""
    numbers = answers.summed(one, counted)
    return {
        "summary": numbers, "progress": progress(numbers.states), "agreement": agreement(counted), "report": one.report,
    }  # fmt: skip


def load_import(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """The import form; names of what is there already, for importing again."""
    with ctx.read() as connection:
        names = store.names(connection)
    return {"names": names, "name": request.query.get("name", "")}
