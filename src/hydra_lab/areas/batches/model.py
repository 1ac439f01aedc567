"""A batch: requests to models that are asked as one piece of work, each kept as soon as it is answered."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hydra_lab.kernel.errors import Invalid

LARGEST_LINE = 4 << 20
MOST_REQUESTS = 50_000
SPAN = re.compile(r"^([0-9]{1,4})(m|h|d)$")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class RequestState(StrEnum):
    """Where one request of a batch is. ``wrong`` cannot be asked, ``expired`` and ``over_budget`` were not."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"
    OVER_BUDGET = "over_budget"
    WRONG = "wrong"


LEFT_OUT = (RequestState.EXPIRED, RequestState.OVER_BUDGET)
OF_RESULTS = (RequestState.DONE,)
OF_ERRORS = (RequestState.FAILED, *LEFT_OUT)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as it is to be asked; ``body`` is JSON."""

    number: int
    custom_id: str
    url: str
    model: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A line that is no request, and why. ``code`` is OpenAI's word for it."""

    number: int
    code: str
    problem: str
    param: str | None = None
    custom_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What came of asking one request. ``answer`` is the body of a response as JSON, with its ``status``."""

    number: int
    state: RequestState
    status: int | None = None
    answer: str | None = None
    excerpt: str | None = None
    error: dict[str, Any] | None = None
    tries: int = 1
    seconds: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, kw_only=True)
class Counts:
    """A batch's numbers; tokens are those that servers counted, ``uncounted`` the answers of which they did not."""

    done: int = 0
    failed: int = 0
    left_out: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    uncounted: int = 0

    @property
    def ended(self) -> int:
        """How many will not be asked any more."""
        return self.done + self.failed + self.left_out

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.prompt_tokens + self.completion_tokens

    def plus(self, ended: Ended) -> "Counts":
        """With one more request that was asked."""
        is_done = ended.state is RequestState.DONE
        counted = ended.prompt_tokens is not None or ended.completion_tokens is not None
        return Counts(
            done=self.done + is_done, failed=self.failed + (not is_done), left_out=self.left_out,
            prompt_tokens=self.prompt_tokens + (ended.prompt_tokens or 0),
            completion_tokens=self.completion_tokens + (ended.completion_tokens or 0),
            uncounted=self.uncounted + (is_done and not counted),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A batch that has begun. ``total`` is ``None`` until its requests were read."""

    item: str
    total: int | None
    wrong: int
    counts: Counts
    started_at: datetime
    asked_at: datetime | None = None
    asked_from: int | None = None
    stopped: str | None = None
    finished_at: datetime | None = None
    hidden: tuple[str, ...] = ()

    def left_s(self, now: datetime) -> float | None:
        """Seconds until its end at the pace it had since it was last taken up; ``None`` where there is none yet."""
        if self.total is None or self.asked_at is None or self.asked_from is None or self.stopped:
            return None
        ended, passed_s = self.counts.ended - self.asked_from, (now - self.asked_at).total_seconds()
        if ended <= 0 or passed_s <= 0:
            return None
        return (self.total - self.counts.ended) * passed_s / ended


def span(text: str) -> timedelta:
    """``24h`` as a time span. Raises ``Invalid``."""
    found = SPAN.match(text.strip())
    if found is None or int(found[1]) < 1:
        raise Invalid(
            f"“{text}” is no completion window.", fix="Give minutes, hours or days, such as 90m, 24h or 7d.",
            problems=[{"field": "completion_window", "problem": "is not like 24h"}],
        )  # fmt: skip
    return timedelta(**{UNITS[found[2]]: int(found[1])})
