"""The entry of the command `hydra`: which words are commands of this machine, and which of the server."""

import os
import sys
from pathlib import Path

from hydra_lab.kernel.errors import TABLE, HydraError
from hydra_lab.surfaces.cli import places
from hydra_lab.surfaces.cli.calls.connection import Told, find_server
from hydra_lab.surfaces.cli.program import Program
from hydra_lab.surfaces.cli.say import aside, complain, exit_of

# The commands in ``here.py``; all other words name an operation of the server.
HERE = ("up", "worker", "doctor", "backup", "restore", "token", "mcp", "version", "health")


def main(program: Program, words: list[str] | None = None) -> int:
    """Run `hydra WORDS…`; returns the exit code. No error ends in a traceback, unless debugging is asked for."""
    words = sys.argv[1:] if words is None else words
    try:
        return dispatch(program, words)
    except Told as error:
        complain(error, error.problem)
        return exit_of(error, str(error.problem.get("code")))
    except HydraError as error:
        complain(error)
        return exit_of(error)
    except BrokenPipeError:
        # Whoever read our output has left (as `head` does); nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if os.environ.get("HYDRA_LOG_LEVEL", "").lower() == "debug":
            raise
        aside(f"hydra: {type(error).__name__}: {error}")
        aside("  This is a bug in Hydra; HYDRA_LOG_LEVEL=debug shows where.")
        return TABLE[HydraError].exit


def dispatch(program: Program, words: list[str]) -> int:
    """Find the command and run it."""
    words, data = without_data(words)
    if not words or words[0] in ("--help", "-h", "help"):
        from hydra_lab.surfaces.cli.overview import overview

        return overview(find_server(places.data_dir(data)))
    if is_here(words):
        from hydra_lab.surfaces.cli.here import run_here

        return run_here(program, words if data is None else [*words, "--data", str(data)])
    from hydra_lab.surfaces.cli.calls.run import run

    return run(find_server(places.data_dir(data)), words)


def is_here(words: list[str]) -> bool:
    """Whether a command is one of this machine's. `hydra health` asks whether the server lives; with a verb after
    it, it is an area of the server."""
    if words[0] == "health" and len(words) > 1 and not words[1].startswith("-"):
        return False
    return words[0] in HERE or words[0] == "--version"


def without_data(words: list[str]) -> tuple[list[str], Path | None]:
    """The words without a leading ``--data DIR``, and that directory."""
    if words[:1] == ["--data"] and len(words) > 1:
        return words[2:], Path(words[1])
    if words and words[0].startswith("--data="):
        return words[1:], Path(words[0].partition("=")[2])
    return words, None
