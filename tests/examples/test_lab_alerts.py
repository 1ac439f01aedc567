"""The starter alerts of a lab: right by Prometheus' and Alertmanager's own tools, and firing when they should."""

import subprocess

import pytest
import yaml

from tests.peers.starting import absent, installed
from tests.rules.source import ROOT

HERE = ROOT / "examples" / "monitoring"


def tool(name: str, *arguments: str) -> None:
    """Have a tool of theirs judge an example."""
    if not installed(f"/usr/bin/{name}"):
        absent(name, bring="apt install prometheus prometheus-alertmanager")
    done = subprocess.run([name, *arguments], cwd=HERE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("promtool", ("check", "rules", "lab-alerts.yml")),
        ("promtool", ("check", "config", "lab-prometheus.yml")),
        ("promtool", ("test", "rules", "lab-alerts.test.yml")),
        ("amtool", ("check-config", "alertmanager.yml")),
    ],
    ids=["rules", "configuration", "what fires", "alertmanager"],
)
def test_their_own_tools_find_nothing_wrong(name: str, arguments: tuple[str, ...]) -> None:
    tool(name, *arguments)


def test_what_alertmanager_tells_goes_to_hydras_address() -> None:
    (receiver,) = yaml.safe_load((HERE / "alertmanager.yml").read_text())["receivers"]
    (webhook,) = receiver["webhook_configs"]
    assert webhook["url"].endswith("/hooks/alertmanager")
    assert webhook["send_resolved"]
