"""Call an address of a host that the owner allowed, as work that is retried, or at once to read it."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from hydra_lab.areas.http import work
from hydra_lab.areas.http.work import Called, Fetched
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Durable, Effect, Input, operation
from hydra_lab.kernel.secrets.sealed import Concealed, Spotted

HeaderName = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$")]
HeaderValue = Annotated[str, Field(pattern=r"^[\t\x20-\x7e]*$", max_length=8000)]
# Headers that carry no credential; every other one is taken for secret.
HARMLESS = frozenset({
    "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "content-disposition",
    "content-encoding", "content-language", "content-type", "date", "expect", "from", "idempotency-key", "if-match",
    "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "origin", "pragma", "prefer", "priority",
    "range", "referer", "user-agent", "x-request-id", "x-requested-with",
})  # fmt: skip
Address = Annotated[
    str, Spotted(), Field(
        min_length=1, max_length=8000,
        description="http:// or https://, to an allowed host; keys and tokens in it are kept sealed and never shown",
    ),
]  # fmt: skip
Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class CallUrl(Input):
    """What to send, and which answer is right."""

    url: Address
    method: Method = "GET"
    headers: Annotated[dict[HeaderName, HeaderValue], Concealed(HARMLESS)] = Field(
        default_factory=dict, max_length=100,
        description="Values are kept sealed and never shown, but for those of harmless names such as Accept",
    )  # fmt: skip
    body: Annotated[Any, Spotted()] = Field(
        default=None,
        description="A text as it is; anything else is sent as JSON. Passwords, keys and tokens in it are kept sealed",
    )
    expect_status: list[int] | None = Field(
        default=None, min_length=1, max_length=50, description="Statuses that are right; default: 200 to 299"
    )
    timeout_s: float = Field(default=30.0, gt=0, le=600, description="Seconds for the whole exchange")

    @field_validator("expect_status", mode="before")
    @classmethod
    def one_or_many(cls, value: object) -> object:
        """A single status may stand alone."""
        return [value] if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("method", mode="before")
    @classmethod
    def in_capitals(cls, value: object) -> object:
        """``post`` is ``POST``."""
        return value.upper() if isinstance(value, str) else value


class FetchUrl(Input):
    """What to read."""

    url: Address
    accept: str = Field(default="*/*", max_length=500, description="The Accept header")
    timeout_s: float = Field(default=30.0, gt=0, le=120)


@operation(
    "http.call", effect=Effect.WRITE, path="POST /http/call", subject="url", common=True,
    durable=Durable(attempts=3, timeout=timedelta(minutes=15)),
)  # fmt: skip
def call(ctx: Context, input: CallUrl) -> Called:
    """Call a URL of an allowed host, with the work item's id as its Idempotency-Key.

    Hosts are allowed by the setting `http.allowed_hosts`. Redirects are followed to allowed hosts only.
    """
    return ctx.step("call", work.call, ctx, work.asked(input.model_dump()), input.expect_status)


@operation("http.fetch", effect=Effect.READ, path="GET /http/fetch", subject="url", scope="write")
def fetch(ctx: Context, input: FetchUrl) -> Fetched:
    """Read a text from an allowed host, now."""
    return work.fetch(ctx, input.url, input.accept, input.timeout_s)
