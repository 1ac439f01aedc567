"""Where a batch's requests come from: an uploaded file, a file that other work made, a text, or prompts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from pydantic import Field, JsonValue, model_validator

from hydra_lab.areas.batches.doing.reading import URLS, crossed, lines_of
from hydra_lab.areas.batches.files import store as files
from hydra_lab.areas.batches.model import MOST_REQUESTS, span
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.operation import Input
from hydra_lab.kernel.work.logs.report import read_file

CHUNK = 1 << 20
TRIES = 6


class MadeFile(Input):
    """A file that is kept with a work item."""

    item: str = Field(max_length=64, description="The work item")
    name: str = Field(max_length=200, description="The file's name, such as results.jsonl")


class ToBatch(Input):
    """Requests, from one of the four places, and how they are asked."""

    file: str | None = Field(default=None, max_length=64, description="An uploaded file of requests, by its id")
    artifact: MadeFile | None = Field(default=None, description="A file of requests that other work made")
    text: str | None = Field(
        default=None, max_length=900_000, description="Requests in OpenAI's batch format, one a line"
    )
    prompts: tuple[str, ...] = Field(
        default=(), max_length=MOST_REQUESTS, description="Prompts, each asked once with each set of parameters"
    )
    parameters: tuple[dict[str, JsonValue], ...] = Field(
        default=(), max_length=100, description="Sets of parameters for the prompts, such as {\"temperature\": 0}"
    )  # fmt: skip
    model: str | None = Field(
        default=None, min_length=1, max_length=200, description="The model or alias, where a request names none"
    )
    system: str | None = Field(default=None, max_length=100_000, description="What the prompts' system message says")
    endpoint: str | None = Field(default=None, description="The only path that requests may name")
    at_once: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="Requests asked at the same time, be it more than the lane has slots; those if not set",
    )
    tries: int = Field(default=TRIES, ge=1, le=20, description="How often a request is tried that a server puts off")
    most_tokens: int | None = Field(default=None, ge=1, description="Tokens after which nothing more is asked")
    most_minutes: float | None = Field(
        default=None, gt=0, le=100_000, description="Minutes after its start after which nothing more is asked"
    )
    completion_window: str | None = Field(
        default=None, max_length=10, description="Time after its making in which it is done or expires, such as 24h"
    )
    metadata: dict[str, str] = Field(default={}, max_length=16, description="Notes, kept as they are")

    @model_validator(mode="after")
    def it_is_one_thing(self) -> Self:
        """One place, and what belongs to it."""
        places = [self.file, self.artifact, self.text or None, self.prompts or None]
        if sum(one is not None for one in places) != 1:
            raise ValueError("give one of file, artifact, text and prompts")
        if not self.prompts and (self.parameters or self.system):
            raise ValueError("parameters and system go with prompts")
        if len(self.prompts) * max(1, len(self.parameters)) > MOST_REQUESTS:
            raise ValueError(f"a batch has at most {MOST_REQUESTS:,} requests")
        if any(not one.strip() for one in self.prompts):
            raise ValueError("a prompt is empty")
        if self.endpoint is not None and self.endpoint not in URLS:
            raise ValueError(f"endpoint is one of {', '.join(URLS)}")
        if self.completion_window is not None:
            span(self.completion_window)
        return self


def lines(ctx: Context, input: ToBatch) -> Iterator[tuple[int, bytes | None]]:
    """The requests' lines with their numbers, read bit by bit. Raises ``NotFound``."""
    if input.prompts:
        return crossed(input.prompts, input.parameters, model=input.model, system=input.system)
    return lines_of(chunks(ctx, input))


def chunks(ctx: Context, input: ToBatch) -> Iterator[bytes]:
    """What holds the lines, bit by bit."""
    if input.text is not None:
        yield input.text.encode()
    elif input.file is not None:
        with ctx.read() as connection:
            if files.file(connection, input.file) is None:
                raise NotFound(f"There is no file “{input.file}”.", fix="Upload it again; GET /v1/files lists them.")
        yield from file_chunks(ctx, input.file)
    elif input.artifact is not None:
        yield from artifact_chunks(ctx, input.artifact)


def file_chunks(ctx: Context, id: str) -> Iterator[bytes]:
    """An uploaded file, part by part."""
    number = 0
    while True:
        with ctx.read() as connection:
            part = files.part(connection, id, number)
        if part is None:
            return
        yield part
        number += 1


def artifact_chunks(ctx: Context, made: MadeFile) -> Iterator[bytes]:
    """A file of a work item, bit by bit where it lies on disk."""
    found = read_file(ctx.services, made.item, made.name)
    if found is None or (found[1] is not None and not found[1].exists()):
        raise NotFound(
            f"Work item {made.item} has no file “{made.name}”.",
            fix="See which files it has on its page under /ui/queue.",
        )
    stored, path = found
    if path is None:
        yield stored.content or b""
        return
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
