"""Applying compose files: what would change and restart, bringing it up, and back where it does not come up."""

import difflib
import hashlib
import re
import time
from pathlib import PurePosixPath

from hydra_lab.areas.changes import store
from hydra_lab.areas.changes.masking import masked
from hydra_lab.areas.changes.running import must, run, shortened
from hydra_lab.kernel.capabilities import CommandTemplate, HostCommand, Text, path
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, Refused
from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.policy.preview import Part, Preview

UP_S, POLL_S, STEADY_S = 1800.0, 0.5, 3.0
V2, V1 = ("docker", "compose"), ("docker-compose",)
LABEL = "com.docker.compose"
STATE = "{{.Names}}\t{{.State}}\t{{.Status}}\t" + "\t".join(
    f'{{{{.Label "{LABEL}.{one}"}}}}' for one in ("service", "config-hash", "oneoff")
)


class Service(Output):
    """A container of a project: its service, how it is, and the hash of what it was made from."""

    name: str
    service: str
    state: str
    status: str
    hash: str

    @property
    def well(self) -> bool:
        """Whether it runs and is not unhealthy or about to become healthy, or ran to a good end."""
        ended = self.state == "exited" and self.status.startswith("Exited (0)")
        return ended or (
            self.state == "running" and "(unhealthy)" not in self.status and "starting)" not in self.status
        )


class Change(Output):
    """What applying compose files would do. Secrets are masked; ``digest`` is of all of it without a mask."""

    project: str
    services: list[tuple[str, str]]
    diff: str
    digest: str
    hashes: dict[str, str]

    @property
    def busy(self) -> list[str]:
        """Services that something is done to."""
        return [name for name, said in self.services if said.startswith("would be")]

    @property
    def preview(self) -> Preview:
        """What restarts, and how the configuration differs."""
        what = f"{', '.join(self.busy)} of {self.project}" if self.busy else f"nothing of {self.project}"
        return Preview(
            summary=f"Compose would create or restart {what}.",
            parts=(
                Part(title="Services", lines=tuple(self.services)),
                Part(title="Configuration", text=shortened(self.diff)),
            ),
            binds=(self.digest,),
        )  # fmt: skip


class Applied(Output):
    """What became of it."""

    summary: str
    project: str
    services: list[Service]


class Compose:
    """The compose tool of a machine, for one project."""

    def __init__(self, ctx: Context, node: str | None, folder: str, files: list[str], project: str | None) -> None:
        self.ctx, self.node, self.folder, self.files = ctx, node, folder, files
        self.project = project or re.sub(r"[^a-z0-9_-]", "", PurePosixPath(folder).name.lower()).lstrip("_-")
        self.tool = next((one for one in (V2, V1) if self._there(one)), None)
        if self.tool is None:
            raise Refused(
                "There is neither `docker compose` nor `docker-compose`.", fix="Install one of them on that machine."
            )

    def _there(self, tool: tuple[str, ...]) -> bool:
        command = HostCommand(program=tool[0], arguments=(*tool[1:], "version", "--short"))
        return run(self.ctx, self.node, command).exit_code == 0

    def _command(self, *arguments: str, given: bool = False) -> HostCommand:
        """A call of the tool: with the files as they are on the disk, or with what is ``given`` to it."""
        assert self.tool
        program, *before = self.tool
        names = {f"file{number}": str(PurePosixPath(self.folder) / one) for number, one in enumerate(self.files)}
        files = ("-f", "-") if given else tuple(part for name in names for part in ("-f", path(name)))
        project = Text(name="project", pattern=r"[a-z0-9][a-z0-9_-]*")
        template = CommandTemplate(program=program, arguments=(
            *before, "-p", project, "--project-directory", path("folder"), *files, *arguments,
        ))  # fmt: skip
        return template.of(project=self.project, folder=self.folder, **({} if given else names))

    def config(self) -> str:
        """All of the configuration, with what other files and the environment say of it."""
        return must(self.ctx, self.node, self._command("config"))

    def hashes(self) -> dict[str, str]:
        """Each service with the hash of its configuration."""
        lines = must(self.ctx, self.node, self._command("config", "--hash=*")).splitlines()
        return dict(line.split(maxsplit=1) for line in lines if len(line.split()) == 2)

    def running(self) -> list[Service]:
        """The project's containers, but those of a single run."""
        wanted = Text(name="label", pattern=r"label=[a-z.]+=[a-z0-9_-]+")
        template = CommandTemplate(program="docker", arguments=("ps", "--all", "--filter", wanted, "--format", STATE))
        lines = must(self.ctx, self.node, template.of(label=f"label={LABEL}.project={self.project}")).splitlines()
        rows = [line.split("\t") for line in lines if line.count("\t") == 5]
        return [
            Service(name=name, state=state, status=status, service=service, hash=made)
            for name, state, status, service, made, oneoff in rows if oneoff != "True"
        ]  # fmt: skip

    def up(self, config: str | None) -> None:
        """Bring up the files as they are, or a configuration that is given."""
        command = self._command("up", "-d", given=config is not None)
        must(self.ctx, self.node, command, UP_S, stdin=config, tell=True)

    @property
    def where(self) -> str:
        """The machine's name, as it is kept."""
        return self.node or ""

    def before(self) -> str | None:
        """The configuration that Hydra applied last, if it did."""
        with self.ctx.read() as connection:
            kept = store.last_applied(connection, self.where, self.project)
        return self.ctx.services.secrets.open(kept) if kept else None


def look(ctx: Context, node: str | None, folder: str, files: list[str], project: str | None) -> Change:
    """What applying the files would do now. Raises ``Refused`` with what the tool says."""
    compose = Compose(ctx, node, folder, files, project)
    config, hashes = compose.config(), compose.hashes()
    now = {one.service: one for one in compose.running()}
    services = [(name, said_of(now.get(name), one)) for name, one in sorted(hashes.items())]
    services += [
        (name, "is not in the files any more; it stays as it is") for name in sorted(now.keys() - hashes.keys())
    ]
    return Change(
        project=compose.project, services=services, diff=shortened(difference(compose.before(), config)),
        hashes=hashes, digest=digest_of(config),
    )  # fmt: skip


def said_of(one: Service | None, wanted: str) -> str:
    """What happens to a service."""
    if one is None:
        return "would be created and started"
    if one.hash != wanted:
        return "would be made anew: it restarts"
    return "stays as it is" if one.state == "running" else f"would be started: it is {one.state}"


def difference(before: str | None, after: str) -> str:
    """How a configuration differs from the one that was applied last, without secrets."""
    new = masked(after)
    if before is None:
        return f"Nothing was applied by Hydra before; this is all of it.\n{new}"
    old = masked(before)
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "applied last", "now", lineterm="")
    return "\n".join(lines) or ("It is what was applied last." if before == after else "Only secrets differ.")


def digest_of(config: str) -> str:
    """The digest of a configuration."""
    return hashlib.sha256(config.encode()).hexdigest()


def apply(ctx: Context, node: str | None, folder: str, files: list[str], change: Change, wait_s: float) -> Applied:
    """Bring up just the configuration that was agreed to, and see that it comes up; else go back."""
    compose = Compose(ctx, node, folder, files, change.project)
    config, before = compose.config(), compose.before()
    if digest_of(config) != change.digest:
        raise Conflict("The compose files changed just now.", fix="Queue it again: it asks with what they say now.")
    problem = attempt(compose, None, change.hashes, wait_s)
    if problem is None:
        sealed = ctx.services.secrets.seal(config)
        with ctx.begin() as connection:
            store.put_applied(connection, compose.where, compose.project, sealed, ctx.services.clock.now())
        now = compose.running()
        return Applied(
            summary=f"{change.project} is up: {', '.join(one.service for one in now)}.", project=change.project,
            services=now,
        )  # fmt: skip
    if before is None:
        raise Conflict(
            f"{problem} Hydra has applied nothing to {change.project} before, so there is nothing to go back to.",
            fix=f"`docker compose -p {change.project} logs` there says more.",
        )
    again = attempt(compose, before, None, wait_s)
    back = "It is back at what was applied before." if again is None else f"Going back did not help: {again}"
    raise Conflict(f"{problem} {back}", fix="Mend the compose files, then try again.")


def attempt(compose: Compose, config: str | None, hashes: dict[str, str] | None, wait_s: float) -> str | None:
    """Bring it up and wait until all of it is well, made from just what was agreed to; what went wrong, if anything."""
    try:
        compose.up(config)
    except Refused as error:
        return error.detail
    deadline, since = time.monotonic() + wait_s, time.monotonic()
    while True:
        compose.ctx.check_cancelled()
        now = [one for one in compose.running() if hashes is None or one.service in hashes]
        other = sorted({one.service for one in now if hashes and one.hash != hashes[one.service]})
        if other:
            return f"The files changed meanwhile: {', '.join(other)} are not what was agreed to."
        ill = [one for one in now if not one.well]
        missing = sorted((hashes or {}).keys() - {one.service for one in now})
        if ill or missing:
            since = time.monotonic()
        elif time.monotonic() - since >= STEADY_S:
            return None
        if time.monotonic() > deadline or any(one.state in ("exited", "dead") for one in ill):
            said = [f"{one.service} is {one.status or one.state}" for one in ill] + [
                f"{one} is not there" for one in missing
            ]
            return f"{'; '.join(said)}."
        time.sleep(POLL_S)
