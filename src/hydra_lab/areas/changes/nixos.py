"""Switching NixOS to its new configuration: what would be built, the switch, and back where units fail."""

import re

from hydra_lab.areas.changes.running import must, refusal, run, shortened
from hydra_lab.kernel.capabilities import CommandTemplate, HostCommand, Text
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict
from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.policy.preview import Part, Preview

BUILD_S, SWITCH_S = 1800.0, 3600.0
FLAKE = Text(name="flake", pattern=r"[A-Za-z0-9_./~:?=&+%@#-]+")
DRY = CommandTemplate(program="nixos-rebuild", arguments=("dry-build",))
DRY_FLAKE = CommandTemplate(program="nixos-rebuild", arguments=("dry-build", "--flake", FLAKE))
SWITCH = CommandTemplate(program="nixos-rebuild", arguments=("switch",), sudo=True)
SWITCH_FLAKE = CommandTemplate(program="nixos-rebuild", arguments=("switch", "--flake", FLAKE), sudo=True)
BACK = HostCommand(program="nixos-rebuild", arguments=("switch", "--rollback"), sudo=True)
SYSTEM = HostCommand(program="readlink", arguments=("-f", "/run/current-system"))
FAILED = HostCommand(program="systemctl", arguments=("list-units", "--failed", "--plain", "--no-legend"))
CHATTER = re.compile(r"^(building the system configuration|evaluating |warning: Git tree|copying path )")
SOME_FAILED = 4  # the switch is done, and some units did not start


class DryBuild(Output):
    """What a switch would build and fetch, from which system."""

    where: str
    system: str
    says: str
    failed: list[str]

    @property
    def preview(self) -> Preview:
        """The tool's own words."""
        says = self.says or "It would build and fetch nothing: all of it is there already."
        lines = (("System now", self.system),)
        return Preview(
            summary=f"{self.where} would be switched to its new configuration.",
            parts=(Part(title="nixos-rebuild dry-build", text=shortened(says)), Part(title="Before", lines=lines)),
        )


class Switched(Output):
    """What became of a switch."""

    summary: str
    before: str
    after: str
    failed: list[str]


def look(ctx: Context, node: str | None, flake: str | None) -> DryBuild:
    """What would be built now. Raises ``Refused`` with what the tool says."""
    command = DRY_FLAKE.of(flake=flake) if flake else DRY.of()
    ran = run(ctx, node, command, BUILD_S)
    if ran.exit_code:
        raise refusal("nixos-rebuild dry-build", ran)
    lines = [line.rstrip() for line in (ran.stdout + ran.stderr).splitlines() if not CHATTER.match(line)]
    return DryBuild(
        where=node or "This machine", system=system(ctx, node), says="\n".join(lines).strip(), failed=failed(ctx, node)
    )


def system(ctx: Context, node: str | None) -> str:
    """The system that runs."""
    return must(ctx, node, SYSTEM).strip()


def failed(ctx: Context, node: str | None) -> list[str]:
    """Units that failed."""
    return sorted(line.split()[0] for line in must(ctx, node, FAILED).splitlines() if line.strip())


def switch(ctx: Context, node: str | None, flake: str | None) -> str | None:
    """Switch; what went wrong where the system was switched all the same. Raises ``Refused`` where it was not."""
    command = SWITCH_FLAKE.of(flake=flake) if flake else SWITCH.of()
    ran = run(ctx, node, command, SWITCH_S, tell=True)
    if ran.exit_code == SOME_FAILED:
        return refusal("nixos-rebuild switch", ran).detail
    if ran.exit_code:
        raise refusal("nixos-rebuild switch", ran)
    return None


def verify(ctx: Context, node: str | None, before: DryBuild, problem: str | None) -> Switched:
    """See that nothing fails that did not before. Else go back, and raise ``Conflict`` with what failed."""
    after, now = system(ctx, node), failed(ctx, node)
    new = sorted(set(now) - set(before.failed))
    if not new and problem is None:
        moved = f"It went from {before.system} to {after}" if after != before.system else "It is the system it was"
        return Switched(summary=f"{before.where} was switched. {moved}.", before=before.system, after=after, failed=now)
    why = f"these units failed: {', '.join(new)}" if new else problem or ""
    if after == before.system:
        raise Conflict(f"{before.where} is the system it was, and {why}.", fix="`systemctl status` there says more.")
    ran = run(ctx, node, BACK, SWITCH_S, tell=True)
    back = system(ctx, node)
    if ran.exit_code not in (0, SOME_FAILED) or back != before.system:
        raise Conflict(
            f"{before.where} was switched, {why}; going back failed too: it is at {back}.",
            fix="Choose the generation before at the next boot, or `nixos-rebuild switch --rollback` there.",
        )
    raise Conflict(
        f"{before.where} was switched, {why}. It is back at {back}.",
        fix="The configuration is still there: mend it, then try again.",
    )
