"""The machine that Hydra runs on: what is measured, cards with and without a driver, programs that end in time."""

import sys
import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from hydra_lab.kernel import local
from hydra_lab.kernel.capabilities import HostCommand
from hydra_lab.kernel.errors import Unavailable

NOW = datetime(2026, 3, 1, tzinfo=UTC)
INSTALLED = "hydra_lab.kernel.local.nvml.is_installed"


class NotSupported(Exception):
    """What NVML raises for what a card does not tell."""


def refuse(*arguments: Any) -> Any:
    """A question that this card does not answer."""
    raise NotSupported


def nvml(**others: Any) -> SimpleNamespace:
    """NVIDIA's library as documented, with one card: milliwatts, bytes, percent."""
    answers: dict[str, Any] = {
        "nvmlInit": lambda: None, "nvmlShutdown": lambda: None, "NVML_TEMPERATURE_GPU": 0,
        "nvmlSystemGetDriverVersion": lambda: "550.54.14", "nvmlDeviceGetCount": lambda: 1,
        "nvmlDeviceGetHandleByIndex": lambda index: index, "nvmlDeviceGetUUID": lambda one: "GPU-1",
        "nvmlDeviceGetName": lambda one: b"NVIDIA A40",
        "nvmlDeviceGetMemoryInfo": lambda one: SimpleNamespace(used=2 << 30, total=48 << 30),
        "nvmlDeviceGetUtilizationRates": lambda one: SimpleNamespace(gpu=12), "nvmlDeviceGetTemperature": refuse,
        "nvmlDeviceGetPowerUsage": lambda one: 31_500, "nvmlDeviceGetPowerManagementLimit": lambda one: 300_000,
        "nvmlDeviceGetPowerManagementDefaultLimit": lambda one: 300_000,
        "nvmlDeviceGetPowerManagementLimitConstraints": lambda one: [100_000, 300_000],
    }  # fmt: skip
    return SimpleNamespace(**answers | others)


def test_a_card_is_told_in_watts_and_gib_and_what_it_does_not_tell_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(INSTALLED, lambda: True)
    monkeypatch.setitem(sys.modules, "pynvml", nvml())
    (one,) = local.cards("here", NOW) or ()
    assert (one.name, one.power_w, one.power_min_w, one.power_max_w) == ("NVIDIA A40", 31.5, 100.0, 300.0)
    assert (one.memory_used_gib, one.memory_total_gib, one.utilisation_percent) == (2.0, 48.0, 12.0)
    assert (one.temperature_c, one.source) == (None, "NVML")


@pytest.mark.parametrize(("installed", "library"), [(False, nvml()), (True, None), (True, nvml(nvmlInit=refuse))])
def test_without_the_library_or_a_driver_nothing_is_known(
    monkeypatch: pytest.MonkeyPatch, installed: bool, library: Any
) -> None:
    monkeypatch.setattr(INSTALLED, lambda: installed)
    monkeypatch.setitem(sys.modules, "pynvml", library)
    assert local.cards("here", NOW) is None


def test_this_machine_is_measured() -> None:
    one = local.reading("here", NOW)
    assert one.cpu_percent
    assert 0 <= one.cpu_percent.value <= 100
    assert one.memory_total_bytes
    assert one.memory_total_bytes.source == "this machine"
    assert any(disk.mount == "/" for disk in one.file_systems)


def test_a_program_that_takes_too_long_is_ended_with_its_children() -> None:
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        local.run(HostCommand(program="sh", arguments=("-c", "sleep 30 & sleep 30")), 0.3)
    assert time.monotonic() - begun < 5


def test_a_program_tells_its_lines_and_its_code() -> None:
    heard: list[str] = []
    ran = local.run(HostCommand(program="sh", arguments=("-c", "cat; exit 3")), 5, b"one\ntwo", heard.append)
    assert (ran.exit_code, ran.stdout, heard) == (3, "one\ntwo", ["one", "two"])
    assert local.run(HostCommand(program="no-such-program"), 5).exit_code == 127
