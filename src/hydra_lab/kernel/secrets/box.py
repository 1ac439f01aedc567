"""Sealing secrets for the database, with the key in one file."""

import hashlib
import hmac
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from hydra_lab.kernel.errors import NotReady

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class SecretBox:
    """Seals text with the key in one file, made with mode 0600 at first use."""

    def __init__(self, key_file: Path) -> None:
        self.key_file = key_file
        self._fernet: Fernet | None = None
        self._lock = threading.Lock()

    def seal(self, text: str) -> str:
        """The text, encrypted and authenticated (Fernet)."""
        return self._opened().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text again. Raises ``NotReady`` when it was sealed with another key."""
        from cryptography.fernet import InvalidToken

        try:
            return self._opened().decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise NotReady(
                f"A stored secret was sealed with another key than the one in {self.key_file}.",
                fix="Put this database's key file back (HYDRA_KEY_FILE names it), or set the secret again.",
            ) from error

    def tag(self, text: str) -> str:
        """What only this key makes of a text: it proves that the text came from here."""
        self._opened()
        return hmac.new(self.key_file.read_bytes().strip(), text.encode(), hashlib.sha256).hexdigest()

    def _opened(self) -> "Fernet":
        with self._lock:
            if self._fernet is None:
                self._fernet = read_key(self.key_file)
            return self._fernet


def open_to_others(path: Path) -> bool:
    """Whether others on this machine can read a key file. Who may read a container's secrets, its runtime has said."""
    return bool(path.stat().st_mode & 0o077) and not path.is_relative_to("/run/secrets")


def read_key(path: Path) -> "Fernet":
    """The key in a file, which is made if it is not there. Raises ``NotReady`` when it holds no key."""
    from cryptography.fernet import Fernet

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key())
            os.fsync(file.fileno())
    try:
        return Fernet(path.read_bytes().strip())
    except (OSError, ValueError) as error:
        raise NotReady(
            f"The key file {path} cannot be read as a key.",
            fix="Put the key file of this database back, or move this one away and set every secret again.",
        ) from error
