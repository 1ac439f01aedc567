"""The example monitoring, tried on a real Prometheus: it scrapes Hydra, and every rule and panel finds its numbers."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.peers.starting import absent, installed, peer
from tests.rules.source import ROOT
from tests.server import Server

HERE = ROOT / "examples" / "monitoring"
PATIENCE_S = 40.0
METRIC = re.compile(r"\b(?:hydra|process)_[a-z_]+\b")


def expressions() -> list[str]:
    """Every PromQL expression of the rules and of the dashboard."""
    rules = yaml.safe_load((HERE / "alerts.yml").read_text())["groups"]
    panels = json.loads((HERE / "grafana-dashboard.json").read_text())["panels"]
    asked = [target["expr"] for panel in panels for target in panel["targets"]]
    return asked + [rule["expr"] for group in rules for rule in group["rules"]]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that scrapes a Hydra in which one item finished and one waits; its URL."""
    if not installed("/usr/bin/prometheus"):
        absent("Prometheus", bring="apt install prometheus")
    folder = tmp_path_factory.mktemp("watched")
    one = Server(folder / "data").start()
    try:
        with peer("prometheus.sh", CONFIG=str(configured(one, folder))) as values:
            work(one)
            with one.client.stream("GET", "/events/stream"):  # the journal's lag is measured where someone follows it
                yield values["URL"]
    finally:
        one.close()


def work(one: Server) -> None:
    """Let one item finish and another one wait."""
    one.client.post("/state", params={"wait": 30}).raise_for_status()
    one.client.post(
        "/queue", json={"operation": "state.write", "not_before": "2999-01-01T00:00:00Z"}
    ).raise_for_status()


def configured(one: Server, folder: Path) -> Path:
    """The example configuration, pointed at a server."""
    settings: dict[str, Any] = yaml.safe_load((HERE / "prometheus.yml").read_text())
    settings["global"]["scrape_interval"] = "1s"
    scrape = settings["scrape_configs"][0]
    scrape["static_configs"] = [{"targets": [one.url.removeprefix("http://")]}]
    (folder / scrape["authorization"]["credentials_file"]).write_text(one.token)
    (folder / "alerts.yml").write_text((HERE / "alerts.yml").read_text())
    config = folder / "prometheus.yml"
    config.write_text(yaml.safe_dump(settings))
    return config


def wait_for(url: str, expression: str) -> list[dict[str, Any]]:
    """What an expression gives, as soon as it gives anything."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := ask(url, expression):
            return found
        time.sleep(0.2)
    raise AssertionError(f"{expression} gave nothing within {PATIENCE_S:.0f} s")


def ask(url: str, expression: str) -> list[dict[str, Any]]:
    """An instant query; a wrong expression fails."""
    answer = httpx.get(f"{url}/api/v1/query", params={"query": expression}, trust_env=False).raise_for_status()
    found: list[dict[str, Any]] = answer.json()["data"]["result"]
    return found


@pytest.mark.parametrize("expression", expressions())
def test_every_expression_is_right_and_its_metrics_are_scraped(watched: str, expression: str) -> None:
    ask(watched, expression)
    for name in set(METRIC.findall(expression)):
        wait_for(watched, name)


def test_the_configuration_and_its_rules_are_right(tmp_path: Path) -> None:
    if not installed("/usr/bin/promtool"):
        absent("promtool", bring="apt install prometheus")
    done = subprocess.run(
        ["promtool", "check", "config", "--syntax-only", HERE / "prometheus.yml"], capture_output=True
    )
    assert done.returncode == 0, done.stderr
