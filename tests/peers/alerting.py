"""A real Prometheus whose rules fire from the start, and the real Alertmanager it tells."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.peers.starting import absent, installed, peer

PATIENCE_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Alerting:
    """Where the two are."""

    prometheus: str
    alertmanager: str


@contextmanager
def alertmanager(**environment: str) -> Iterator[str]:
    """An Alertmanager alone; its URL."""
    if not installed("/usr/bin/prometheus-alertmanager"):
        absent("Alertmanager", bring="apt install prometheus-alertmanager")
    with peer("alertmanager.sh", **environment) as values:
        yield values["URL"]


@contextmanager
def alerting(folder: Path, alerts: Sequence[Mapping[str, str]], **environment: str) -> Iterator[Alerting]:
    """Both, once every alert of these labels has arrived."""
    if not installed("/usr/bin/prometheus"):
        absent("Prometheus", bring="apt install prometheus")
    rules = [
        {"alert": one["alertname"], "expr": "vector(1)", "labels": {k: v for k, v in one.items() if k != "alertname"},
         "annotations": {"summary": f"{one['alertname']} is on"}}
        for one in alerts
    ]  # fmt: skip
    (folder / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "lab", "rules": rules}]}))
    with alertmanager(**environment) as url:
        config = folder / "prometheus.yml"
        target = {"static_configs": [{"targets": [url.removeprefix("http://")]}]}
        settings = {
            "global": {"evaluation_interval": "1s"}, "rule_files": [str(folder / "rules.yml")],
            "alerting": {"alertmanagers": [target]},
        }  # fmt: skip
        config.write_text(yaml.safe_dump(settings))
        with peer("prometheus.sh", CONFIG=str(config)) as values:
            until(lambda: len(firing(url)) == len(alerts))
            yield Alerting(prometheus=values["URL"], alertmanager=url)


def firing(url: str) -> list[dict[str, Any]]:
    """What an Alertmanager has."""
    found: list[dict[str, Any]] = httpx.get(f"{url}/api/v2/alerts", trust_env=False).raise_for_status().json()
    return found


def fire(url: str, *alerts: Mapping[str, str], ends_at: str | None = None) -> None:
    """Tell an Alertmanager of alerts, or with a time in the past that they are over."""
    body = [{"labels": dict(one)} | ({"endsAt": ends_at} if ends_at else {}) for one in alerts]
    httpx.post(f"{url}/api/v2/alerts", json=body, trust_env=False).raise_for_status()


def until(found: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """What a question answers, once it is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s")
