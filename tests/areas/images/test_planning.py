"""What may go and what stays: pure rules."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hydra_lab.areas.images.model import Rules, Run, counted, size
from hydra_lab.areas.images.planning import Known, decide, fits, full
from hydra_lab.areas.images.references import Named, named_by_compose
from hydra_lab.kernel.capabilities import CachePiece, Sizes, Stored, StoredContainer, StoredImage, StoredVolume

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OLD = NOW - timedelta(days=90)


def image(*names: str, **more: Any) -> StoredImage:
    """An image that came long ago."""
    return StoredImage(**({"id": f"sha256:{'-'.join(names)}", "names": names, "came_at": OLD} | more))


def container(name: str, image: str, **more: Any) -> StoredContainer:
    """A container that ended, made from an image of that name and id."""
    return StoredContainer(
        **({"id": name, "name": name, "image": image, "image_id": f"sha256:{image}", "state": "exited"} | more)
    )


def why(one: StoredImage, *containers: StoredContainer, **more: Any) -> list[str]:
    """Why an image stays; nothing where it goes."""
    known: dict[str, Any] = {"runs": (), "rules": Rules(), "named": (), "now": NOW} | more
    stored = Stored(sizes=Sizes(), images=(one,), containers=containers)
    goes, stays = decide(Known(stored=stored, **known))
    assert len(goes) + len(stays) == 1
    return stays[0].why if stays else []


def test_what_nobody_needs_may_go() -> None:
    assert why(image("app:1")) == []


@pytest.mark.parametrize(
    ("reason", "one", "more"),
    [
        ("container web runs from it", image("app:1"), {"containers": [container("web", "app:1", state="running")]}),
        ("container web refers to it, exited", image("app:1"), {"containers": [container("web", "app:1")]}),
        ("container web is made from app", image("app:latest"),
         {"containers": [container("web", "app", image_id="sha256:x")]}),
        ("container web ran from it before, and may have to go back to it", image("app:1"),
         {"containers": [container("web", "app:2")], "runs": [Run(container="web", ref="sha256:app:1", last_at=OLD)]}),
        ("compose project shop built it for api", image("shop-api:latest", labels={
            "com.docker.compose.project": "shop", "com.docker.compose.service": "api"}), {}),
        ("the plan wants it", image("app:3"), {"named": [Named(pattern="app:*", why="the plan wants it")]}),
        ("its label hydra.keep says so", image("app:1", labels={"hydra.keep": "true"}), {}),
        ("your rules keep shop/*", image("shop/api:9"), {"rules": Rules(keep=["shop/*"])}),
        ("your rules keep postgres", image("postgres:16"), {"rules": Rules(keep=["postgres"])}),
        ("it has a name, and your rules let only those go that lost theirs", image("app:1"),
         {"rules": Rules(named=False)}),
        ("it came 3 days ago; it must be unused for 30 days", image("app:1", came_at=NOW - timedelta(days=3)), {}),
        ("container job used it 3 days ago; it must be unused for 30 days", image("app:1"),
         {"runs": [Run(container="job", ref="app:1", last_at=NOW - timedelta(days=3))]}),
        ("since when it is here is not known", image("app:1", came_at=None), {}),
    ],
)  # fmt: skip
def test_every_reason_to_stay_is_named(reason: str, one: StoredImage, more: dict[str, Any]) -> None:
    assert why(one, *more.pop("containers", ()), **more) == [reason]


def test_a_label_may_also_say_no() -> None:
    assert why(image("app:1", labels={"hydra.keep": "false"})) == []


def test_what_a_container_goes_back_to_is_what_was_well_last() -> None:
    web = container("web", "app:3")
    runs = [
        Run(container="web", ref="sha256:app:2", last_at=NOW - timedelta(days=40)),
        Run(container="web", ref="sha256:app:1", last_at=NOW - timedelta(days=60), well_at=NOW - timedelta(days=60)),
    ]
    assert "go back" in why(image("app:1"), web, runs=runs)[0]
    assert why(image("app:2"), web, runs=runs) == []
    assert "go back" in why(image("app:2"), web, runs=runs, rules=Rules(rollbacks=2))[0]


def test_names_are_compared_as_the_host_resolves_them() -> None:
    assert full("nginx") == full("docker.io/library/nginx:latest") == "nginx:latest"
    assert full("lab.example:5000/app") == "lab.example:5000/app:latest"
    assert fits("app:*", image("app:7"))
    assert not fits("app", image("app:7"))
    assert fits("shop/api@sha256:ab", image(digests=("shop/api@sha256:ab",)))


def test_build_cache_stays_while_something_that_stays_is_built_on_it() -> None:
    pieces = (
        CachePiece(id="base", what="FROM", used_at=OLD),
        CachePiece(id="top", what="RUN", used_at=NOW, built_on=("base",)),
        CachePiece(id="alone", what="COPY", used_at=OLD, bytes=5),
        CachePiece(id="busy", what="RUN", used_at=OLD, in_use=True),
    )
    known = Known(stored=Stored(sizes=Sizes(), build_cache=pieces), runs=(), rules=Rules(), named=(), now=NOW)
    goes, stays = decide(known)
    assert [one.id for one in goes] == ["alone"]
    assert {one.id: one.why for one in stays}["base"] == ["another piece that stays is built on it"]


def test_of_volumes_only_what_is_asked_for_unnamed_and_unreferenced_goes() -> None:
    volumes = tuple(
        StoredVolume(name=name, anonymous=name != "data", made_at=OLD) for name in ("data", "used", "lost")
    )  # fmt: skip
    stored = Stored(sizes=Sizes(), volumes=volumes, containers=(container("web", "app:1", volumes=("used",)),))
    known = {"stored": stored, "runs": (), "rules": Rules(), "named": (), "now": NOW}
    assert decide(Known(**known))[0] == []  # type: ignore[arg-type]
    goes, stays = decide(Known(**known, volumes=True))  # type: ignore[arg-type]
    assert [one.id for one in goes] == ["lost"]
    assert {one.id: one.why for one in stays} == {
        "data": ["somebody gave it a name"],
        "used": ["container web refers to it, exited"],
    }


def test_what_compose_files_name_is_read_and_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  api: {image: 'shop/api:${TAG:-7}'}\n  db: {image: 'postgres:${PG}'}\n  own: {build: .}\n"
    )
    labels = {
        "com.docker.compose.project": "shop", "com.docker.compose.project.working_dir": str(tmp_path),
        "com.docker.compose.project.config_files": f"{tmp_path}/compose.yaml,/not/there.yaml",
    }  # fmt: skip
    named, unread = named_by_compose([container("web", "x", labels=labels)])
    assert [one.pattern for one in named] == ["shop/api:7", "postgres:*", "shop-own", "shop_own"]
    assert (named[0].why, unread) == ("compose project shop names it for api", ["/not/there.yaml"])
    assert fits(named[1].pattern, image("postgres:16"))


def test_sizes_and_counts_are_told_in_words() -> None:
    assert [size(one) for one in (None, 5, 2048, 3 << 30)] == ["of unknown size", "5 B", "2.0 KiB", "3.0 GiB"]
    assert counted([]) == "nothing"
