"""One process per data directory: a lock that says who holds it."""

import errno
import fcntl
import os
from pathlib import Path
from typing import IO

from hydra_lab.kernel.errors import Conflict, Invalid


def make_folder(path: Path) -> None:
    """Make the data directory where there is none. Raises ``Invalid`` where this user cannot write into it."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise Invalid(
            f"The data directory {path} cannot be used: {error.strerror}.",
            fix="Choose a folder that you may write to, with --data or HYDRA_DATA_DIR, or correct this one's rights.",
        ) from error


class DataDirLock:
    """Held while Hydra runs; the kernel lets go of it when the process dies, however it dies."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "lock"
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take the lock. Raises ``Conflict`` naming the process that has it."""
        make_folder(self._path.parent)
        file = self._path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            pid = file.read().strip()
            file.close()
            raise Conflict(
                f"Another Hydra{f' (process {pid})' if pid else ''} uses {self._path.parent}.",
                fix="Use that one (`hydra queue list`), stop it first, or give this one its own folder with --data.",
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let go of the lock."""
        if self._file:
            self._file.close()
            self._file = None
