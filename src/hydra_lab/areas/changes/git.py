"""Pushing git: which commits would leave the lab, and pushing just those."""

import hashlib

from hydra_lab.areas.changes.running import must, refusal, run, shortened, without_login
from hydra_lab.kernel.capabilities import CommandTemplate, Text, path
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, Invalid
from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.policy.preview import Part, Preview

NAME = r"[A-Za-z0-9](?!.*(\.\.|//|\.lock$))[A-Za-z0-9._/+-]*"
ID = r"[0-9a-f]{40,64}"
MOST = 200
PUSH_S = 600.0
AT = ("-C", path("folder"))
REF = Text(name="ref", pattern=f"refs/heads/{NAME}")
REMOTE = Text(name="remote", pattern=NAME)

BRANCH = CommandTemplate(program="git", arguments=(*AT, "symbolic-ref", "--short", "HEAD"))
TIP = CommandTemplate(program="git", arguments=(*AT, "rev-parse", "--verify", "--quiet", REF))
URL = CommandTemplate(program="git", arguments=(*AT, "remote", "get-url", "--push", REMOTE))
REMOTE_TIP = CommandTemplate(program="git", arguments=(*AT, "ls-remote", REMOTE, REF))
HAS = CommandTemplate(program="git", arguments=(*AT, "merge-base", "--is-ancestor", Text(name="base", pattern=ID),
                                                Text(name="tip", pattern=ID)))  # fmt: skip
FORMAT = ("--format=%h%x09%an%x09%s", f"--max-count={MOST}")
NEW = CommandTemplate(program="git", arguments=(*AT, "log", *FORMAT, Text(name="range", pattern=rf"{ID}\.\.{ID}")))
ALL_NEW = CommandTemplate(
    program="git", arguments=(*AT, "log", *FORMAT, Text(name="tip", pattern=ID), "--not", "--remotes")
)
DIFF = CommandTemplate(program="git", arguments=(
    *AT, "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--stat=90", "--patch",
    Text(name="range", pattern=rf"{ID}\.\.{ID}"),
))  # fmt: skip
PATCHES = CommandTemplate(program="git", arguments=(
    *AT, "log", "--no-ext-diff", "--no-textconv", "--no-color", "--reverse", "--format=commit %h %s", "--patch",
    f"--max-count={MOST}", Text(name="tip", pattern=ID), "--not", "--remotes",
))  # fmt: skip
PUSH = CommandTemplate(program="git", arguments=(*AT, "push", "--porcelain", REMOTE,
                                                 Text(name="what", pattern=f"{ID}:refs/heads/{NAME}")))  # fmt: skip


class Outgoing(Output):
    """What would be pushed: from which commit to which. ``base`` is ``None`` where the branch is new over there."""

    branch: str
    url: str
    base: str | None
    tip: str
    commits: list[tuple[str, str]]
    diff: str
    digest: str

    @property
    def preview(self) -> Preview:
        """Commits and diff."""
        count = f"{len(self.commits)}{'+' if len(self.commits) == MOST else ''}"
        word = "commit" if count == "1" else "commits"
        new = "" if self.base else " as a new branch"
        where = (("Where to", self.url), ("From", self.base or "Nothing: it is not there yet"), ("To", self.tip))
        return Preview(
            summary=f"{count} {word} of {self.branch} would be pushed to {self.url}{new}.",
            parts=(
                Part(title="Commits", lines=tuple(self.commits)), Part(title="What changes", text=shortened(self.diff)),
                Part(title="Exactly", lines=where),
            ),
            binds=(self.digest,),
        )  # fmt: skip


class Pushed(Output):
    """What was pushed, as the remote has it now."""

    summary: str
    branch: str
    url: str
    before: str | None
    after: str
    commits: int


def look(ctx: Context, node: str | None, folder: str, remote: str, branch: str | None) -> Outgoing:
    """What would be pushed now. Raises ``Conflict`` where the remote has what is not here, ``Refused``."""
    name = branch or must(ctx, node, BRANCH.of(folder=folder)).strip()
    ref = f"refs/heads/{name}"
    tip = run(ctx, node, TIP.of(folder=folder, ref=ref))
    if tip.exit_code > 1:
        raise refusal("git", tip)
    if not tip.stdout.strip():
        raise Invalid(f"There is no branch {name} in {folder}.", fix="`git branch` there shows which there are.")
    here, there = tip.stdout.strip(), remote_tip(ctx, node, folder, remote, ref)
    if there and there != here and run(ctx, node, HAS.of(folder=folder, base=there, tip=here)).exit_code:
        raise Conflict(
            f"{remote} has commits of {name} that are not here.",
            fix="Fetch and merge or rebase them first: nothing is ever pushed by force.",
        )
    if there:
        span = f"{there}..{here}"
        log, diff = (
            must(ctx, node, NEW.of(folder=folder, range=span)),
            must(ctx, node, DIFF.of(folder=folder, range=span)),
        )
    else:
        log, diff = (
            must(ctx, node, ALL_NEW.of(folder=folder, tip=here)),
            must(ctx, node, PATCHES.of(folder=folder, tip=here)),
        )
    url = without_login(must(ctx, node, URL.of(folder=folder, remote=remote)).strip())
    commits = [commit(line) for line in log.splitlines()]
    return Outgoing(
        branch=name, url=url, base=there, tip=here, commits=commits, diff=shortened(diff),
        digest=hashlib.sha256(diff.encode()).hexdigest(),
    )  # fmt: skip


def commit(line: str) -> tuple[str, str]:
    """A commit of the log: what it is called, and what it says."""
    short, who, said = (*line.split("\t", 2), "", "")[:3]
    return short, f"{said} ({who})"


def remote_tip(ctx: Context, node: str | None, folder: str, remote: str, ref: str) -> str | None:
    """The commit that the remote itself has a branch at; ``None`` where it has none of that name."""
    for line in must(ctx, node, REMOTE_TIP.of(folder=folder, remote=remote, ref=ref)).splitlines():
        id, _, name = line.partition("\t")
        if name == ref:
            return id
    return None


def push(ctx: Context, node: str | None, folder: str, remote: str, agreed: Outgoing) -> None:
    """Push just the commit that was agreed to. What is there already is fine."""
    ref = f"refs/heads/{agreed.branch}"
    if remote_tip(ctx, node, folder, remote, ref) == agreed.tip:
        return
    must(ctx, node, PUSH.of(folder=folder, remote=remote, what=f"{agreed.tip}:{ref}"), PUSH_S, tell=True)


def verify(ctx: Context, node: str | None, folder: str, remote: str, agreed: Outgoing) -> str:
    """The commit that the remote has now. Raises ``Conflict`` when that is not the one that was pushed."""
    there = remote_tip(ctx, node, folder, remote, f"refs/heads/{agreed.branch}")
    if there != agreed.tip:
        raise Conflict(
            f"{agreed.url} has {agreed.branch} at {there or 'nothing'}, not at {agreed.tip}.",
            fix="See who else pushes there; the commits are still here.",
        )
    return there
