"""How long `hydra up` takes from the command to the first good answer of /readyz, on a database that exists."""

import compileall
import time
from contextlib import closing
from pathlib import Path
from statistics import median

import hydra_lab
from benchmarks import machine
from benchmarks.place import Place
from benchmarks.result import Result
from tests.server import Server

START_S = 2.5


def measure(place: Place) -> list[Result]:
    """Starts with little in the database, then with 100,000 items.

    As an installed Hydra is, it is compiled, also where Python is told to keep nothing of what it compiles.
    """
    compileall.compile_dir(Path(hydra_lab.__file__).parent, quiet=2)
    found = []
    for name, server in (("small", place.server("small")), ("full", place.full())):
        with closing(server):
            server.start().stop()
            took = [start(server) for _ in range(place.sizes.starts)]
            memory = machine.resident_mb(server.pid)
        note = f"{min(took):.2f} to {max(took):.2f} s; then {memory:.0f} MB resident"
        found.append(
            Result(what=f"start to /readyz, {name}", measured=median(took), unit="s", budget=START_S, note=note)
        )
    return found


def start(server: Server) -> float:
    """Seconds from starting the process to ready; leaves it running."""
    server.stop()
    began = time.monotonic()
    server.start(wait=False)
    while not server.answers("/readyz"):
        assert server.process
        assert server.process.poll() is None, server.tail()
        time.sleep(0.01)
    return time.monotonic() - began
