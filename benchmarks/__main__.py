"""Measure the budgets and print them as a table: ``python -m benchmarks [--only events …] [--items N …]``."""

import argparse
import importlib
import pkgutil
import subprocess
import sys
import tempfile
import time
from dataclasses import fields, replace
from pathlib import Path

from benchmarks import machine, measures
from benchmarks.place import Place, Sizes
from benchmarks.result import Result, packed, table, unpacked

SEE = "Killing the server at random and counting what is lost or doubled: see `make crash`."


def names() -> list[str]:
    """Every measure there is, by discovery."""
    return sorted(info.name for info in pkgutil.iter_modules(measures.__path__))


def options() -> argparse.Namespace:
    """What was asked for; each size is an option of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=names(), default=names(), help="measure just these")
    parser.add_argument("--markdown", type=Path, help="write the table to this file, too")
    parser.add_argument("--in-place", type=Path, help=argparse.SUPPRESS)
    for size in fields(Sizes):
        kind = float if isinstance(size.default, float) else int
        parser.add_argument(f"--{size.name.replace('_', '-')}", type=kind, default=size.default)
    return parser.parse_args()


def alone(name: str, place: Place) -> list[Result]:
    """Run one measure in a process of its own, so that none disturbs another."""
    sizes = [f"--{one.name.replace('_', '-')}={getattr(place.sizes, one.name)}" for one in fields(Sizes)]
    command = [sys.executable, "-m", "benchmarks", "--only", name, "--in-place", str(place.folder), *sizes]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        return [Result(what=f"{name} could not be measured", measured=1, unit="error", budget=0.5)]
    return unpacked(done.stdout.splitlines()[-1])


def main() -> int:
    """Measure; 0 when every budget is kept."""
    asked = options()
    sizes = replace(Sizes(), **{one.name: getattr(asked, one.name) for one in fields(Sizes)})
    if asked.in_place:
        [name] = asked.only
        measure = importlib.import_module(f"{measures.__name__}.{name}").measure
        print(packed(measure(Place(folder=asked.in_place, sizes=sizes))))
        return 0
    began, before = time.monotonic(), machine.load()
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="hydra-bench-") as folder:
        for name in asked.only:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            results += alone(name, Place(folder=Path(folder), sizes=sizes))
    print(table(results))
    print("\nOn a machine that does other work the times are upper bounds; the throughput is a ratio in one run.")
    print(f"{time.monotonic() - began:.0f} s; load average {before} before, {machine.load()} after. {SEE}")
    if asked.markdown:
        asked.markdown.write_text(table(results, markdown=True) + "\n")
    return int(any(one.is_kept is False for one in results))


if __name__ == "__main__":
    sys.exit(main())
