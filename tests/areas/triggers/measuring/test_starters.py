"""The starters that wait for a measurement: absent without a Prometheus; with a real one each is adopted and fires."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import pytest
import yaml

from hydra_lab.areas.triggers.measuring import store as looks
from hydra_lab.areas.triggers.measuring.model import Measured
from hydra_lab.areas.triggers.starters import all_starters
from hydra_lab.kernel.database import Database
from tests.integrations.faults import Asked, Reply, StandIn
from tests.peers.alerting import until
from tests.peers.starting import absent, installed, peer
from tests.server import Server

MEASURED = {name: one for name, one in all_starters().items() if one.trigger.when.metric}
TITLES = {
    "disk-full-tomorrow": "/data of 127.0.0.1:",
    "gpu-stays-hot": "",
    "target-down": "What went with 127.0.0.1:9?",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra that knows of no Prometheus yet."""
    one = Server(tmp_path_factory.mktemp("measured") / "data").start()
    yield one
    print(one.tail())
    one.close()


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One that reads a hot card and a disk that fills, and cannot read an exporter that is not there."""
    if not installed("/usr/bin/prometheus"):
        absent("Prometheus", bring="apt install prometheus")
    free = count(10**12, -(10**8))

    def exporter(asked: Asked) -> Reply:
        text = [
            'node_filesystem_avail_bytes{mountpoint="/data",device="/dev/sdb1",fstype="ext4"} ' + str(next(free)),
            'node_filesystem_avail_bytes{mountpoint="/",device="/dev/sda1",fstype="ext4"} 5e11',
            'DCGM_FI_DEV_GPU_TEMP{gpu="0",UUID="GPU-1"} 60', 'DCGM_FI_DEV_GPU_TEMP{gpu="1",UUID="GPU-2"} 88',
        ]  # fmt: skip
        return Reply(body="\n".join([*text, ""]).encode(), headers={"Content-Type": "text/plain; version=0.0.4"})

    config = tmp_path_factory.mktemp("prometheus") / "prometheus.yml"
    with StandIn(exporter) as there:
        targets = [there.url.removeprefix("http://"), "127.0.0.1:9"]
        jobs = [{"job_name": "lab", "scrape_interval": "500ms", "static_configs": [{"targets": targets}]}]
        config.write_text(yaml.safe_dump({"scrape_configs": jobs}))
        with peer("prometheus.sh", CONFIG=str(config)) as values:
            for one in MEASURED.values():
                until(lambda one=one: known(values["URL"], one.trigger.when.metric.query))
            yield values["URL"]


def known(url: str, query: str) -> Any:
    """What a Prometheus itself makes of a query."""
    return httpx.get(f"{url}/api/v1/query", params={"query": query}, trust_env=False).json()["data"]["result"]


def shown(server: Server, name: str) -> Any:
    """A trigger as it is now."""
    return server.client.get(f"/triggers/{name}").raise_for_status().json()


def so_long_already(server: Server, name: str) -> None:
    """What is beyond its limit has been so for a day, and it is time for another look."""
    database = Database(f"sqlite:///{server.data / 'hydra.db'}")
    with database.begin() as connection:
        asked_at, found = looks.all_looks(connection)[name]
        series = [
            one.model_copy(update={"since": one.since and one.since - timedelta(days=1)}) for one in found.series
        ]  # fmt: skip
        looks.keep(connection, name, asked_at - timedelta(days=1), Measured(looked_at=found.looked_at, series=series))
    database.close()


def test_without_a_prometheus_they_are_absent_and_say_what_is_missing(server: Server) -> None:
    offered = {one["name"]: one for one in server.client.get("/triggers/starters").json()["starters"]}
    for name in MEASURED:
        answer = server.client.post(f"/triggers/starters/{name}/adopt")
        assert (answer.status_code, offered[name]["missing"]) == (409, [answer.json()["detail"].partition(": ")[2]])
        assert "Prometheus" in answer.json()["detail"]


def test_with_one_each_is_adopted_waits_its_time_and_fires_once(server: Server, prometheus: str) -> None:
    server.client.put("/integrations/prometheus", json={"values": {"url": prometheus}}).raise_for_status()
    offered = {one["name"]: one for one in server.client.get("/triggers/starters").json()["starters"]}
    for name in MEASURED:
        assert offered[name]["missing"] == []
        assert server.client.post(f"/triggers/starters/{name}/adopt").status_code == 201
    for name in MEASURED:
        until(lambda name=name: any(one["since"] for one in shown(server, name)["measured"]["series"]), 90)
        assert shown(server, name)["started"] == 0, "it has not been so for long enough"
        so_long_already(server, name)
    for name in MEASURED:
        view = until(lambda name=name: (one := shown(server, name))["last_outcome"] and one, 90)
        assert (view["last_outcome"], view["started"]) == ("started", 1), view
        item = server.client.get(f"/queue/{view['last_item']}").raise_for_status().json()
        assert item["operation"] == MEASURED[name].trigger.start.operation
        assert TITLES[name] in item["title"]
        assert item["input"].get("title", "88 °C").endswith("88 °C")
        assert [one["told"] for one in view["measured"]["series"] if one["since"]] == [True]
