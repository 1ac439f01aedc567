"""Running a program on a machine: the one Hydra runs on, or a node by its name."""

import re

from hydra_lab.kernel import local
from hydra_lab.kernel.capabilities import HostCommand, HostShell, Ran
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Refused

QUICK_S = 60.0
LONGEST_TEXT = 40_000
WORDS = 1500
LOGIN = re.compile(r"(://)[^/@\s]+@")


def run(ctx: Context, node: str | None, command: HostCommand, timeout_s: float = QUICK_S, *, stdin: str | None = None,
        tell: bool = False) -> Ran:  # fmt: skip
    """Run a program to its end, whatever its exit code; with ``tell`` the work's log gets its lines."""
    told = (lambda line: ctx.log(without_login(line))) if tell else None
    given = None if stdin is None else stdin.encode()
    if node is None:
        return local.run(command, timeout_s, given, told)
    return ctx.capability(HostShell).run(node, command, timeout_s, stdin=given, told=told)


def must(
    ctx: Context, node: str | None, command: HostCommand, timeout_s: float = QUICK_S, *, stdin: str | None = None,
    tell: bool = False,
) -> str:  # fmt: skip
    """What a program wrote that must succeed. Raises ``Refused`` with what it says."""
    ran = run(ctx, node, command, timeout_s, stdin=stdin, tell=tell)
    if ran.exit_code:
        raise refusal(command.program, ran)
    return ran.stdout


def refusal(program: str, ran: Ran) -> Refused:
    """The error of a program that failed, with the end of what it said."""
    said = without_login((ran.stderr.strip() or ran.stdout.strip())[-WORDS:]).rstrip(".")
    return Refused(
        f"{program} failed with exit code {ran.exit_code}{f': {said}' if said else ''}.",
        fix="Mend what it says, then try again.",
    )


def without_login(text: str) -> str:
    """A text without names and passwords in addresses."""
    return LOGIN.sub(r"\1", text)


def shortened(text: str) -> str:
    """The beginning of a long text, which says that it goes on."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}\n… and {len(text) - LONGEST_TEXT:,} characters more"
