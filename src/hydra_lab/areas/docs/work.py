"""The steps of writing documentation."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from pydantic import Field
from sqlalchemy import Connection

from hydra_lab.areas.docs import sources, store
from hydra_lab.areas.docs.guide import guide
from hydra_lab.areas.docs.incidents import problems
from hydra_lab.areas.docs.model import Change, Run
from hydra_lab.areas.docs.reference.changes import changes, outline
from hydra_lab.areas.docs.reference.markdown import reference
from hydra_lab.areas.docs.reference.openapi import read
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.journal import Event
from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.secrets.spotting import veiled

LISTED = 100


class Documented(Output):
    """What was documented. ``compared_with`` is when it was last, empty on a first run, where nothing can differ."""

    summary: str
    source: str
    title: str
    version: str
    endpoints: int
    areas: int
    schemas: int
    unresolved: list[str] = Field(description="References that lead nowhere")
    compared_with: datetime | None
    changes: int
    breaking: int
    changed: list[str] = Field(description="The first of the changes")


class GuideWritten(Output):
    """What the guide is made of."""

    summary: str
    entries_read: int
    problems: int
    incidents: int
    open: int = Field(description="Incidents without a later success")


def document_api(ctx: Context, source: str) -> Documented:
    """Read, compare with the last time, write the Markdown."""
    now = ctx.clock.now()
    document = ctx.step("read", sources.document, ctx, source)
    source = veiled(source)
    api = read(document)
    ctx.log(f"{api.title} {api.version}: {len(api.endpoints)} endpoints")
    seen = outline(api)

    def compared(connection: Connection) -> tuple[datetime | None, list[Change]]:
        before = store.last(connection, source, now)
        run = Run(source=source, made_at=now, version=api.version, endpoints=len(api.endpoints))
        store.keep(connection, run, json.loads(json.dumps(seen)))
        return (before[0].made_at, changes(before[1], seen)) if before else (None, [])

    since, found = ctx.transaction("compare", compared)
    text = reference(api, found if since else None, since=f"{since:%Y-%m-%d %H:%M} UTC" if since else None)
    ctx.artifact("api.md", text.encode(), "text/markdown")
    kept = [
        {"kind": one.kind, "endpoint": one.endpoint, "detail": one.detail, "breaking": one.breaking} for one in found
    ]
    ctx.artifact("changes.json", json.dumps(kept, indent=2, ensure_ascii=False).encode(), "application/json")
    breaking = sum(one.breaking for one in found)
    news = f"{len(found)} changes since the last time, {breaking} of them breaking" if since else "the first time"
    areas = {endpoint.area for endpoint in api.endpoints}
    return Documented(
        summary=f"{api.title}: {len(api.endpoints)} endpoints in {len(areas)} areas; {news}.",
        source=source, title=api.title, version=api.version, endpoints=len(api.endpoints), areas=len(areas),
        schemas=len(api.schemas), unresolved=list(api.unresolved), compared_with=since, changes=len(found),
        breaking=breaking, changed=[f"{one.kind} {one.endpoint}: {one.detail}" for one in found[:LISTED]],
    )  # fmt: skip


def write_guide(ctx: Context, days: int) -> GuideWritten:
    """Read the journal, find what went wrong, write it down."""
    return ctx.step("write", written, ctx, ctx.clock.now(), days)


def written(ctx: Context, now: datetime, days: int) -> GuideWritten:
    """The guide, kept with the item."""
    since, count = now - timedelta(days=days), 0

    def counted() -> Iterator[Event]:
        nonlocal count
        for event in store.journal_since(connection, since):
            count += 1
            if count % 10_000 == 0:
                ctx.progress(None, f"{count:,} journal entries read")
                ctx.check_cancelled()
            yield event

    with ctx.read() as connection:
        found = problems(counted())
    incidents = sum(len(one.incidents) for one in found)
    open_ = sum(one.open for one in found)
    text = guide(found, since=since, until=now, events=count)
    ctx.artifact("troubleshooting.md", text.encode(), "text/markdown")
    return GuideWritten(
        summary=f"{len(found)} problems in {incidents} incidents, from {count:,} journal entries.",
        entries_read=count, problems=len(found), incidents=incidents, open=open_,
    )  # fmt: skip
