"""Asking one request of a batch: its answer, an error that stays with it, or that it is worth another try."""

from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from hydra_lab.areas.batches.model import Ended, Request, RequestState
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import (
    Cancelled,
    HydraError,
    NotConfigured,
    NotReady,
    TooMany,
    Unavailable,
    describe,
    row_of,
)
from hydra_lab.kernel.inference import Answered, ask
from hydra_lab.kernel.inference.openai import as_openai

AGAIN = frozenset({408, 409, 429}) | frozenset(range(500, 600))
LONGEST_WAIT_S = 120.0  # a longer one is no pause between two tries: the whole work waits
EXCERPT = 200


@dataclass(frozen=True, kw_only=True)
class Again:
    """It did not work out now. ``last`` is what becomes of the request if this was its last try.

    ``silent`` is an error that says nothing about the request but that nobody answered.
    """

    last: Ended
    wait_s: float | None = None
    silent: HydraError | None = None


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """An error that is the whole batch's."""

    error: BaseException


Came = Ended | Again | Stopped


def asked(ctx: Context, request: Request, tries: int) -> Came:
    """Ask a request, as its try with that number; never raises."""
    try:
        answered = ask(ctx, from_json(request.body), request.url)
    except TooMany as error:
        if error.retry_after_s > LONGEST_WAIT_S:
            return Stopped(error=error)
        return Again(last=refused(request, error, tries), wait_s=error.retry_after_s)
    except Unavailable as error:
        return Again(last=refused(request, error, tries), wait_s=error.retry_after_s, silent=error)
    except (NotConfigured, NotReady, Cancelled) as error:
        return Stopped(error=error)
    except HydraError as error:
        return refused(request, error, tries)
    except BaseException as error:
        return Stopped(error=error)
    ended = ended_of(request, answered, tries)
    return Again(last=ended) if ended.state is RequestState.FAILED and answered.status in AGAIN else ended


def ended_of(request: Request, answered: Answered, tries: int) -> Ended:
    """An answer as it is kept, be it an error of the server's own."""
    return Ended(
        number=request.number, state=RequestState.DONE if answered.ok else RequestState.FAILED, tries=tries,
        status=answered.status, answer=to_json(answered.body, inf_nan_mode="null").decode(),
        excerpt=short(answered.text) or None, error=None if answered.ok else told(answered),
        seconds=answered.seconds, prompt_tokens=answered.prompt_tokens, completion_tokens=answered.completion_tokens,
    )  # fmt: skip


def told(answered: Answered) -> dict[str, Any]:
    """The error in a server's answer, in short."""
    error = answered.body.get("error")
    message = error.get("message") if isinstance(error, dict) else error
    code = error.get("code") if isinstance(error, dict) else None
    said = short(str(message or f"{answered.server} answered with status {answered.status}."), 1000)
    return {"code": str(code or f"http_{answered.status}"), "message": said}


def refused(request: Request, error: HydraError, tries: int) -> Ended:
    """A request that no server answered."""
    problem = {**describe(error), "status": row_of(error).http}
    body = as_openai(problem)
    return Ended(
        number=request.number, state=RequestState.FAILED, tries=tries, status=problem["status"],
        answer=to_json(body, fallback=str).decode(),
        error={"code": error.code, "message": short(body["error"]["message"], 1000)},
    )  # fmt: skip


def short(text: str, most: int = EXCERPT) -> str:
    """The beginning of a text, as a database can keep it."""
    clean = text.strip()[:most].replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return clean.encode("utf-8", "replace").decode()
