"""`hydra worker`: run lanes of a Hydra on Postgres on another machine."""

import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hydra_lab.kernel.errors import Invalid
from hydra_lab.surfaces.cli.logs import set_up_logs
from hydra_lab.surfaces.cli.program import Program
from hydra_lab.surfaces.cli.say import end_of, say


def work(program: Program, overrides: Mapping[str, Any], config: Path | None, lanes: str) -> int:
    """Work until asked to stop; returns the exit code. Raises the kernel's errors where it cannot start."""
    set_up_logs(overrides.get("log_json"))
    program.worker_settings(overrides, config)
    application = program.application(overrides, config)
    settings = application.services.settings.current
    set_up_logs(settings.log_json, application.services.scrubber.scrub)
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    try:
        application.open()
        slots = read_lanes(lanes, settings.slots)
        application.start(lanes=slots, node=settings.node)
        told = ", ".join(f"{lane} ({count} at once)" for lane, count in slots.items())
        say(f"{settings.node} works on {told}. Ctrl-C ends it in order.")
        stop.wait()
    finally:
        application.stop()
    return end_of(application)


def read_lanes(text: str, sizes: Any) -> dict[str, int]:
    """``default,gpu:a:0=2`` as lanes with their slots; those without a number have the settings'."""
    found: dict[str, int] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        lane, given, count = part.partition("=")
        if given and not (count.isdigit() and int(count) > 0):
            raise Invalid(f"“{part}” is no lane with slots.", fix="Write it as default=4.")
        found[lane] = int(count) if given else sizes(lane)
    if not found:
        raise Invalid("A worker needs at least one lane.", fix="hydra worker --lanes default,inference")
    return found
