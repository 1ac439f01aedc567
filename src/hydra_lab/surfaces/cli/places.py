"""Where things are on this machine: the data directory in use, and what a running server wrote about itself."""

import json
import os
import sys
from pathlib import Path

from hydra_lab.surfaces.cli.calls.connection import written

SERVER_FILE = "server.json"


def data_dir(given: Path | None = None) -> Path:
    """The data directory: the one given, ``HYDRA_DATA_DIR``, ``./.hydra`` or the last one served from, or the usual.

    Only directories in which a Hydra has been are taken without being named.
    """
    named = given or os.environ.get("HYDRA_DATA_DIR")
    if named:
        return Path(named).expanduser().absolute()
    for place in (Path(".hydra"), last_served()):
        if place is not None and (place / "cli-token").exists():
            return place.absolute()
    from platformdirs import user_data_path

    return user_data_path("hydra-lab", appauthor=False)


def cache_dir() -> Path:
    """This user's cache of the command line."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hydra-lab"


def last_served() -> Path | None:
    """The data directory that `hydra up` served last, as this user."""
    try:
        return Path((cache_dir() / "last-served").read_text().strip())
    except OSError:
        return None


def write_down(data: Path, url: str, version: str, *, remember: bool = True) -> None:
    """Tell the command line where the server is, and with ``remember``, to look there first from now on."""
    told = {"url": url, "pid": os.getpid(), "version": version}
    beside = data / f"{SERVER_FILE}.new"
    beside.write_text(json.dumps(told))
    beside.replace(data / SERVER_FILE)
    if not remember:
        return
    try:
        cache_dir().mkdir(parents=True, exist_ok=True)
        (cache_dir() / "last-served").write_text(str(data))
    except OSError:
        return  # the data directory can be named instead


def wipe(data: Path) -> None:
    """The server is gone."""
    if written(data).get("pid") == os.getpid():
        (data / SERVER_FILE).unlink(missing_ok=True)


def own_name() -> str:
    """How this command is called from here, for commands to copy."""
    called = Path(sys.argv[0])
    if called.name != "hydra":
        return "hydra"
    on_path = any(
        (Path(folder) / "hydra").exists() for folder in os.environ.get("PATH", "").split(os.pathsep) if folder
    )
    if on_path:
        return "hydra"
    here = Path.cwd()
    below = here != Path("/") and called.absolute().is_relative_to(here)
    return str(called.absolute().relative_to(here) if below else called.absolute())
