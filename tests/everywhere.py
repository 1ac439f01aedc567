"""Every page of every room by its address, with an example where one has a name in it."""

import re

from hydra_lab.app import found_rooms
from hydra_lab.surfaces.web.site import entries
from tests.journeys.conftest import item
from tests.server import Server

# A page with a name in its address needs an example here, and what else a page can look like stands beside it;
# ``item:TITLE`` is the id of that item.
EXAMPLES = {
    "/queue/{id}": ["done=item:Back Up Hydra", "asking=item:Clear Old Work", "missing=item:Say Hello",
                    "planless=item:Sort the Photos"],
    "/inbox/{id}": ["approval=item:Clear Old Work"],
    "/integrations/{name}": ["discord=discord"],
    "/operations/{name}": ["operation=http.call", "danger=maintenance.prune_now", "new-one=maintenance.run?new=1",
                           "batch=queue.batch"],
    "/backlog/{name}": ["one=lab"], "/backlog/{name}/text": ["text=lab"], "/backlog/{name}/report": ["report=lab"],
    "/schedules/{id}": ["one=backup"],
    "/triggers/{id}": ["one=backup-again", "tried=backup-again?try=1"],
    "/batches/{id}": [],  # looked at in a journey of its own, with a model server
    "/benchmarks/{id}": [],  # looked at in a journey of its own, with runs to compare
    "/containers/{id}": [],  # looked at in a journey of its own, with a real Docker Engine
    "/nodes/{name}": [],  # likewise, with a real OpenSSH server
    "/reconcile/revisions/{number}": [],  # likewise, with a real Docker Engine
    "/backlog/preview/{draft}": [], "/backlog/preview/{draft}/text": [],  # looked at in the journey of importing
}  # fmt: skip
MORE = {
    "decided": "/inbox?show=decided", "held": "/queue?state=held", "none": "/queue?q=no-such-work",
    "story": "/activity?event=20", "found": "/find?q=back", "not-found": "/quee",
    "asked": "/policy?operation=notify.send&kind=agent", "schedule-form": "/schedules/new?operation=maintenance.run",
    "trigger-form": "/triggers/new?operation=notify.send&event=items.done",
}  # fmt: skip


def pages() -> dict[str, str]:
    """Every page by a name for its picture; what stands in an address is in angle brackets."""
    found = dict(MORE)
    for path in (entry.page.path for entry in entries(found_rooms())):
        name = re.sub(r"\W+", "-", re.sub(r"{\w+}", "", path)).strip("-") or "home"
        if "{" not in path:
            found[name] = path
            continue
        assert path in EXAMPLES, f"EXAMPLES wants an example of {path}"
        for example in EXAMPLES[path]:
            label, _, value = example.partition("=")
            found[f"{name}-{label}"] = re.sub(r"{\w+}", f"<{value}>", path)
    return found


def address(server: Server, path: str) -> str:
    """A page's path on a server that has worked through the journeys' backlog."""
    return "/ui" + re.sub(r"<(item:)?([^>]+)>", lambda f: named(server, f[1], f[2]), path)


def named(server: Server, kind: str | None, value: str) -> str:
    """What stands in an address: a name, or the id of an item that is known by its title."""
    return str(item(server, value)["id"]) if kind else value
