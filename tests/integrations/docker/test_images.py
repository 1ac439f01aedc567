"""Docker's disk: what a real Engine keeps there, and removing what nothing refers to."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from hydra_lab.integrations.docker import DockerImages, DockerSettings
from hydra_lab.integrations.docker.disk_model import Disk
from hydra_lab.kernel.errors import Conflict, NotFound, Unavailable
from hydra_lab.kernel.http import HttpClient
from tests.integrations.faults import Reply, StandIn
from tests.peers.docker import IMAGE, Docker

HTTP = HttpClient(timeout_s=10)


@pytest.fixture
def host(docker: Docker) -> Iterator[DockerImages]:
    """The Engine as Hydra sees it; only its first image is there before and afterwards."""
    docker.clear()
    yield DockerImages(DockerSettings(address=docker.address), HTTP)
    docker.clear()


def test_what_is_stored_is_what_docker_says(docker: Docker, host: DockerImages) -> None:
    api = docker.image("shop/api:1", size=300, labels={"hydra.keep": "true"})
    docker.run("web", "head -c 50000 /dev/zero > /f; sleep 300", "--volume", "named:/n", "--volume", "/unnamed")
    docker.run("job", "true")
    docker("wait", "job")
    docker.build_with_cache("shop/kit:1", size=200)
    told = host.stored()
    images = {name: one for one in told.images for name in one.names}
    assert set(images) == {IMAGE, "shop/api:1", "shop/kit:1"}
    one = images["shop/api:1"]
    assert (one.id, one.labels) == (api, {"hydra.keep": "true"})
    assert one.bytes == int(docker("inspect", "--format", "{{.Size}}", api))
    assert one.own_bytes == pytest.approx(300 * 1024, rel=0.01)
    assert one.came_at
    assert datetime.now(UTC) - one.came_at < timedelta(minutes=5)
    containers = {each.name: each for each in told.containers}
    assert (containers["web"].image, containers["web"].image_id, containers["web"].running) == (
        IMAGE, images[IMAGE].id, True,
    )  # fmt: skip
    assert (containers["web"].bytes, containers["web"].ended_at) == (50000, None)
    ended = docker("inspect", "--format", "{{json .State.FinishedAt}}", "job")
    assert containers["job"].ended_at == datetime.fromisoformat(json.loads(ended)[:26] + "+00:00")
    volumes = {each.name: each for each in told.volumes}
    assert set(volumes) == set(containers["web"].volumes)
    assert [each.anonymous for name, each in sorted(volumes.items())] == [True, False]
    assert told.sizes.images
    assert told.sizes.build_cache
    assert told.sizes.build_cache >= 200 * 1024
    assert {each.what for each in told.build_cache} >= {"fileop target"}


def test_an_image_goes_only_when_nothing_refers_to_it(docker: Docker, host: DockerImages) -> None:
    used, spare = docker.image("used:1"), docker.image("spare:1")
    docker("tag", "spare:1", "spare:latest")
    docker.run("old", "true", image="used:1")
    docker("wait", "old")
    with pytest.raises(Conflict, match="container"):
        host.remove_image(used, ["used:1"])
    with pytest.raises(Conflict, match="spare:latest"):
        host.remove_image(spare, ["spare:1"])
    host.remove_image(spare, ["spare:1", "spare:latest"])
    with pytest.raises(NotFound):
        host.remove_image(spare, ["spare:1", "spare:latest"])
    assert docker("images", "--quiet", "--no-trunc", "used:1") == used


def test_what_an_image_is_built_on_goes_with_it_or_stays(docker: Docker, host: DockerImages) -> None:
    docker.image("base:1")
    built = [docker.image(f"app:{number}", at="base:1") for number in (1, 2)]
    base = docker("inspect", "--format", "{{.Id}}", "base:1")
    docker("rmi", "--no-prune", "base:1")
    found = {one.id: one for one in host.stored().images}
    assert all(base in found[one].built_on for one in built)
    host.remove_image(built[0], ["app:1"])
    assert docker("images", "--all", "--quiet", "--no-trunc", "--filter", "dangling=true").count(base) == 0
    host.remove_image(built[1], ["app:2"], with_built_on=False)
    assert base in {one.id for one in host.stored().images}
    host.remove_image(base, [])
    assert base not in docker("images", "--all", "--quiet", "--no-trunc")


def test_build_cache_goes_piece_by_piece(docker: Docker, host: DockerImages) -> None:
    docker.build_with_cache("kit:1", size=100)
    pieces = {one.id: one for one in host.stored().build_cache}
    below = {on for one in pieces.values() for on in one.built_on}
    assert below
    with pytest.raises(Conflict, match="keeps it"):
        host.remove_cached(next(iter(below)))
    for id in pieces.keys() - below:
        host.remove_cached(id)
    assert {one.id for one in host.stored().build_cache} <= below


def test_a_volume_goes_only_when_no_container_refers_to_it(docker: Docker, host: DockerImages) -> None:
    docker.run("old", "true", "--volume", "kept:/v")
    docker("wait", "old")
    docker("volume", "create", "free")
    with pytest.raises(Conflict, match="in use"):
        host.remove_volume("kept")
    host.remove_volume("free")
    with pytest.raises(NotFound):
        host.remove_volume("free")


def test_the_newer_shape_of_the_disk_is_read_too() -> None:
    told = {
        "ImageUsage": {"TotalSize": 500, "Items": [{"Id": "sha256:1", "Size": 500, "SharedSize": -1, "Created": 0}]},
        "ContainerUsage": {"TotalSize": 0}, "VolumeUsage": {"Items": [{"Name": "v", "UsageData": {"Size": 7}}]},
        "BuildCacheUsage": {"Items": [{"ID": "c", "Parents": ["b"], "Size": 9, "Shared": False, "InUse": True}]},
    }  # fmt: skip
    disk = Disk.model_validate(told)
    assert (disk.sizes.images, disk.sizes.volumes, disk.sizes.build_cache) == (500, 7, 9)
    assert (disk.build_cache or [])[0].as_piece.built_on == ("b",)
    image = (disk.images or [])[0].as_image(None, ())
    assert (image.bytes, image.own_bytes, image.made_at) == (500, None, None)


def test_an_engine_that_breaks_off_is_unavailable() -> None:
    with StandIn(lambda asked: Reply(status=500, json={"message": "boom"})) as server, pytest.raises(Unavailable):
        DockerImages(DockerSettings(address=server.url), HTTP).stored()
