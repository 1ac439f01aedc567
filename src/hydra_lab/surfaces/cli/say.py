"""Speaking to the person at the terminal: answers on one stream, everything about them on the other."""

import sys
from typing import Any

from hydra_lab.kernel.errors import TABLE, HydraError, NotReady, row_of
from hydra_lab.surfaces.cli.program import Application


def say(text: str = "") -> None:
    """A line of the answer."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def aside(text: str) -> None:
    """A line about the answer."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def complain(error: HydraError, problem: dict[str, Any] | None = None) -> None:
    """An error: what went wrong, every wrong field, and what to do."""
    aside(f"hydra: {error.detail}")
    for one in (problem or error.data).get("problems") or []:
        aside(f"  {one['field']}: {one['problem']}")
    if error.fix:
        aside(f"  {error.fix}")


def exit_of(error: HydraError, code: str | None = None) -> int:
    """The exit code of an error, or of one that the server told of by its code."""
    if code is None:
        return row_of(error).exit
    return next((row.exit for cls, row in TABLE.items() if cls.code == code), TABLE[HydraError].exit)


def end_of(application: Application) -> int:
    """The exit code of a process that worked: 75, and a word, when its peers gave it up and it is to start again."""
    if not application.was_given_up:
        return 0
    fix = "Start it again; systemd does. What froze it or cut it off from the database is worth a look."
    error = NotReady("The other nodes took this one for dead and have its work.", fix=fix)
    complain(error)
    return exit_of(error)
