"""How every route is entered: nobody gets further than the few public ones."""

from hydra_lab.kernel.operation import Entry
from hydra_lab.surfaces.http import Path
from tests.surfaces.served import Served

PUBLIC = {
    "/",
    "/docs/reference.css",
    "/healthz",
    "/readyz",
    "/ui",
    "/ui/sign-in",
    "/ui/sign-in/oidc",
    "/ui/sign-in/oidc/back",
    "/ui/static/{name:path}",
}


def routes(toyshop: Served) -> list[Path]:
    """Every route of the server."""
    found = [one for one in toyshop.asgi.routes if isinstance(one, Path)]
    assert len(found) == len(toyshop.asgi.routes), "every route says how it is entered"
    return found


def test_these_and_no_others_are_public(toyshop: Served) -> None:
    public = {one.path for one in routes(toyshop) if any(way.entry is Entry.PUBLIC for way in one.ways.values())}
    assert public == PUBLIC


def test_hooks_and_links_are_the_only_other_ways_past_a_credential(toyshop: Served) -> None:
    other = {
        one.path for one in routes(toyshop) if any(way.entry in (Entry.HOOK, Entry.LINK) for way in one.ways.values())
    }
    assert other == {"/hooks/toys", "/hooks/{name}", "/hooks/alertmanager", "/ui/approve/{code}"}


def test_every_other_path_answers_401_to_nobody(toyshop: Served) -> None:
    let_in = []
    for one in routes(toyshop):
        path = one.path.replace(":path}", "}").replace("{", "").replace("}", "")
        for method, way in one.ways.items():
            if way.entry is not Entry.CREDENTIAL or method == "HEAD":
                continue
            answer = toyshop.nobody.request(method, path, headers={"Accept": "application/json"})
            if answer.status_code != 401:
                let_in.append(f"{method} {path} answered {answer.status_code}")
    assert let_in == []
