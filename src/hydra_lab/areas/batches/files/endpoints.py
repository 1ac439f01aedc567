"""OpenAI's files: upload requests, list, read and delete them, and read what batches made."""

from datetime import timedelta
from typing import Any, Literal

from pydantic import Field
from pydantic_core import to_json

from hydra_lab.areas.batches.files import kept, store
from hydra_lab.areas.batches.files.multipart import Part, fields_of
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.inference.openai import SCOPE, as_openai
from hydra_lab.kernel.inputs.body import BodyFile
from hydra_lab.kernel.operation import Effect, Input, Raw, endpoint

LARGEST = 100 << 20
PURPOSES = ("batch", "user_data", "evals", "fine-tune", "vision", "assistants")
JSON = "application/json"


class Upload(Input):
    """A form as it came."""

    body: BodyFile
    headers: dict[str, str] = Field(default_factory=dict)


class ToList(Input):
    """Which files."""

    after: str | None = Field(default=None, max_length=100, description="Only those behind this one")
    limit: int = Field(default=1000, ge=1, le=10_000)
    order: Literal["asc", "desc"] = "desc"
    purpose: str | None = Field(default=None, max_length=50)


class FileId(Input):
    """Which file."""

    id: str = Field(max_length=100)


def answer(told: Any) -> Raw:
    """Told as JSON."""
    return Raw(body=to_json(told), media_type=JSON)


def listed(shown: list[dict[str, Any]], *, has_more: bool) -> Raw:
    """A page of a list, as OpenAI's interface has it."""
    ends = {"first_id": shown[0]["id"] if shown else None, "last_id": shown[-1]["id"] if shown else None}
    return answer({"object": "list", "data": shown, "has_more": has_more, **ends})


@endpoint("files.upload", effect=Effect.WRITE, path="POST /v1/files", scope=SCOPE, passes_on=True, body_limit=LARGEST,
          media_type=JSON, error_shape=as_openai)  # fmt: skip
def upload(ctx: Context, input: Upload) -> Raw:
    """Upload a file of requests, as OpenAI's interface has it: at most 100 MiB, kept for 30 days by default."""
    fields = fields_of(input.headers.get("content-type", ""), input.body)
    file, purpose = fields.get("file"), text_of(fields, "purpose")
    wrong = []
    if file is None or file.filename is None:
        wrong.append({"field": "file", "problem": "is missing, or is no file"})
    if purpose not in PURPOSES:
        wrong.append({"field": "purpose", "problem": f"is one of {', '.join(PURPOSES)}"})
    if wrong or file is None or purpose is None:
        told = "; ".join(f"{one['field']} {one['problem']}" for one in wrong)
        raise Invalid(f"The upload is not complete: {told}.", problems=wrong, fix="Send the fields file and purpose.")
    filename = (file.filename or "file").replace("\x00", "")[:255]
    made = kept.keep(ctx, file, filename=filename, purpose=purpose, lasts=lasts_of(fields))
    return answer(kept.told(made))


def text_of(fields: dict[str, Part], name: str) -> str | None:
    """A field that is a text."""
    found = fields.get(name)
    return found.read(0, 1000).decode("utf-8", "replace") if found else None


def lasts_of(fields: dict[str, Part]) -> timedelta | None:
    """How long the file is to be kept, where the form says so."""
    text = text_of(fields, "expires_after[seconds]")
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not 3600 <= int(text) <= 2_592_000:
        problem = {"field": "expires_after[seconds]", "problem": "is a number from 3600 to 2592000"}
        raise Invalid("A file is kept for an hour to thirty days.", problems=[problem], fix="Give seconds.")
    return timedelta(seconds=int(text))


@endpoint("files.list", effect=Effect.READ, path="GET /v1/files", scope=SCOPE, media_type=JSON, error_shape=as_openai)
def list_(ctx: Context, input: ToList) -> Raw:
    """List uploaded files, as OpenAI's interface has it. Files of results are named by their batches."""
    with ctx.read() as connection:
        found = store.newest(
            connection, owner=kept.owner_seen(ctx), purpose=input.purpose, beyond=input.after,
            oldest_first=input.order == "asc", limit=input.limit + 1,
        )  # fmt: skip
    shown = [kept.told(one) for one in found[: input.limit]]
    return listed(shown, has_more=len(found) > len(shown))


@endpoint("files.show", effect=Effect.READ, path="GET /v1/files/{id}", scope=SCOPE, media_type=JSON,
          error_shape=as_openai)  # fmt: skip
def show(ctx: Context, input: FileId) -> Raw:
    """Tell of one file, as OpenAI's interface has it."""
    return answer(kept.told(kept.found(ctx, input.id)))


@endpoint("files.content", effect=Effect.READ, path="GET /v1/files/{id}/content", scope=SCOPE, error_shape=as_openai)
def content(ctx: Context, input: FileId) -> Raw:
    """Download what is in a file, as OpenAI's interface has it."""
    file = kept.found(ctx, input.id)
    return Raw(chunks=kept.content(ctx, file), filename=kept.told(file)["filename"])


@endpoint("files.delete", effect=Effect.WRITE, path="DELETE /v1/files/{id}", scope=SCOPE, subject="id",
          media_type=JSON, error_shape=as_openai)  # fmt: skip
def delete(ctx: Context, input: FileId) -> Raw:
    """Delete a file, as OpenAI's interface has it. What its work item keeps of results stays with that."""
    file = kept.found(ctx, input.id)
    kept.delete(ctx, file)
    return answer({"id": input.id, "object": "file", "deleted": True})
