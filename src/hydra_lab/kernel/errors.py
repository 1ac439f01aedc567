"""What can go wrong, and the one table that says what each surface makes of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar


class HydraError(Exception):
    """The root of all errors Hydra raises on purpose.

    ``detail`` is a sentence for a person; ``fix`` says what to do about it; ``data`` holds machine-readable
    extras that go into the problem answer (never a secret). ``parts`` are the needs, such as ``container_host@gpu2``,
    that may be why: work waits for the first of them that turns out to be lost.
    """

    code: ClassVar[str] = "error"

    def __init__(self, detail: str, *, fix: str | None = None, **data: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fix = fix
        self.data = data
        self.parts: tuple[str, ...] = ()


class NotConfigured(HydraError):
    """An integration or secret that is needed is not set."""

    code = "not_configured"

    def __init__(self, detail: str, *, requirement: str, fix: str | None = None, **data: Any) -> None:
        super().__init__(detail, fix=fix, requirement=requirement, **data)
        self.requirement = requirement


class Unavailable(HydraError):
    """An outside system did not answer: refused, timed out, cut off, or answered 5xx."""

    code = "unavailable"

    def __init__(self, detail: str, *, fix: str | None = None, retry_after_s: float | None = None, **data: Any) -> None:
        super().__init__(detail, fix=fix, **data)
        self.retry_after_s = retry_after_s


class Busy(Unavailable):
    """An outside system asked to come back later (429, 503 with Retry-After, a lock that is held)."""

    code = "busy"


class Denied(HydraError):
    """Credentials were refused, or policy said no."""

    code = "denied"


class Unauthenticated(HydraError):
    """The caller showed no credential, or one that is not known."""

    code = "unauthenticated"


class Refused(HydraError):
    """An outside system understood and declined, or answered something that makes no sense."""

    code = "refused"


class Invalid(HydraError):
    """The input is wrong; ``problems`` lists every wrong field at once as ``{"field", "problem"}``."""

    code = "invalid"

    def __init__(
        self, detail: str, *, problems: list[dict[str, str]] | None = None, fix: str | None = None, **data: Any
    ) -> None:
        super().__init__(detail, fix=fix, **data, **({"problems": problems} if problems else {}))
        self.problems = problems or []


class NotFound(HydraError):
    """There is no such thing."""

    code = "not_found"


class Conflict(HydraError):
    """The thing is not in a state in which this can be done."""

    code = "conflict"


class TooLarge(HydraError):
    """The request body is larger than this operation takes."""

    code = "too_large"


class TooMany(HydraError):
    """The caller must slow down; ``retry_after_s`` says for how long."""

    code = "too_many"

    def __init__(self, detail: str, *, retry_after_s: float, fix: str | None = None, **data: Any) -> None:
        super().__init__(detail, fix=fix, **data)
        self.retry_after_s = retry_after_s


class NotReady(HydraError):
    """Hydra itself cannot do this now: it is starting, stopping, or its disk is nearly full."""

    code = "not_ready"


class Cancelled(HydraError):
    """The work was cancelled while it ran."""

    code = "cancelled"


class TimedOut(HydraError):
    """The work took longer than its operation allows."""

    code = "timed_out"


class ApprovalNeeded(HydraError):
    """Policy wants a person to say yes first; ``rule`` names the rule that asked.

    ``decision`` is policy's whole answer and ``preview`` what the person is shown, where there is either.
    """

    code = "approval_needed"

    def __init__(
        self, detail: str, *, rule: str, fix: str | None = None, decision: Any = None, preview: Any = None, **data: Any
    ) -> None:
        super().__init__(detail, fix=fix, rule=rule, **data)
        self.rule = rule
        self.decision = decision
        self.preview = preview


class Outcome(StrEnum):
    """What an error makes of a running work item."""

    REQUIREMENT = "requirement"
    RETRY = "retry"
    APPROVAL = "approval"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table: HTTP status, process exit code, JSON-RPC error code, work outcome."""

    http: int
    exit: int
    mcp: int
    outcome: Outcome


# Exit codes follow sysexits.h where it has one (64 usage, 69 unavailable, 75 try again, 77 no permission, 78 config).
TABLE: dict[type[HydraError], Row] = {
    NotConfigured: Row(http=424, exit=78, mcp=-32010, outcome=Outcome.REQUIREMENT),
    Busy: Row(http=503, exit=75, mcp=-32011, outcome=Outcome.RETRY),
    Unavailable: Row(http=502, exit=69, mcp=-32011, outcome=Outcome.RETRY),
    ApprovalNeeded: Row(http=202, exit=0, mcp=-32012, outcome=Outcome.APPROVAL),
    Unauthenticated: Row(http=401, exit=77, mcp=-32013, outcome=Outcome.FAILED),
    Denied: Row(http=403, exit=77, mcp=-32013, outcome=Outcome.FAILED),
    Refused: Row(http=502, exit=76, mcp=-32014, outcome=Outcome.FAILED),
    Invalid: Row(http=422, exit=64, mcp=-32602, outcome=Outcome.FAILED),
    NotFound: Row(http=404, exit=66, mcp=-32004, outcome=Outcome.FAILED),
    Conflict: Row(http=409, exit=65, mcp=-32015, outcome=Outcome.FAILED),
    TooLarge: Row(http=413, exit=65, mcp=-32602, outcome=Outcome.FAILED),
    TooMany: Row(http=429, exit=75, mcp=-32011, outcome=Outcome.RETRY),
    NotReady: Row(http=503, exit=75, mcp=-32011, outcome=Outcome.RETRY),
    Cancelled: Row(http=409, exit=70, mcp=-32015, outcome=Outcome.CANCELLED),
    TimedOut: Row(http=504, exit=70, mcp=-32016, outcome=Outcome.FAILED),
    HydraError: Row(http=500, exit=70, mcp=-32603, outcome=Outcome.FAILED),
}


def row_of(error: BaseException) -> Row:
    """The table's line for an error; anything unforeseen reads as ``HydraError`` (500, failed)."""
    for cls in type(error).__mro__:
        if cls in TABLE:
            return TABLE[cls]
    return TABLE[HydraError]


def describe(error: BaseException) -> dict[str, Any]:
    """``{code, detail, fix, …}`` of any error, as it is stored on an item and sent in an answer.

    An unforeseen error shows its type and message under code ``unforeseen``; never its arguments' values beyond that.
    """
    if isinstance(error, HydraError):
        return {"code": error.code, "detail": error.detail, "fix": error.fix, **error.data}
    return {
        "code": "unforeseen",
        "detail": f"{type(error).__name__}: {error}".strip().rstrip(":"),
        "fix": "This is a bug in Hydra or in an integration: `hydra diagnostics bundle` collects what a report needs.",
    }
