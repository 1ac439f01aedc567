"""`hydra backup` and `hydra restore`: a copy of the data, made while Hydra runs or not, and putting one back."""

import os
from pathlib import Path

from hydra_lab.kernel.errors import HydraError, Unavailable
from hydra_lab.surfaces.cli.calls.catalogue import read_catalogue
from hydra_lab.surfaces.cli.calls.connection import find_server
from hydra_lab.surfaces.cli.logs import set_up_logs
from hydra_lab.surfaces.cli.places import data_dir
from hydra_lab.surfaces.cli.program import Program
from hydra_lab.surfaces.cli.say import say

OPERATION, ACTION = "maintenance.run", {"action": "backup"}


def back_up(program: Program, given: Path | None, config: Path | None) -> int:
    """Have the running server make a backup, or make it here when none runs; returns the exit code.

    Raises ``Unavailable`` when ``HYDRA_URL`` points to a server that does not answer, and no data is named instead.
    """
    from hydra_lab.surfaces.cli.calls.arguments import Given
    from hydra_lab.surfaces.cli.calls.run import call

    data = data_dir(given)
    server = find_server(data)
    try:
        verb = read_catalogue(server).verbs[OPERATION]
    except Unavailable:
        if os.environ.get("HYDRA_URL") and given is None:
            raise
        return here(program, data, config)
    return call(server, verb, Given(input=dict(ACTION), watch=True))


def here(program: Program, data: Path, config: Path | None) -> int:
    """Make a backup in this process. Raises ``Conflict`` when another one has the data directory after all."""
    from hydra_lab.surfaces.cli.calls.show import show
    from hydra_lab.surfaces.cli.up import OWNER

    set_up_logs()
    application = program.application({"data_dir": data}, config)
    try:
        application.open()
        gate, operation = application.services.gate, application.services.registry.operation(OPERATION)
        made = gate.run(operation, gate.parse(operation, ACTION), actor=OWNER)
        show(operation.dump(made))
    finally:
        application.stop()
    return 0


def restore(program: Program, name: str | None, data: Path, config: Path | None) -> int:
    """Put a backup in place of the data; returns the exit code. Raises ``Conflict`` while Hydra runs."""
    from hydra_lab.surfaces.cli.calls.show import show

    try:
        told = program.restore({"data_dir": data}, config, name)
    except HydraError as error:
        if error.code == "conflict":
            error.fix = "Stop Hydra first, then restore."
        raise
    show(told)
    if told["artifacts_missing"]:
        say("Files that work made are not in a backup: copy the folder artifacts beside the database.")
    say(f"What was there before is kept in {told['aside']}. Start Hydra again: hydra up")
    return 0
