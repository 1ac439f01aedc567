"""`hydra doctor`: every check with its fix; those of the server, and of its data where that is on this machine."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.secrets import open_to_others
from hydra_lab.surfaces.cli.calls.connection import Server, find_server, written
from hydra_lab.surfaces.cli.places import data_dir
from hydra_lab.surfaces.cli.say import say
from hydra_lab.surfaces.cli.store import damage

SIGNS = {"ok": "✓", "warn": "!", "bad": "✗", "unknown": "?"}
LEAST_FREE = 512 << 20
OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check found; ``fix`` says what to do where it is not fine."""

    name: str
    status: str  # ok, warn, bad, unknown
    detail: str
    fix: str | None = None


def examine(given: Path | None, *, as_json: bool) -> int:
    """Run every check and print what they found; 1 when something is bad, else 0.

    With ``HYDRA_URL`` it is about the server there; a data directory of this machine is looked at only where that
    server, or ``--data``, says that it is the one.
    """
    data = data_dir(given)
    server = find_server(data)
    pointed = bool(os.environ.get("HYDRA_URL"))
    here = not pointed or given is not None or written(data).get("url") == server.url
    found = {
        "This machine": [python(), *(of_the_data(data) if here else ())],
        f"Hydra at {server.url}": list(of_the_server(server, expected=pointed)),
    }
    findings = [{"where": where, **asdict(one)} for where, told in found.items() for one in told]
    if as_json:
        say(json.dumps(findings, indent=2, ensure_ascii=False))
    for where, told in () if as_json else found.items():
        say(where)
        for one in told:
            say(f"  {SIGNS.get(one.status, '?')} {one.name}: {one.detail}")
            if one.fix and one.status != "ok":
                say(f"      {one.fix}")
    return 1 if any(one["status"] == "bad" for one in findings) else 0


def of_the_data(data: Path) -> Iterator[Finding]:
    """What can be checked while Hydra is stopped."""
    yield folder(data)
    if not data.is_dir():
        return
    yield disk(data)
    yield private(Path(os.environ.get("HYDRA_KEY_FILE") or data / "key"), "the key of the stored secrets")
    yield private(data / "cli-token", "the local command line's token")
    if (data / "hydra.db").exists():
        yield database(data / "hydra.db")


def python() -> Finding:
    """The Python this runs on."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return Finding(name="Python", status="ok", detail=version)
    return Finding(name="Python", status="bad", detail=version, fix="Hydra needs Python 3.11 or newer.")


def folder(data: Path) -> Finding:
    """The data directory."""
    name = "Data directory"
    if not data.exists():
        return Finding(name=name, status="warn", detail=f"{data} is not there yet.", fix="`hydra up` makes it.")
    if not data.is_dir() or not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        fix = "Give it to the user who runs Hydra: chown -R USER, chmod 700."
        return Finding(name=name, status="bad", detail=f"{data} cannot be written.", fix=fix)
    if data.stat().st_mode & 0o077:
        fix = f"chmod 700 {data}"
        return Finding(name=name, status="warn", detail=f"{data} can be read by others on this machine.", fix=fix)
    return Finding(name=name, status="ok", detail=str(data))


def disk(data: Path) -> Finding:
    """Free space where the data is."""
    free = shutil.disk_usage(data).free
    told = f"{free / (1 << 30):.1f} GiB free"
    if free < LEAST_FREE:
        fix = "Free some space: with less, no new work is started."
        return Finding(name="Disk", status="bad", detail=told, fix=fix)
    return Finding(name="Disk", status="ok", detail=told)


def private(path: Path, about: str) -> Finding:
    """A file that nobody else may read."""
    name = f"File {path.name}"
    if not path.exists():
        return Finding(name=name, status="ok", detail=f"Not made yet ({about}).")
    if open_to_others(path):
        mode, fix = path.stat().st_mode & 0o777, f"chmod 600 {path}"
        return Finding(name=name, status="bad", detail=f"Others can read {about} (mode {mode:o}).", fix=fix)
    return Finding(name=name, status="ok", detail=f"Nobody else can read {about}.")


def database(path: Path) -> Finding:
    """Whether the database file is whole."""
    name, found = "Database", damage(path)
    size = f"{path.stat().st_size / (1 << 20):.1f} MiB"
    if found is None:
        return Finding(name=name, status="ok", detail=f"{path.name} is whole ({size}).")
    fix = "Stop Hydra and put the last backup back: `hydra restore` takes the newest in backups/."
    return Finding(name=name, status="bad", detail=f"{path.name} is damaged: {found}", fix=fix)


def of_the_server(server: Server, *, expected: bool) -> Iterator[Finding]:
    """What the server says of itself and of what it watches; it is bad that it is not there where it is expected."""
    try:
        ready = server.call("GET", "/readyz", timeout_s=10)
    except HydraError as error:
        yield Finding(name="Server", status="bad" if expected else "warn", detail=error.detail, fix=error.fix)
        return
    parts = ready.body.get("parts", {}) if isinstance(ready.body, dict) else {}
    wrong = ", ".join(f"{name} {said}" for name, said in parts.items() if said != "ok")
    status = "bad" if wrong or ready.is_error else "ok"
    detail = f"Ready at {server.url}."
    if status == "bad":
        detail = f"{server.url} is not ready: {wrong or f'it answers HTTP {ready.status}, but not as Hydra does'}."
    yield Finding(name="Server", status=status, detail=detail, fix="Its log says why.")
    try:
        shown = server.get("/health")
    except HydraError as error:
        yield Finding(name="Health", status="bad" if expected else "unknown", detail=error.detail, fix=error.fix)
        return
    for one in shown.get("checks", []) if isinstance(shown, dict) else []:
        name = str(one.get("title") or one.get("name"))
        yield Finding(name=name, status=one["status"], detail=str(one.get("detail")), fix=one.get("fix"))
