"""The router: from a request to the server that answers it, through line and door, on to another where one fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from fnmatch import fnmatchcase

from hydra_lab.areas.gateway.model import PRIORITIES, Patience
from hydra_lab.areas.gateway.reading import Question, with_model
from hydra_lab.areas.gateway.serving.breaker import Breakers
from hydra_lab.areas.gateway.serving.caching import Caching
from hydra_lab.areas.gateway.serving.catalogue import NEED, Catalogue, Seen
from hydra_lab.areas.gateway.serving.counting import Counting, Record
from hydra_lab.areas.gateway.serving.line import Line
from hydra_lab.areas.gateway.serving.passing import Failed, Passing
from hydra_lab.areas.gateway.serving.permits import Permit, Permits
from hydra_lab.areas.gateway.serving.swapping import bring
from hydra_lab.areas.gateway.serving.telling import Telling
from hydra_lab.areas.gateway.serving.wishes import Wishes, WishesKept
from hydra_lab.kernel.errors import Busy, HydraError, NotConfigured, NotFound, Unavailable
from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.services import Services

PASSED_ON = ("content-type", "accept", "user-agent", "openai-beta", "x-request-id", "traceparent")
SHORTEST_S = 0.001


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A server that may answer, and the model it would."""

    seen: Seen
    model: str

    @property
    def id(self) -> str:
        """The server's id."""
        return self.seen.server.id


class Router:
    """One for each process; requests of several event loops go through it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.catalogue = Catalogue(services)
        self.wishes = WishesKept(services)
        self.counting = Counting(services)
        self.permits = Permits(self.counting)
        self.breakers = Breakers()
        self.telling = Telling(services)
        self.caching = Caching(services, self.counting)
        self.lines: dict[str, Line] = {}

    async def answer(
        self, actor: Actor, question: Question, headers: Mapping[str, str], *, keep: bool = False
    ) -> Passing:
        """The answer to a request, as it comes; the caller closes it.

        Raises ``NotConfigured``, ``NotFound`` for a model nobody has, ``Denied`` and ``TooMany`` for what the key may
        not, ``Busy``, and ``Unavailable`` when no server answered.
        """
        wishes = await self.wishes.now()
        permit = await self.permits.ask(actor.name, question.model, wishes.limits, self.telling)
        try:
            began = time.monotonic()
            ends = began + deadline_of(headers, wishes.patience)
            asked = _Asked(actor, question, headers, wishes.patience, permit, began, ends, keep)

            async def fresh() -> Passing:
                return await self._first_that_answers(await self._candidates(question, actor, wishes), asked)

            if not keep and self.caching.is_on(question, actor):  # work that asks wants to hear the model itself
                targets = wishes.aliases.of(self._routed(question, actor, wishes))
                passing = await self.caching.answer(question, actor, headers, targets, fresh, ends)
            else:
                passing = await fresh()
        except BaseException:
            permit.close()
            raise
        passing.when_over(permit.close)
        return passing

    async def names(self, actor: Actor) -> dict[str, str]:
        """What a caller may ask for, by name, with the servers that have it; aliases first."""
        wishes, seen = await self.wishes.now(), await self.catalogue.look()
        found = {one.name: "alias" for one in wishes.aliases.aliases}
        for server in seen:
            for model in server.models or ():
                found.setdefault(model.name, server.server.id)
        allowed = wishes.limits.of(actor.name).models
        return {name: owner for name, owner in found.items() if any(fnmatchcase(name, one) for one in allowed)}

    async def _candidates(self, question: Question, actor: Actor, wishes: Wishes) -> list[Candidate]:
        """The servers that may answer, the best first."""
        seen = await self.catalogue.look(for_model=question.model)
        if not seen:
            raise NotConfigured(
                "No model server is connected.", requirement=NEED, fix="Connect one under /ui/integrations."
            )
        name = self._routed(question, actor, wishes)
        found: list[Candidate] = []
        for target in wishes.aliases.of(name):
            having = [
                Candidate(seen=one, model=target.model) for one in seen
                if one.has(target.model) and target.server in (None, one.server.id)
            ]  # fmt: skip
            found += sorted(having, key=lambda one: (not one.seen.is_loaded(one.model), self._crowd(one.id), one.id))
        if not found:
            raise self._nobody_has(name, seen)
        now = time.monotonic()
        return sorted(found, key=lambda one: self.breakers.rests(one.id, now))

    def _routed(self, question: Question, actor: Actor, wishes: Wishes) -> str:
        """The name that the rules make of the one asked for."""
        for rule in wishes.rules.rules:
            busy = sum(line.waiting(question.model) for line in self.lines.values()) if rule.busy_over else 0
            if rule.fits(model=question.model, key=actor.name, abilities=question.abilities, tokens=question.tokens,
                         busy=busy):  # fmt: skip
                return rule.use
        return question.model

    def _nobody_has(self, name: str, seen: list[Seen]) -> HydraError:
        silent = [one for one in seen if one.models is None]
        if silent and len(silent) == len(seen):
            return Unavailable(
                f"No model server answers: {silent[0].problem}", fix="See /ui/integrations for what is wrong with each."
            )
        said = f" {len(silent)} of {len(seen)} servers do not say what they have." if silent else ""
        return NotFound(f"No server has a model “{name}”.{said}", fix="GET /v1/models lists them.")

    def _crowd(self, server: str) -> int:
        line = self.lines.get(server)
        return line.running + line.waiting() if line else 0

    async def _first_that_answers(self, candidates: list[Candidate], asked: _Asked) -> Passing:
        """Try one after another, until one has answered with its first byte."""
        for number, candidate in enumerate(candidates):
            try:
                return await self._tried(candidate, asked)
            except HydraError as error:
                self._note_failure(candidate, asked, error)
                said = error.passing if isinstance(error, Failed) else None
                if number + 1 == len(candidates) or time.monotonic() >= asked.ends:
                    if said is None:
                        raise
                    return said
                if said is not None:
                    await said.aclose()
                following = candidates[number + 1]
                self.counting.add_fail_over(asked.question.model, candidate.id)
                self.telling.failed_over(asked.actor, asked.question.model, candidate.id, following.id, error)
        raise Unavailable("No model server answered.", fix="Ask again later.")

    async def _tried(self, candidate: Candidate, asked: _Asked) -> Passing:
        """One server's answer, after its line and its door."""
        server, patience = candidate.seen.server, asked.patience
        line = self.lines.setdefault(
            server.id, Line(one_model=not server.holds_many and (server.loads or server.swaps))
        )
        rank = PRIORITIES.index(asked.permit.limit.priority)
        async with AsyncExitStack() as stack:
            while True:
                await self._know(line, candidate)
                await line.enter(
                    candidate.model,
                    rank,
                    lambda model: self._bring(line, candidate, model, asked),
                    patience,
                    asked.ends,
                )
                stack.callback(line.leave, patience)
                await stack.enter_async_context(
                    self._services.doors.inside(server.id, wait_s=max(SHORTEST_S, asked.ends - time.monotonic()))
                )
                if not line.one_model or line.known_turns == self._services.doors.turns(server.id):
                    break
                # Somebody switched models while it waited at the door: it may be another's turn now.
                await stack.pop_all().aclose()
            if line.one_model is False and server.loads and not server.swaps:
                await self._bring(line, candidate, candidate.model, asked)
            question = asked.question
            body = question.body if candidate.model == question.model else with_model(question.body, candidate.model)
            passed = {name: value for name, value in asked.headers.items() if name in PASSED_ON}
            sent = time.monotonic()
            silence_s = min(patience.silence_s, asked.left_s)
            answer = await stack.enter_async_context(server.send(question.path, body, passed, silence_s=silence_s))
            passing = Passing(
                answer, server=server.id, model=candidate.model, ends=asked.ends, queued_s=sent - asked.began,
                began=sent, keep=asked.keep,
            )  # fmt: skip
            await passing.begin()
            passing.owns(stack.pop_all())
        passing.when_over(lambda: self._ended(passing, asked))
        passing.check()
        if self.breakers.worked(server.id):
            self.telling.back(server.id)
        return passing

    async def _know(self, line: Line, candidate: Candidate) -> None:
        """See which model is loaded, where somebody may have changed it."""
        turns = self._services.doors.turns(candidate.id)
        if not line.one_model or line.known_turns == turns:
            return
        seen = await asyncio.to_thread(self.catalogue.look_at, candidate.id) or candidate.seen
        loaded = [one.name for one in seen.loaded or ()]
        line.know(candidate.model if candidate.model in loaded else next(iter(loaded), None), turns)

    async def _bring(self, line: Line, candidate: Candidate, model: str, asked: _Asked) -> None:
        """Have a model loaded where the server does not do that by itself."""
        server = candidate.seen.server
        if server.swaps or not server.loads:
            return
        if not line.one_model:
            seen = self.catalogue.seen(server.id)
            if seen is None or seen.loaded is None or seen.is_loaded(model):
                return
        if not asked.patience.swap:
            raise Busy(
                f"{model} is not loaded on {server.id}.", fix="Ask for a loaded model, or let the gateway swap models."
            )
        within_s = asked.patience.deadline_s
        await bring(self._services, asked.actor, server.id, model, in_place=line.one_model, within_s=within_s)
        await asyncio.to_thread(self.catalogue.look_at, server.id)
        line.known_turns = self._services.doors.turns(server.id)

    def _note_failure(self, candidate: Candidate, asked: _Asked, error: HydraError) -> None:
        """Count that a server failed, and leave it alone once it did so often."""
        if not isinstance(error, Failed):
            self.counting.add(
                Record(key=asked.actor.name, model=candidate.model, server=candidate.id, seconds=0.0, queued_s=0.0,
                       failure=error.code)
            )  # fmt: skip
        if isinstance(error, Busy) or not isinstance(error, Unavailable | Failed):
            return
        now, patience = time.monotonic(), asked.patience
        if self.breakers.failed(candidate.id, now, failures=patience.failures, rest_s=patience.rest_s):
            self.telling.resting(candidate.id, error.detail)

    def _ended(self, passing: Passing, asked: _Asked) -> None:
        """An answer is over: count it."""
        counted, watched = passing.counted, passing.watched
        self.counting.add(
            Record(
                key=asked.actor.name, model=passing.model, server=passing.server, queued_s=passing.queued_s,
                seconds=passing.seconds, first_token_s=watched.first_token_s if watched else None,
                prompt=counted.prompt, completion=counted.completion, failure=passing.failure,
            )
        )  # fmt: skip
        if passing.failure == "cut":
            now, patience = time.monotonic(), asked.patience
            self.breakers.failed(passing.server, now, failures=patience.failures, rest_s=patience.rest_s)


@dataclass(frozen=True)
class _Asked:
    """One request on its way."""

    actor: Actor
    question: Question
    headers: Mapping[str, str]
    patience: Patience
    permit: Permit
    began: float
    ends: float
    keep: bool

    @property
    def left_s(self) -> float:
        """Seconds until its deadline."""
        return max(SHORTEST_S, self.ends - time.monotonic())


def deadline_of(headers: Mapping[str, str], patience: Patience) -> float:
    """Seconds that a request may take: the owner's, or fewer where the caller says so in ``X-Deadline-Seconds``."""
    try:
        wanted = float(headers.get("x-deadline-seconds", ""))
    except ValueError:
        return patience.deadline_s
    return min(patience.deadline_s, wanted) if wanted > 0 else patience.deadline_s
