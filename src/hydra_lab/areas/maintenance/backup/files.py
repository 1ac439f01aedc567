"""Files of a backup: hashes, and writing a whole file or none."""

import hashlib
import os
import shutil
from pathlib import Path

from hydra_lab.areas.maintenance.backup.model import Kept


def sha256_of(path: Path) -> str:
    """A file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def described(path: Path) -> Kept:
    """A file's name, size and hash."""
    return Kept(file=path.name, size=path.stat().st_size, sha256=sha256_of(path))


def keep(source: Path, folder: Path) -> Kept | None:
    """Copy a small file into a folder, readable by its owner alone; ``None`` when there is none."""
    if not source.is_file():
        return None
    target = folder / source.name
    shutil.copyfile(source, target)
    target.chmod(0o600)
    return described(target)


def write(path: Path, text: str) -> None:
    """Write a file, on disk when this returns."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        sync(file.fileno())
    path.chmod(0o600)


def settle(folder: Path) -> None:
    """Have everything in a folder on disk, and the folder itself."""
    for path in (*folder.iterdir(), folder, folder.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            sync(descriptor)
        finally:
            os.close(descriptor)


def sync(descriptor: int) -> None:
    """Have an open file on disk."""
    os.fsync(descriptor)
