"""What changing models answers."""

from typing import Literal

from pydantic import Field

from hydra_lab.kernel.operation import Output


class Switched(Output):
    """What became of a switch or a load; what nobody measured or told is null."""

    server: str
    model: str
    outcome: str = Field(description="changed, already, restored (what was loaded before is back) or lost")
    before: list[str] | None = Field(description="What was loaded before")
    loaded: list[str] | None = Field(description="What is loaded now")
    requests_cut: int = Field(description="Requests that still ran when their limit had passed")
    need_gib: float | None = Field(description="What it took when it was last loaded, else the size of its files")
    freed: str | None = Field(description="How it is known that memory came free: measured, told or unknown")
    freed_gib: float | None = Field(description="What came free when the old model was unloaded")
    free_gib: float | None = Field(description="What was free then")
    gib: float | None = Field(description="What the model took")
    load_s: float | None = Field(description="How long its load took")
    answered_after_s: float | None = Field(description="How long its first token took")


class Unloaded(Output):
    """What was taken out of memory."""

    server: str
    unloaded: list[str]
    loaded: list[str] | None = Field(description="What is loaded now")
    requests_cut: int
    freed: Literal["measured", "told", "unknown"] | None = Field(description="How it is known that memory came free")
    freed_gib: float | None
    free_gib: float | None


class Pulled(Output):
    """A model that was fetched."""

    server: str
    model: str
