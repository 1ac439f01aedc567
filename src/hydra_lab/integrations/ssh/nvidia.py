"""Graphics cards by ``nvidia-smi``: what it tells of them, and setting how much power one may draw."""

from __future__ import annotations

import csv
import re
from datetime import datetime

from hydra_lab.integrations.ssh.client import first_line
from hydra_lab.kernel.capabilities.commands import CommandTemplate, HostCommand, Number, Text
from hydra_lab.kernel.capabilities.hosts import Gpu, Ran
from hydra_lab.kernel.errors import Denied, Invalid, Refused, Unavailable

FIELDS = ("index", "uuid", "name", "driver_version", "utilization.gpu", "memory.used", "memory.total",
          "temperature.gpu", "power.draw", "power.limit", "power.default_limit", "power.min_limit",
          "power.max_limit")  # fmt: skip
QUERY = HostCommand(
    program="nvidia-smi", arguments=(f"--query-gpu={','.join(FIELDS)}", "--format=csv,noheader,nounits")
)
LIMIT = CommandTemplate(
    program="nvidia-smi",
    arguments=("-i", Text(name="uuid", pattern=r"[A-Za-z0-9-]{1,64}"), "-pl",
               Number(name="watts", least=1, most=5000, decimals=2)),
    sudo=True,
)  # fmt: skip
NOT_THERE, NO_DEVICE, NO_PERMISSION = 127, 6, 4
UNTOLD = re.compile(r"^(\[.*\]|N/A|ERR!|)$", re.IGNORECASE)  # [N/A], [Not Supported], [Unknown Error]
MIB_IN_GIB = 1024


def cards(node: str, ran: Ran, at: datetime, source: str) -> tuple[Gpu, ...]:
    """The cards that ``QUERY`` told of, by index; none where there is no ``nvidia-smi`` or no card.

    Raises ``Unavailable`` where its driver does not work, and ``Refused`` for an answer that makes no sense.
    """
    said = first_line(ran.stdout if ran.stdout.strip() else ran.stderr)
    if ran.exit_code in (NOT_THERE, NO_DEVICE) or said.startswith("No devices were found"):
        return ()
    if ran.exit_code:
        raise Unavailable(
            f"nvidia-smi on {node} failed ({ran.exit_code}): {said}.", fix=f"Run nvidia-smi on {node} yourself.",
            node=node,
        )  # fmt: skip
    rows = csv.reader(ran.stdout.splitlines(), skipinitialspace=True)
    try:
        found = [card(node, row, at, source) for row in rows if row]
    except (ValueError, IndexError) as error:
        raise Refused(
            f"nvidia-smi on {node} said something that makes no sense.",
            fix=f"Run `{QUERY.line}` on {node}; what its shell says at a start would be in the way.",
            node=node,
        ) from error
    return tuple(sorted(found, key=lambda one: one.index))


def card(node: str, row: list[str], at: datetime, source: str) -> Gpu:
    """One line of its answer. Raises ``ValueError``."""
    if len(row) != len(FIELDS):
        raise ValueError(f"{len(row)} values for {len(FIELDS)} fields")
    told = dict(zip(FIELDS, (value.strip() for value in row), strict=True))
    used, total = number(told["memory.used"]), number(told["memory.total"])
    if UNTOLD.match(told["uuid"]):
        raise ValueError("a card without an id")
    return Gpu(
        node=node,
        index=int(told["index"]),
        uuid=told["uuid"],
        name=told["name"],
        driver=None if UNTOLD.match(told["driver_version"]) else told["driver_version"],
        utilisation_percent=number(told["utilization.gpu"]),
        memory_used_gib=None if used is None else used / MIB_IN_GIB,
        memory_total_gib=None if total is None else total / MIB_IN_GIB,
        temperature_c=number(told["temperature.gpu"]),
        power_w=number(told["power.draw"]),
        power_limit_w=number(told["power.limit"]),
        power_default_w=number(told["power.default_limit"]),
        power_min_w=number(told["power.min_limit"]),
        power_max_w=number(told["power.max_limit"]),
        at=at,
        source=source,
    )


def number(text: str) -> float | None:
    """A number, ``None`` where the driver does not tell it. Raises ``ValueError`` for anything else."""
    return None if UNTOLD.match(text) else float(text)


def within(one: Gpu, watts: float) -> None:
    """See that a limit is within a card's own bounds. Raises ``Invalid``."""
    least, most = one.power_min_w, one.power_max_w
    if least is None or most is None:
        raise Invalid(
            f"{one.name} on {one.node} does not tell its bounds, so its limit is left alone.",
            problems=[{"field": "watts", "problem": "the card's bounds are unknown"}],
            fix="Its driver does not support power limits.",
        )
    if not least <= watts <= most:
        raise Invalid(
            f"{one.name} on {one.node} takes a limit from {least:g} to {most:g} W, not {watts:g} W.",
            problems=[{"field": "watts", "problem": f"is not from {least:g} to {most:g}"}],
            fix=f"Give from {least:g} to {most:g} W.",
        )


def taken(one: Gpu, ran: Ran) -> None:
    """See that a card took its limit. Raises ``Denied`` and ``Refused``."""
    if not ran.exit_code:
        return
    said = first_line(ran.stdout if ran.stdout.strip() else ran.stderr)
    if ran.exit_code == NO_PERMISSION or "permission" in said.lower():
        raise Denied(
            f"nvidia-smi on {one.node} may not set power limits: {said}.",
            fix="It needs root: docs/integrations/ssh.md has the line for sudo.",
            node=one.node,
        )
    raise Refused(
        f"{one.name} on {one.node} did not take the limit: {said}.", fix=f"Run nvidia-smi on {one.node} yourself.",
        node=one.node,
    )  # fmt: skip


def took(one: Gpu, watts: float) -> Gpu:
    """The card as it was read back. Raises ``Refused`` where another limit is in force."""
    if one.power_limit_w is None or abs(one.power_limit_w - watts) > 1:
        told = "nothing" if one.power_limit_w is None else f"{one.power_limit_w:g} W"
        raise Refused(
            f"{one.name} on {one.node} was set to {watts:g} W and tells {told}.",
            fix="Another program may set limits too.",
            node=one.node,
        )
    return one
