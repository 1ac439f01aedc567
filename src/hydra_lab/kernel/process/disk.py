"""Room on the disk: below a limit no new work is released, and that is said."""

import shutil
from pathlib import Path

import structlog

from hydra_lab.kernel.policy.model import HYDRA
from hydra_lab.kernel.services import Services

log = structlog.get_logger()
MIB = 1 << 20


def disk_sentence(data_dir: Path, least_mib: int) -> str | None:
    """Why nothing may be released, or ``None`` while there is room enough."""
    free = shutil.disk_usage(data_dir).free // MIB
    if free >= least_mib:
        return None
    return f"The disk of {data_dir} is nearly full: {free} MiB free, {least_mib} wanted. Nothing new is started."


def watch_disk(services: Services) -> None:
    """Stop or resume releasing by the room there is; said once each way."""
    releaser = services.work.node.releaser if services.work.node else None
    if releaser is None:
        return
    settings = services.settings.current
    sentence = disk_sentence(settings.data_dir, settings.disk_free_min_mib)
    if (sentence is None) == (releaser.blocked is None):
        releaser.blocked = sentence
        return
    releaser.blocked = sentence
    name = "disk.low" if sentence else "disk.recovered"
    log.warning(name, detail=sentence)
    if sentence is None:
        releaser.wake()
    with services.database.begin() as connection:
        services.journal.write(connection, name, actor=HYDRA, data={"detail": sentence})
