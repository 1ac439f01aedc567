"""Write documentation: an API's reference, and a troubleshooting guide from what really went wrong."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from hydra_lab.areas.docs import work
from hydra_lab.areas.docs.work import Documented, GuideWritten
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Durable, Effect, Input, operation
from hydra_lab.kernel.secrets.sealed import Spotted


class DocumentApi(Input):
    """Which API to document."""

    source: Annotated[str, Spotted()] = Field(
        default="self", min_length=1, max_length=2000,
        description="`self` for Hydra's own API, the address of an openapi.json on an allowed host, or a file's path",
    )  # fmt: skip


class WriteGuide(Input):
    """How far to look back."""

    days: int = Field(default=365, ge=1, le=3650, description="Days of the journal to read")


@operation(
    "docs.api", effect=Effect.WRITE, path="POST /docs/api", subject="source",
    durable=Durable(attempts=3, timeout=timedelta(minutes=15)),
)  # fmt: skip
def api(ctx: Context, input: DocumentApi) -> Documented:
    """Turn an OpenAPI document into Markdown by area, and say what changed since the last time."""
    return work.document_api(ctx, input.source)


@operation(
    "docs.troubleshooting", effect=Effect.WRITE, path="POST /docs/troubleshooting",
    durable=Durable(attempts=3, timeout=timedelta(minutes=15)),
)  # fmt: skip
def troubleshooting(ctx: Context, input: WriteGuide) -> GuideWritten:
    """Write a guide from the incidents in the journal: what happened, how often, and what fixed it."""
    return work.write_guide(ctx, input.days)
