"""What Prometheus has measured of nodes and their cards, by the names of the usual exporters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hydra_lab.areas.nodes.model import Card, key_of
from hydra_lab.kernel.capabilities import Figure, FileSystem, MetricsSource, NodeReading, Sample
from hydra_lab.kernel.settings.machine import Machine

SOURCE = "Prometheus"
FRESH = timedelta(seconds=90)  # what is older is no measurement of now
MIB, GIB = 1 << 20, 1 << 30
# node_exporter, by the figure each is.
NODE = {
    "node_load1": "load_1m", "node_load5": "load_5m", "node_load15": "load_15m",
    "node_memory_MemTotal_bytes": "memory_total_bytes", "node_memory_MemAvailable_bytes": "memory_available_bytes",
}  # fmt: skip
BOOT, SIZE, FREE = "node_boot_time_seconds", "node_filesystem_size_bytes", "node_filesystem_avail_bytes"
# dcgm-exporter and nvidia_gpu_exporter: the figure, and what one of their units is in ours.
CARDS = {
    "DCGM_FI_DEV_GPU_UTIL": ("utilisation_percent", 1.0), "DCGM_FI_DEV_FB_USED": ("memory_used_gib", MIB / GIB),
    "DCGM_FI_DEV_FB_FREE": ("free", MIB / GIB), "DCGM_FI_DEV_GPU_TEMP": ("temperature_c", 1.0),
    "DCGM_FI_DEV_POWER_USAGE": ("power_w", 1.0), "DCGM_FI_DEV_POWER_MGMT_LIMIT": ("power_limit_w", 1.0),
    "nvidia_smi_utilization_gpu_ratio": ("utilisation_percent", 100.0),
    "nvidia_smi_memory_used_bytes": ("memory_used_gib", 1 / GIB),
    "nvidia_smi_memory_total_bytes": ("memory_total_gib", 1 / GIB),
    "nvidia_smi_temperature_gpu": ("temperature_c", 1.0), "nvidia_smi_power_draw_watts": ("power_w", 1.0),
    "nvidia_smi_power_limit_watts": ("power_limit_w", 1.0),
    "nvidia_smi_power_default_limit_watts": ("power_default_w", 1.0),
    "nvidia_smi_power_min_limit_watts": ("power_min_w", 1.0), "nvidia_smi_power_max_limit_watts": ("power_max_w", 1.0),
    "nvidia_smi_index": ("index", 1.0),
}  # fmt: skip
INFO = "nvidia_smi_gpu_info"
NO_DATA = ("tmpfs", "devtmpfs", "overlay", "squashfs", "ramfs", "iso9660", "efivarfs", "fuse.lxcfs")
VALUES = '{{__name__=~"{}"}}'.format("|".join([*NODE, BOOT, SIZE, FREE, *CARDS, INFO]))
TIMES = 'timestamp({__name__=~"node_load1|DCGM_FI_DEV_GPU_TEMP|nvidia_smi_temperature_gpu"})'
CPU = '100 * (1 - sum by (instance) (rate(node_cpu_seconds_total{mode=~"idle|iowait"}[2m])) ' \
      '/ sum by (instance) (rate(node_cpu_seconds_total{mode!~"guest|guest_nice"}[2m])))'  # fmt: skip
CORES = 'count by (instance) (node_cpu_seconds_total{mode="idle"})'


@dataclass
class Told:
    """What Prometheus has of one node, while it is put together."""

    at: datetime | None = None
    figures: dict[str, float] = field(default_factory=dict)
    disks: dict[str, dict[str, float | str]] = field(default_factory=dict)
    cards: dict[str, dict[str, float | str | None]] = field(default_factory=dict)
    cards_at: dict[str, datetime] = field(default_factory=dict)


def measured(
    source: MetricsSource, machines: Mapping[str, Machine], names: tuple[str, ...], now: datetime
) -> dict[str, tuple[NodeReading | None, tuple[Card, ...]]]:
    """What is fresh of each node. ``names`` are those of the machine that Hydra runs on.

    Asks four queries for all nodes together; raises as the source does.
    """
    told = {name: Told() for name in machines}
    owners = {name: names_of(name, machine, names) for name, machine in machines.items()}

    def owner(sample: Sample) -> Told | None:
        said = {sample.labels.get("instance", ""), sample.labels.get("Hostname", ""), sample.labels.get("nodename", "")}
        said |= {one.rpartition(":")[0] if ":" in one else one for one in said}
        return next((told[name] for name, theirs in owners.items() if theirs & (said - {""})), None)

    for sample in source.query(TIMES):
        if (mine := owner(sample)) is not None and sample.value is not None:
            at = datetime.fromtimestamp(sample.value, tz=now.tzinfo)
            if uuid := uuid_of(sample):
                mine.cards_at[uuid] = at
            else:
                mine.at = at
    for sample in source.query(VALUES):
        if (mine := owner(sample)) is not None and sample.value is not None:
            take(mine, sample, sample.value, now)
    for expression, figure in ((CPU, "cpu_percent"), (CORES, "cores")):
        for sample in source.query(expression):
            if (mine := owner(sample)) is not None and sample.value is not None:
                mine.figures[figure] = round(sample.value, 1)
    return {name: (reading_of(name, one, now), cards_of(name, one, now)) for name, one in told.items()}


def names_of(name: str, machine: Machine, here: tuple[str, ...]) -> set[str]:
    """What exporters may call a node."""
    if machine.metrics:
        return {machine.metrics}
    return {name, "localhost", "127.0.0.1", *here} if machine.is_local else {name, machine.address}


def uuid_of(sample: Sample) -> str:
    """The card that a sample is of; empty where it is of none."""
    return key_of(sample.labels.get("UUID") or sample.labels.get("uuid") or "")


def take(mine: Told, sample: Sample, value: float, now: datetime) -> None:
    """Take up one sample."""
    metric = sample.labels.get("__name__", "")
    if metric in NODE:
        mine.figures[NODE[metric]] = value
    elif metric == BOOT:
        mine.figures["uptime_s"] = now.timestamp() - value
    elif metric in (SIZE, FREE) and sample.labels.get("fstype") not in NO_DATA:
        disk = mine.disks.setdefault(sample.labels.get("mountpoint", ""), {})
        disk[metric] = value
        disk["device"] = sample.labels.get("device", "")
    elif uuid := uuid_of(sample):
        card = mine.cards.setdefault(uuid, {"uuid": sample.labels.get("UUID") or sample.labels.get("uuid") or ""})
        if metric in CARDS:
            figure, factor = CARDS[metric]
            card[figure] = value * factor
        card["name"] = card.get("name") or sample.labels.get("modelName") or sample.labels.get("name")
        number = sample.labels.get("gpu", "")
        if number.isdigit():
            card["index"] = float(number)


def reading_of(name: str, told: Told, now: datetime) -> NodeReading | None:
    """A node's figures, ``None`` where there are none that are fresh."""
    at = told.at
    if at is None or now - at > FRESH or not told.figures:
        return None
    figures = {figure: Figure(value=value, at=at, source=SOURCE) for figure, value in told.figures.items()}
    disks: dict[str, FileSystem] = {}
    for mount, disk in sorted(told.disks.items(), key=lambda one: len(one[0])):
        size, free, device = disk.get(SIZE), disk.get(FREE), str(disk["device"])
        if isinstance(size, float) and isinstance(free, float) and size and device not in disks:
            disks[device] = FileSystem(
                mount=mount, device=device, total_bytes=int(size), free_bytes=int(free), at=at, source=SOURCE
            )
    return NodeReading(node=name, **figures, file_systems=tuple(sorted(disks.values(), key=lambda one: one.mount)))


def cards_of(name: str, told: Told, now: datetime) -> tuple[Card, ...]:
    """A node's cards with figures that are fresh."""
    found = []
    for uuid, card in told.cards.items():
        at = told.cards_at.get(uuid)
        if at is None or now - at > FRESH:
            continue
        used, free, index = card.get("memory_used_gib"), card.pop("free", None), card.pop("index", None)
        if isinstance(used, float) and isinstance(free, float):
            card.setdefault("memory_total_gib", used + free)
        found.append(
            Card(
                node=name, uuid=str(card["uuid"]), name=str(card["name"]) if card.get("name") else None,
                index=int(index) if isinstance(index, float) else None,
                figures={
                    figure: Figure(value=value, at=at, source=SOURCE)
                    for figure, value in card.items() if isinstance(value, float)
                },
            )
        )  # fmt: skip
    return tuple(found)
