"""What is over its threshold on a node: a disk that fills, a card that is hot. Said once, until it is well again."""

from collections.abc import Iterator

from hydra_lab.areas.nodes.model import THERE, News, Seen, disks_of

# A disk fills from the first on and is well below the second, in percent; a card is hot in °C likewise. Between the two
# nothing is said, so that a value that wavers is not said again and again.
DISK_FILLS, DISK_WELL = 90.0, 85.0
GPU_HOT, GPU_COOL = 83.0, 78.0


def judged(before: Seen, now: Seen) -> tuple[tuple[str, ...], list[News]]:
    """What ails a node now, and what is to be said of it. What was not measured stays as it was."""
    if now.state not in THERE:
        return before.ailing, []
    ailing, said = set(before.ailing), []
    for name, value, bounds, over, well in measured(now):
        fills, is_well = bounds
        if name not in ailing and value >= fills:
            ailing.add(name)
            said.append(over)
        elif name in ailing and value < is_well:
            ailing.remove(name)
            said.append(well)
    there = {f"disk:{one.mount}" for one in disks_of(now)} | {f"hot:{one.key}" for one in now.cards}
    return tuple(sorted(ailing & there)), said


def measured(now: Seen) -> Iterator[tuple[str, float, tuple[float, float], News, News]]:
    """Each value that has a threshold: its name, itself, its bounds, and what is said when it is over and when well."""
    for disk in disks_of(now):
        used = round(disk.used_percent, 1)
        data = {"mount": disk.mount, "device": disk.device, "used_percent": used, "free_bytes": disk.free_bytes}
        yield (
            f"disk:{disk.mount}", used, (DISK_FILLS, DISK_WELL),
            News(name="nodes.disk_filling", subject=now.name, data=data),
            News(name="nodes.disk_well", subject=now.name, data=data),
        )  # fmt: skip
    for card in now.cards:
        if (one := card.figures.get("temperature_c")) is None:
            continue
        data = {"node": now.name, "uuid": card.uuid, "temperature_c": one.value, "source": one.source}
        yield (
            f"hot:{card.key}", one.value, (GPU_HOT, GPU_COOL),
            News(name="gpus.hot", subject=card.label, data=data),
            News(name="gpus.cool", subject=card.label, data=data),
        )  # fmt: skip
