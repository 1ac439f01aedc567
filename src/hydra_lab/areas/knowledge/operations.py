"""Audit a folder of notes."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from hydra_lab.areas.knowledge.audit import audit
from hydra_lab.areas.knowledge.model import Audit, Part
from hydra_lab.areas.knowledge.report import report
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.operation import Durable, Effect, Input, Output, operation

USUAL = ("knowledge", "docs", "notes")


class AuditNotes(Input):
    """Which notes to look at."""

    folder: str | None = Field(
        default=None, max_length=4000,
        description="A folder of Markdown on Hydra's machine, in its data directory or where it was started; default: "
        "`knowledge`, `docs` or `notes` there",
    )  # fmt: skip
    stale_days: int = Field(default=180, ge=1, le=36500, description="Days after which a stamp is stale")


class Audited(Output):
    """What the audit found; the whole report is kept with the item. ``score`` is 0 to 100, or unknown."""

    summary: str
    folder: str
    files: int
    words: int
    score: float | None
    parts: list[Part]
    counts: dict[str, int]
    not_checked: list[str]


@operation(
    "knowledge.audit", effect=Effect.WRITE, path="POST /knowledge/audit", subject="folder",
    durable=Durable(attempts=2, timeout=timedelta(minutes=30)),
)  # fmt: skip
def audit_notes(ctx: Context, input: AuditNotes) -> Audited:
    """Find broken links, missing files, stale dates, repeated and empty sections in a folder of Markdown.

    Reads only: what a person wrote is theirs to change.
    """
    folder = named_folder(ctx, input.folder) if input.folder else ctx.step("find", usual_folder, ctx)
    today = ctx.clock.now().astimezone(ctx.services.settings.current.zone).date().isoformat()
    ctx.progress(None, f"reading {folder}")
    return ctx.step("audit", audited, ctx, folder, today, input.stale_days)


def named_folder(ctx: Context, name: str) -> str:
    """A folder by its name: the data directory's where it has one, else as seen from where Hydra was started."""
    own = ctx.services.settings.current.data_dir / name
    return str(own) if own.is_dir() else name


def usual_folder(ctx: Context) -> str:
    """The first usual folder there is. Raises ``Invalid`` naming where it looked."""
    places = [ctx.services.settings.current.data_dir / name for name in USUAL] + [Path.cwd() / name for name in USUAL]
    found = next((one for one in places if one.is_dir()), None)
    if found is None:
        raise Invalid(
            f"There are no notes in {', '.join(str(one) for one in places)}.",
            fix="Say which folder to audit: `folder`.", problems=[{"field": "folder", "problem": "is needed here"}],
        )  # fmt: skip
    return str(found)


def audited(ctx: Context, folder: str, today: str, stale_days: int) -> Audited:
    """The audit, in a process of its own; its reports are kept with the item."""
    found: Audit = ctx.child(audit, folder, today, stale_days)
    ctx.artifact("audit.md", report(found, today).encode(), "text/markdown")
    ctx.artifact("audit.json", found.model_dump_json(indent=1).encode(), "application/json")
    score = "no score" if found.score is None else f"score {found.score:g} of 100"
    return Audited(
        summary=f"{found.files:,} notes, {len(found.findings):,} things to look at, {score}.",
        **found.model_dump(exclude={"findings"}),
    )
