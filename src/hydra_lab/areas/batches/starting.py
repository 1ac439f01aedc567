"""Start a batch from what was pasted or chosen: requests, or just prompts, a line each."""

from typing import Literal

from pydantic import Field

from hydra_lab.areas.batches import views
from hydra_lab.areas.batches.doing.reading import crossed
from hydra_lab.areas.batches.files import kept
from hydra_lab.areas.batches.files.multipart import Part
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.inference.openai import SCOPE
from hydra_lab.kernel.operation import Effect, Input, Output, operation

LARGEST = 12 << 20


class ToStart(Input):
    """Lines, what they are, and when and how they are asked."""

    text: str = Field(min_length=1, max_length=LARGEST, description="A line for each request or prompt")
    lines: Literal["requests", "prompts"] = Field(
        default="requests", description="Requests in OpenAI's batch format, or prompts"
    )
    model: str | None = Field(
        default=None, max_length=200, description="The model or alias, where a line names none; prompts need it"
    )
    title: str | None = Field(default=None, max_length=200)
    window: str | None = Field(default=None, max_length=50, description="When it may run, such as overnight")
    at_once: int | None = Field(default=None, ge=1, le=64, description="Requests asked at the same time")
    most_tokens: int | None = Field(default=None, ge=1, description="Tokens after which nothing more is asked")
    most_minutes: float | None = Field(
        default=None, gt=0, le=100_000, description="Minutes after its start after which nothing more is asked"
    )


class Started(Output):
    """The work item, and the file that its lines were kept in."""

    id: str
    title: str
    file: str


@operation("batches.start", effect=Effect.WRITE, path="POST /batches/start", scope=SCOPE, passes_on=True,
           queueable=False, status=201, body_limit=LARGEST)  # fmt: skip
def start(ctx: Context, input: ToStart) -> Started:
    """Queue a batch of lines: requests in OpenAI's batch format, or prompts for one model."""
    text = input.text.strip()
    found = len(text.splitlines())
    if not text:
        raise Invalid("There is no line in it.", fix="Paste lines or choose a file.",
                      problems=[{"field": "text", "problem": "has no line"}])  # fmt: skip
    if input.lines == "prompts":
        if not input.model:
            raise Invalid("Prompts need a model.", fix="Name the model or alias that answers them.",
                          problems=[{"field": "model", "problem": "is needed where lines are prompts"}])  # fmt: skip
        prompts = [one.strip() for one in text.splitlines() if one.strip()]
        found = len(prompts)
        text = "\n".join(line.decode() for _, line in crossed(prompts, (), model=input.model, system=None))
    file = kept.keep(ctx, Part.of(text.encode()), filename="lines.jsonl", purpose="batch", lasts=None)
    given = {"file": file.id, "model": input.model, "at_once": input.at_once, "most_tokens": input.most_tokens,
             "most_minutes": input.most_minutes}  # fmt: skip
    item = ctx.enqueue(
        views.OPERATION, {name: value for name, value in given.items() if value}, window=input.window or None,
        title=input.title or f"Batch of {found:,} {input.lines if found > 1 else input.lines[:-1]}",
    )  # fmt: skip
    return Started(id=item.id, title=item.title, file=file.id)
