"""What the machine itself says: where data belongs, and which time zone it is in."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platformdirs import user_data_path


def default_data_dir() -> Path:
    """The platform's folder for user data, e.g. ``~/.local/share/hydra-lab``."""
    return user_data_path("hydra-lab", appauthor=False)


def system_time_zone() -> str:
    """The machine's IANA zone by ``TZ``, ``/etc/timezone`` or ``/etc/localtime``, else ``UTC``."""
    for name in (os.environ.get("TZ", "").lstrip(":"), written_name(), linked_name()):
        try:
            if name and ZoneInfo(name):
                return name
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return "UTC"


def written_name() -> str:
    """What ``/etc/timezone`` says, where there is one."""
    try:
        return Path("/etc/timezone").read_text().strip()
    except OSError:
        return ""


def linked_name() -> str:
    """The zone that ``/etc/localtime`` links to."""
    path = Path("/etc/localtime")
    return str(path.resolve()).partition("zoneinfo/")[2] if path.is_symlink() else ""
