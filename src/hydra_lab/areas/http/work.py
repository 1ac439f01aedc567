"""What a call does: note the intent, send, judge the answer, note the outcome."""

import json
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import Field

from hydra_lab.areas.http import store
from hydra_lab.areas.http.exchange import Call, Received, exchange
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, Refused, describe
from hydra_lab.kernel.http import checked
from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.secrets import MASK
from hydra_lab.kernel.secrets.spotting import veiled

MOST_BYTES = 8 << 20
SHOWN_CHARACTERS = 16_000
SNIPPET = 500
KEY = "Idempotency-Key"


class Asked(Output):
    """A call as it is sent, but for its key."""

    method: str
    url: str
    headers: dict[str, str]
    body: str | None
    timeout_s: float


class Called(Output):
    """What came back. ``body`` is cut after 16,000 characters; the whole is then kept with the item."""

    status: int
    url: str = Field(description="The address that answered, after redirects")
    headers: dict[str, str]
    body: str
    truncated: bool
    elapsed_s: float
    redirects: list[str]


class Fetched(Output):
    """A text that was read."""

    status: int
    url: str
    media_type: str
    text: str
    truncated: bool


def asked(values: dict[str, Any]) -> Asked:
    """A call from an operation's input; what is no text is sent as JSON and says so."""
    headers, body = dict(values["headers"]), values["body"]
    if body is not None and not isinstance(body, str):
        body = json.dumps(body, ensure_ascii=False)
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = "application/json"
    return Asked(method=values["method"], url=values["url"], headers=headers, body=body, timeout_s=values["timeout_s"])


def call(ctx: Context, wanted: Asked, expect: list[int] | None) -> Called:
    """Send once. The journal gets the intent before and the outcome after, so that what was cut off is known.

    Raises ``Denied`` for a host that is not allowed, ``Unavailable`` or ``Busy`` for what may work later, ``Refused``
    for any other answer that is not expected.
    """
    told = where(wanted)
    with ctx.begin() as connection:
        if ctx.item_id and store.is_open(connection, ctx.item_id):
            ctx.log(
                "An earlier try was cut off; whether it arrived is not known. It is sent again with the same key.",
                "warn",
            )
            ctx.emit(connection, "http.outcome_unknown", subject=told, data={"method": wanted.method})
        ctx.emit(connection, "http.calling", subject=told, data={"method": wanted.method})
    outcome: dict[str, Any] = {"method": wanted.method}
    try:
        received = sent(ctx, wanted)
        outcome |= {"status": received.status, "elapsed_s": received.elapsed_s}
    except HydraError as error:
        outcome["error"] = describe(error)
        raise
    finally:
        with ctx.begin() as connection:
            ctx.emit(connection, "http.called", subject=told, data=outcome)
    return answered(ctx, received, expect)


def sent(ctx: Context, wanted: Asked) -> Received:
    """The exchange itself; the work item's id is its key unless the caller gave one."""
    headers = dict(wanted.headers)
    if ctx.item_id and not any(name.lower() == KEY.lower() for name in headers):
        headers[KEY] = ctx.item_id
    body = None if wanted.body is None else wanted.body.encode()
    return exchange(
        Call(
            method=wanted.method, url=wanted.url, headers=headers, body=body, timeout_s=wanted.timeout_s,
            most_bytes=MOST_BYTES,
        ),
        ctx.services.settings.current.http.allowed_hosts,
    )  # fmt: skip


def answered(ctx: Context, received: Received, expect: list[int] | None) -> Called:
    """The answer, if it is an expected one."""
    # What is told of a call is kept with it: credentials that the answer repeats are masked before.
    scrubber = ctx.services.scrubber
    text = scrubber.text(received.body.decode("utf-8", errors="replace"))
    judge(received, text, expect)
    if len(text) > SHOWN_CHARACTERS:
        ctx.artifact(
            "body", scrubber.body(received.body), received.headers.get("content-type", "application/octet-stream")
        )
    return Called(
        status=received.status, url=veiled(received.url), headers=scrubber.scrub(kept(received.headers)),
        body=text[:SHOWN_CHARACTERS],
        truncated=received.truncated or len(text) > SHOWN_CHARACTERS, elapsed_s=received.elapsed_s,
        redirects=[veiled(one) for one in received.redirects],
    )  # fmt: skip


def kept(headers: dict[str, str]) -> dict[str, str]:
    """An answer's headers without the cookies in it, which are credentials."""
    return {name: MASK if name == "set-cookie" else value for name, value in headers.items()}


def judge(received: Received, text: str, expect: list[int] | None) -> None:
    """Raise what a status stands for, unless it is expected."""
    if expect is not None and received.status in expect:
        return
    try:
        checked(who(received.url), httpx.Response(received.status, headers=received.headers))
    except HydraError as error:
        error.data |= {"status": received.status, "body": text[:SNIPPET]}
        raise
    if expect is not None:
        wanted = " or ".join(map(str, expect))
        detail = f"{who(received.url)} answered HTTP {received.status}; {wanted} was expected."
        raise Refused(
            detail,
            status=received.status,
            body=text[:SNIPPET],
            fix="Correct the call, or name that status in `expect_status` if it is right.",
        )


def fetch(ctx: Context, url: str, accept: str, timeout_s: float) -> Fetched:
    """Read a text. Raises as ``call`` does."""
    wanted = Asked(method="GET", url=url, headers={"Accept": accept}, body=None, timeout_s=timeout_s)
    received = sent(ctx, wanted)
    media_type, _, parameters = received.headers.get("content-type", "application/octet-stream").partition(";")
    text = received.body.decode(charset(parameters), errors="replace")
    judge(received, text, None)
    return Fetched(
        status=received.status,
        url=veiled(received.url),
        media_type=media_type.strip(),
        text=text,
        truncated=received.truncated,
    )


def charset(parameters: str) -> str:
    """The encoding a content type names, UTF-8 where it names none that is known."""
    name = parameters.partition("charset=")[2].partition(";")[0].strip(" \"'") or "utf-8"
    try:
        "".encode(name)
    except LookupError:
        return "utf-8"
    return name


def where(wanted: Asked) -> str:
    """Host and path of a call, without its query, which may hold secrets."""
    parts = urlsplit(wanted.url)
    return f"{parts.hostname or ''}{parts.path}"[:300]


def who(url: str) -> str:
    """Who answered, for a sentence."""
    return urlsplit(url).netloc
