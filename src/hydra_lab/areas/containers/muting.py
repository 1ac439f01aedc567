"""Keeping alerts quiet while something is done to a container: those of just that container, and not for longer."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from pydantic import Field

from hydra_lab.kernel.capabilities import Alert, Container, HeldSilence, Matcher, Silencer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, NotConfigured
from hydra_lab.kernel.operation import Output

LABEL = "hydra.alerts"
OWNER = "hydra"
NOBODY = "nothing that keeps silences is connected"
# Characters that mean something in RE2.
SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")


class Muted(Output):
    """Which alerts were kept quiet while a container was worked on."""

    by: list[str] = Field(description="What was muted, as conditions on labels")
    alerts: list[str] = Field(description="The alerts that were kept quiet, by name")
    problem: str | None = Field(description="Why nothing, or not all of it, was muted")

    @property
    def words(self) -> str:
        """It in words."""
        if self.problem and not self.by:
            return f"none muted: {self.problem.rstrip('.')}"
        words = f"muted: {', '.join(self.alerts)}" if self.alerts else "none fired while they were muted"
        return words + (f"; {self.problem.rstrip('.')}" if self.problem else "")


@dataclass
class Lease:
    """Silences that last as long as a block."""

    wanted: list[tuple[Matcher, ...]]
    held: list[HeldSilence] = field(default_factory=list)
    problem: str | None = None

    def report(self) -> Muted:
        """What was muted so far."""
        muted: dict[str, Alert] = {one.fingerprint: one for each in self.held for one in each.muted()}
        names = sorted({one.labels.get("alertname", one.fingerprint) for one in muted.values()})
        problem = self.problem or next((each.problem for each in self.held if each.problem), None)
        by = [", ".join(map(written, one)) for one in self.wanted] if self.held else []
        return Muted(by=by, alerts=names, problem=problem)

    def words(self) -> str:
        """What was muted so far, in words."""
        return self.report().words


@contextmanager
def quiet(ctx: Context, containers: Sequence[Container], why: str, mute_by: Sequence[str]) -> Iterator[Lease]:
    """Hold silences on these containers' alerts while a block runs. Where that cannot be, it says so and goes on."""
    lease = Lease(wanted=conditions(containers, mute_by))
    with ExitStack() as stack:
        try:
            silencer = ctx.capability(Silencer)
            for matchers in lease.wanted:
                lease.held.append(stack.enter_context(silencer.hold(matchers, owner=OWNER, reason=why)))
        except NotConfigured:
            lease.problem = NOBODY
        except HydraError as error:
            lease.problem = error.detail
        if lease.problem:
            ctx.log(f"Alerts are not muted: {lease.problem}", "info" if lease.problem is NOBODY else "warning")
        yield lease


def conditions(containers: Sequence[Container], mute_by: Sequence[str]) -> list[tuple[Matcher, ...]]:
    """What fits exactly the alerts of these containers: one list of conditions for each silence.

    A container's label ``hydra.alerts``, such as ``instance=web:9100,job=node``, takes the place of the labels that
    its name is looked for in.
    """
    found = []
    named = []
    for one in containers:
        own = [part.partition("=") for part in one.labels.get(LABEL, "").split(",") if "=" in part]
        if own:
            found.append(tuple(Matcher(name=name.strip(), value=value.strip()) for name, _, value in own))
        else:
            named.append(one.own_name)
    for label in mute_by if named else ():
        if label == "instance":
            pattern = f"({'|'.join(map(escaped, named))})(:[0-9]+)?"
            found.append((Matcher(name=label, value=pattern, is_regex=True),))
        elif len(named) == 1:
            found.append((Matcher(name=label, value=named[0]),))
        else:
            found.append((Matcher(name=label, value="|".join(map(escaped, named)), is_regex=True),))
    return found


def escaped(text: str) -> str:
    """A text as a pattern that fits only itself."""
    return SPECIAL.sub(r"\\\1", text)


def written(one: Matcher) -> str:
    """A condition as people write it."""
    return f'{one.name}{"=~" if one.is_regex else "="}"{one.value}"'
