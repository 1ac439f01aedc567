"""What a key may: names it may ask for, requests at once, and what it may use in a day."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from fnmatch import fnmatchcase

from hydra_lab.areas.gateway.model import KeyLimit, Limits
from hydra_lab.areas.gateway.serving.counting import Counting
from hydra_lab.areas.gateway.serving.telling import Telling
from hydra_lab.kernel.errors import Denied, TooMany


@dataclass(eq=False)
class Permit:
    """A request that was let in. ``close`` may be called twice."""

    key: str
    limit: KeyLimit
    running: dict[str, int]
    is_open: bool = True

    def close(self) -> None:
        """It is over."""
        if self.is_open:
            self.is_open = False
            self.running[self.key] -= 1
            if not self.running[self.key]:
                del self.running[self.key]


class Permits:
    """Lets requests in. Two event loops may race for a key's last place; then one request more runs."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        self._running: dict[str, int] = {}

    async def ask(self, key: str, model: str, limits: Limits, telling: Telling) -> Permit:
        """Let a request in. Raises ``Denied`` for a name the key may not ask for, ``TooMany`` where it used up its
        share."""
        limit = limits.of(key)
        if not any(fnmatchcase(model, one) for one in limit.models):
            telling.refused(key, model, "model")
            raise Denied(
                f"The key “{key}” may not ask for “{model}”.", rule="gateway.keys",
                fix=f"It may ask for {', '.join(limit.models) or 'nothing'}; GET /v1/models lists those there are.",
            )  # fmt: skip
        if limit.at_once is not None and self._running.get(key, 0) >= limit.at_once:
            raise TooMany(
                f"The key “{key}” has {limit.at_once} requests running already.", retry_after_s=2.0,
                fix="Wait for one of them to end.",
            )  # fmt: skip
        if limit.requests_a_day is not None or limit.tokens_a_day is not None:
            await self._check_budget(key, limit, telling)
        self._running[key] = self._running.get(key, 0) + 1
        return Permit(key=key, limit=limit, running=self._running)

    async def _check_budget(self, key: str, limit: KeyLimit, telling: Telling) -> None:
        spent = self._counting.spent(key)
        if spent is None:
            await asyncio.to_thread(self._counting.read)
            spent = self._counting.spent(key) or (0, 0)
        for unit, used, most in zip(("requests", "tokens"), spent, (limit.requests_a_day, limit.tokens_a_day),
                                    strict=True):  # fmt: skip
            if most is not None and used >= most:
                telling.spent(key, unit, most)
                raise TooMany(
                    f"The key “{key}” has used its {most} {unit} of today.", fix="Its day begins anew at midnight.",
                    retry_after_s=until_tomorrow(self._counting.local_now()).total_seconds(),
                )  # fmt: skip


def until_tomorrow(local: datetime) -> timedelta:
    """How long the lab's day still lasts."""
    tomorrow = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    return tomorrow.astimezone(local.tzinfo) - local
