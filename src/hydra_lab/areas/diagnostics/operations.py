"""Collect what a bug report needs into one file."""

import io
import zipfile
from datetime import datetime

from pydantic import Field

from hydra_lab.areas.diagnostics import collect
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Durable, Effect, Output, operation

ABOUT = """What Hydra collected for a bug report on {at:%Y-%m-%d %H:%M} UTC.

Known secrets are replaced by dots. Titles of work items, addresses and messages of errors are in it as they are: look
through it before you send it to anybody.
"""


class Bundle(Output):
    """The bundle; it is kept with the work item as ``name``."""

    summary: str
    name: str
    size: int = Field(description="Bytes")
    files: list[str]


@operation("diagnostics.bundle", effect=Effect.WRITE, path="POST /diagnostics/bundle", durable=Durable(attempts=2))
def bundle(ctx: Context) -> Bundle:
    """Collect versions, settings, health, journal and failed work into a zip for a bug report, secrets removed."""
    return ctx.step("collect", bundled, ctx, ctx.clock.now())


def bundled(ctx: Context, at: datetime) -> Bundle:
    """The zip, kept with the item."""
    files = {"README.txt": ABOUT.format(at=at), **collect.files(ctx)}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    name = f"hydra-diagnostics-{at:%Y%m%dT%H%M%SZ}.zip"
    ctx.artifact(name, packed.getvalue(), "application/zip")
    size = packed.tell()
    return Bundle(summary=f"{len(files)} files, {size / 1024:,.0f} KiB.", name=name, size=size, files=list(files))
