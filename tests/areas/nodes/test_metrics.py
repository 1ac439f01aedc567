"""Nodes and cards out of a real Prometheus, by the names of the usual exporters."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from hydra_lab.areas.nodes.watch.metrics import measured
from hydra_lab.integrations.prometheus import PrometheusMetrics, PrometheusSettings
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.settings.machine import Machine
from tests.peers.alerting import until
from tests.peers.starting import absent, installed, peer

EXPORTED = """
node_load1 0.5
node_memory_MemTotal_bytes 17179869184
node_memory_MemAvailable_bytes 8589934592
node_boot_time_seconds 1000000000
node_cpu_seconds_total{cpu="0",mode="idle"} 1000
node_cpu_seconds_total{cpu="0",mode="user"} 10
node_filesystem_size_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/"} 1000000
node_filesystem_avail_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/"} 250000
node_filesystem_size_bytes{device="tmpfs",fstype="tmpfs",mountpoint="/run"} 1000
node_filesystem_avail_bytes{device="tmpfs",fstype="tmpfs",mountpoint="/run"} 1000
DCGM_FI_DEV_GPU_TEMP{gpu="0",UUID="GPU-aa11",modelName="NVIDIA A40"} 61
DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-aa11",modelName="NVIDIA A40"} 88.5
DCGM_FI_DEV_FB_USED{gpu="0",UUID="GPU-aa11",modelName="NVIDIA A40"} 2048
DCGM_FI_DEV_FB_FREE{gpu="0",UUID="GPU-aa11",modelName="NVIDIA A40"} 43008
nvidia_smi_temperature_gpu{uuid="bb22"} 55
nvidia_smi_utilization_gpu_ratio{uuid="bb22"} 0.42
nvidia_smi_index{uuid="bb22"} 1
nvidia_smi_gpu_info{uuid="bb22",name="NVIDIA GeForce RTX 3090"} 1
"""


class Exporter(BaseHTTPRequestHandler):
    """Answers a scrape."""

    def do_GET(self) -> None:
        """All of them."""
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(EXPORTED.encode())

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusMetrics]:
    """A Prometheus that scrapes an exporter each second."""
    if not installed("/usr/bin/prometheus"):
        absent("Prometheus", bring="apt install prometheus")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config: Path = tmp_path_factory.mktemp("metrics") / "prometheus.yml"
    targets = [{"targets": [f"127.0.0.1:{server.server_port}"]}]
    job = {"job_name": "lab", "scrape_interval": "1s", "scrape_timeout": "1s", "static_configs": targets}
    config.write_text(yaml.safe_dump({"scrape_configs": [job]}))
    with peer("prometheus.sh", CONFIG=str(config)) as values:
        yield PrometheusMetrics(PrometheusSettings(url=values["URL"]), HttpClient())
    server.shutdown()


def test_figures_have_their_source_and_time_and_what_is_not_exported_is_unknown(source: PrometheusMetrics) -> None:
    until(lambda: len(source.query("nvidia_smi_temperature_gpu")) == 1)
    machines = {"gpu-1": Machine(address="127.0.0.1"), "nas": Machine(address="192.168.1.20")}
    now = datetime.now(UTC)
    found = measured(source, machines, (), now)
    reading, cards = found["gpu-1"]
    assert reading
    assert reading.load_1m
    assert (reading.load_1m.value, reading.load_1m.source) == (0.5, "Prometheus")
    assert abs((now - reading.load_1m.at).total_seconds()) < 30
    assert reading.load_5m is None
    assert [(disk.mount, disk.used_percent) for disk in reading.file_systems] == [("/", 75.0)]
    one, two = sorted(cards, key=lambda card: card.index or 0)
    values = {name: figure.value for name, figure in one.figures.items()}
    assert values == {"temperature_c": 61, "power_w": 88.5, "memory_used_gib": 2.0, "memory_total_gib": 44.0}
    assert (two.index, two.name, two.figures["utilisation_percent"].value) == (1, "NVIDIA GeForce RTX 3090", 42.0)
    assert found["nas"] == (None, ())


def test_what_is_old_is_no_measurement_of_now(source: PrometheusMetrics) -> None:
    until(lambda: len(source.query("node_load1")) == 1)
    later = datetime.fromtimestamp(datetime.now(UTC).timestamp() + 300, tz=UTC)
    reading, cards = measured(source, {"gpu-1": Machine(address="127.0.0.1")}, (), later)["gpu-1"]
    assert (reading, cards) == (None, ())
