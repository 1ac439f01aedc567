"""`hydra up --demo`: a lab to look around in. What it shows is real work on this machine; it is gone at the end."""

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hydra_lab.kernel.errors import HydraError, Invalid
from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.surfaces.cli.program import Application, Program
from hydra_lab.surfaces.cli.say import aside, complain

OWNER = Actor(kind=ActorKind.PERSON, name="owner", scopes=frozenset({"admin"}))
HERE = Path(__file__).resolve()
# Where a built wheel has the example, and where a checkout has it.
EXAMPLES = (HERE.parents[2] / "examples" / "backlog.md", HERE.parents[4] / "examples" / "backlog.md")
# What the environment may still say: where the demo is reached and how it looks. All else is a real lab's: its
# database, its key, what it is connected to.
KEPT = ("ADMIN_TOKEN", "ADMIN_TOKEN_FILE", "ALLOWED_HOSTS", "BASE_PATH", "HOST", "LOG_JSON", "LOG_LEVEL", "PORT",
        "PUBLIC_URL", "TIME_ZONE", "TRUSTED_PROXIES")  # fmt: skip
# So that each page has something to show.
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("control.pause", {"tier": 4, "reason": "Shown in the demo: the work of the night waits"}),
    ("schedules.create", {"operation": "maintenance.run", "input": {"action": "health_check"}, "id": "morning-checks",
                          "cron": "every day at 07:00", "title": "Health checks before breakfast"}),
    ("schedules.create", {"operation": "state.write", "cron": "every 15 minutes", "id": "state",
                          "title": "Bring STATE.json up to date"}),
    ("keys.create", {"name": "dashboard", "scopes": ["read"], "days": 90}),
    ("keys.create", {"name": "assistant", "kind": "agent", "scopes": ["read", "write"], "days": 30}),
    ("triggers.set", {"id": "bundle-after-failure", "when": {"event": "items.failed"}, "cooldown_minutes": 60,
                      "start": {"operation": "diagnostics.bundle", "title": "Collect what is needed after a failure"}}),
    ("queue.add", {"operation": "maintenance.run", "input": {"action": "disk_check"}, "window": "overnight",
                   "title": "Measure every disk at night"}),
    ("queue.add", {"operation": "knowledge.audit", "input": {"folder": "notes"}, "priority": "low",
                   "title": "Look for broken links in notes that nobody has written yet"}),
    ("queue.add", {"operation": "maintenance.prune_now", "input": {"older_than_days": 30},
                   "title": "Forget last month's finished work"}),
)  # fmt: skip

# Notes for the example backlog's audit to read; one of their links leads nowhere, so that it finds something.
NOTES = {
    "README.md": """# Notes on the lab

- [Machines](machines.md): what stands where
- [Backups](backups.md#restoring): what is kept, and how it comes back
- [The rack](rack.md): what is plugged in where
""",
    "machines.md": """# Machines

## atlas

Two graphics cards; models and pictures. Loud: it sleeps in the cellar.

## boreas

The disks. Wakes at night for the [backups](backups.md).
""",
    "backups.md": """# Backups

Every night, to boreas; the newest four are kept, then one a week.

## Restoring

Stop what writes, restore beside the old data, compare, then swap. Tried each Sunday.
""",
}


def example() -> Path:
    """The backlog that comes with the program."""
    return next((file for file in EXAMPLES if file.exists()), EXAMPLES[0])


def demo(program: Program, overrides: Mapping[str, Any], others: Mapping[str, Any]) -> int:
    """Serve a demo until asked to stop; returns the exit code. ``others`` are options that would make it a real lab."""
    from hydra_lab.surfaces.cli.up import up

    clashing = [f"--{name}" for name, value in others.items() if value is not None]
    if clashing:
        raise Invalid(
            f"A demo has data of its own: {' and '.join(clashing)} cannot be given with --demo.",
            fix="Leave it out, or leave out --demo.",
        )
    forget_the_real_lab()
    with TemporaryDirectory(prefix="hydra-demo-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        write_notes(data / "docs")
        chosen = {"data_dir": data, "demo": True, **overrides}
        if "HYDRA_PORT" not in os.environ:
            chosen.setdefault("port", 0)
        return up(program, chosen, None, example(), furnish)


def forget_the_real_lab() -> None:
    """Take out of the environment what would connect the demo to a real lab."""
    for name in [name for name in os.environ if name.startswith("HYDRA_") and name.removeprefix("HYDRA_") not in KEPT]:
        del os.environ[name]


def write_notes(folder: Path) -> None:
    """Write what a lab's owner would have noted by now."""
    folder.parent.mkdir(mode=0o700)
    folder.mkdir()
    for name, text in NOTES.items():
        (folder / name).write_text(text)


def furnish(application: Application) -> None:
    """Do what a lab's owner would have done by now."""
    for name, given in CALLS:
        try:
            application.services.gate.call(name, given, actor=OWNER)
        except HydraError as error:
            aside(f"The demo goes on without {name}:")
            complain(error)
