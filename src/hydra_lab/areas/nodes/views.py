"""Nodes and cards as they are told: each figure with its source and its time, and what is unknown as null."""

from typing import Any

from pydantic import AwareDatetime, Field

from hydra_lab.areas.nodes.model import CARD_FIGURES, FIGURES, THERE, Card, Seen, State
from hydra_lab.kernel.capabilities import Figure
from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.settings.machine import Machine


class Measured(Output):
    """One figure."""

    value: float
    at: AwareDatetime = Field(description="When it was measured")
    source: str = Field(description="What measured it: SSH, this machine, Prometheus, nvidia-smi over SSH, NVML")


class Disk(Output):
    """A file system."""

    mount: str
    device: str
    total_bytes: int
    free_bytes: int = Field(description="What an ordinary user may still write")
    used_percent: float
    filling: bool = Field(description="Whether it is over the threshold of nodes.disk_filling")
    at: AwareDatetime
    source: str


class GpuView(Output):
    """A graphics card. A figure that nobody knows is null."""

    node: str
    uuid: str
    index: int | None
    name: str | None
    driver: str | None
    label: str
    current: bool = Field(description="Whether its node answered at the last look; if not, these are its last figures")
    hot: bool = Field(description="Whether it is over the threshold of gpus.hot")
    utilisation_percent: Measured | None
    memory_used_gib: Measured | None
    memory_total_gib: Measured | None
    temperature_c: Measured | None
    power_w: Measured | None
    power_limit_w: Measured | None
    power_default_w: Measured | None
    power_min_w: Measured | None
    power_max_w: Measured | None


class NodeView(Output):
    """A machine of the lab. A figure that nobody knows is null."""

    name: str
    address: str
    port: int
    user: str
    key_file: str
    roles: tuple[str, ...]
    docker: str
    metrics: str
    is_local: bool = Field(description="Whether it is the machine that Hydra runs on")
    source: str = Field(description="Where it is named: file, environment, stored; itself for the one Hydra runs on")
    state: State = Field(
        description="up; partly where something could not be asked; lost; refused where its host key is not confirmed "
        "or has changed; unknown before the first look"
    )
    since: AwareDatetime | None
    looked_at: AwareDatetime | None
    problem: str | None
    fix: str | None
    host_key: str | None = Field(description="The fingerprint that it shows and that is not trusted")
    expected_host_key: str | None = Field(description="The fingerprint that was confirmed, where it shows another")
    cpu_percent: Measured | None
    cores: Measured | None
    load_1m: Measured | None
    load_5m: Measured | None
    load_15m: Measured | None
    memory_total_bytes: Measured | None
    memory_available_bytes: Measured | None
    uptime_s: Measured | None
    file_systems: list[Disk]
    gpus: list[GpuView]


def told(one: Figure | None) -> Measured | None:
    """A figure as it is told."""
    return None if one is None else Measured(value=round(one.value, 3), at=one.at, source=one.source)


def gpu_view(card: Card, seen: Seen) -> GpuView:
    """A card as it is told."""
    figures: dict[str, Any] = {name: told(card.figures.get(name)) for name in CARD_FIGURES}
    return GpuView(
        node=card.node, uuid=card.uuid, index=card.index, name=card.name, driver=card.driver, label=card.label,
        current=seen.state in THERE, hot=f"hot:{card.key}" in seen.ailing, **figures,
    )  # fmt: skip


def node_view(name: str, machine: Machine, source: str, seen: Seen) -> NodeView:
    """A node as it is told."""
    reading = seen.reading
    figures: dict[str, Any] = {one: told(getattr(reading, one)) if reading else None for one in FIGURES}
    disks = [
        Disk(
            mount=one.mount, device=one.device, total_bytes=one.total_bytes, free_bytes=one.free_bytes,
            used_percent=round(one.used_percent, 1), filling=f"disk:{one.mount}" in seen.ailing, at=one.at,
            source=one.source,
        )
        for one in (reading.file_systems if reading else ())
    ]  # fmt: skip
    return NodeView(
        name=name, address=machine.address, port=machine.port, user=machine.user, key_file=machine.key_file,
        roles=machine.roles, docker=machine.docker, metrics=machine.metrics, is_local=machine.is_local, source=source,
        state=seen.state, since=seen.since, looked_at=seen.looked_at, problem=seen.problem, fix=seen.fix,
        host_key=seen.host_key, expected_host_key=seen.expected, file_systems=disks,
        gpus=[gpu_view(card, seen) for card in seen.cards], **figures,
    )  # fmt: skip
