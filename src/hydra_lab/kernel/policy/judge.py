"""Policy while Hydra runs: it answers every call, and takes up an edited policy.yaml by itself."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from hydra_lab.kernel.database.connect import after_commit
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.operation import Effect, Input, Operation, subject_of
from hydra_lab.kernel.policy import store
from hydra_lab.kernel.policy.document import read_rules
from hydra_lab.kernel.policy.match import Patterns
from hydra_lab.kernel.policy.model import HYDRA, Actor, ActorKind, Decision, Mode, ModeState, Verdict
from hydra_lab.kernel.policy.rules import Facts, Rule, decide
from hydra_lab.kernel.policy.source import FileSource, Source, TableSource

if TYPE_CHECKING:
    from hydra_lab.kernel.services import Services
    from hydra_lab.kernel.settings import Settings

# How long a look at the file (on Postgres: at the tables) stays good.
FRESH_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A document as it was taken up. ``problem`` is what is wrong with a newer text that was not taken up."""

    stamp: Hashable
    text: str = ""
    rules: tuple[Rule, ...] = ()
    timed: bool = False  # some rule looks at the clock
    problem: str | None = None


class Policy:
    """Answers whether a call may happen. Decisions are made from memory and take some microseconds."""

    def __init__(self, services: Services) -> None:
        self._services = services
        settings = services.settings.current
        self._source: Source = (
            FileSource(settings.data_dir / "policy.yaml")
            if services.database.is_sqlite
            else TableSource(services.database, services.clock)
        )
        self._lock = threading.Lock()
        self._loaded: Loaded | None = None
        self._told: Loaded | None = None
        self._mode = ModeState()
        self._looked = float("-inf")
        self._settings = settings
        services.settings.subscribe(self._resettle)

    def decide(
        self,
        operation: Operation,
        parsed: Input | None,
        actor: Actor,
        *,
        confirm: str | None = None,
        at: datetime | None = None,
        floor: str | None = None,
    ) -> Decision:
        """What policy says to a call. ``at`` judges it at another time than now; ``floor`` adds one to its own."""
        subject = None if parsed is None else subject_of(operation, parsed)
        return self.check(operation, subject, actor, confirm=confirm, at=at, floor=floor)

    def check(
        self,
        operation: Operation,
        subject: str | None,
        actor: Actor,
        *,
        confirm: str | None = None,
        mode: Mode | None = None,
        at: datetime | None = None,
        floor: str | None = None,
    ) -> Decision:
        """What policy would say to a call about ``subject``, in this mode or another."""
        loaded = self._fresh()
        local = (at or self._services.clock.now()).astimezone(self._settings.zone) if loaded.timed else None
        facts = Facts(
            operation=operation.name, effect=operation.effect, scope=operation.wanted_scope, actor=actor,
            subject=subject, floor=operation.floor or floor, passes_on=operation.passes_on, confirm=confirm,
            local=local, mode=mode or self.mode(at).mode, lapse=self._settings.approval_lapse,
        )  # fmt: skip
        return decide(loaded.rules, facts)

    @property
    def is_at_hand(self) -> bool:
        """Whether the next decision takes no look at the database."""
        if self._loaded is None:
            return False
        return self._services.database.is_sqlite or self._services.clock.monotonic() - self._looked < FRESH_S / 2

    def mode(self, at: datetime | None = None) -> ModeState:
        """The mode in force; one whose end has passed is autonomous again since then."""
        self._fresh()
        state = self._mode
        if state.until is not None and (at or self._services.clock.now()) >= state.until:
            return ModeState(since=state.until)
        return state

    def set_mode(
        self, connection: Connection, state: ModeState, actor: Actor, *, cause: int | None = None
    ) -> ModeState:
        """Set the mode from now on; in force once the transaction commits. Returns it as kept."""
        now = self._services.clock.now()
        if state.until is not None and state.until <= now:
            problem = {"field": "until", "problem": "is not in the future"}
            raise Invalid(
                "The mode would end before it begins.",
                problems=[problem],
                fix="Give an end that is still to come, or none.",
            )
        kept = replace(state, since=now, by=f"{actor.kind.value}:{actor.name}")
        store.put_mode(connection, kept)
        until = kept.until.isoformat() if kept.until else None
        self._services.journal.write(
            connection, "policy.mode_set", actor=actor, subject=kept.mode.value, cause=cause,
            data={"mode": kept.mode.value, "until": until, "reason": kept.reason},
        )  # fmt: skip
        after_commit(connection, lambda: setattr(self, "_mode", kept))
        return kept

    def end_lapsed_mode(self) -> bool:
        """Write down that a mode whose end has passed is over, journalled once; whether there was one."""
        if self._mode == self.mode():
            return False
        with self._services.database.begin() as connection:
            kept = store.mode(connection)
            if kept.until is None or self._services.clock.now() < kept.until:
                return False
            over = ModeState(since=kept.until)
            store.put_mode(connection, over)
            self._services.journal.write(connection, "policy.mode_ended", actor=HYDRA, subject=kept.mode.value)
            after_commit(connection, lambda: setattr(self, "_mode", over))
        return True

    def text(self) -> str:
        """The document in force as it was written."""
        return self._fresh().text

    def standing(self) -> str:
        """The document as it stands now, in force or not. Raises ``OSError`` and ``UnicodeDecodeError``."""
        return self._source.read()

    def read(self, text: str) -> tuple[Rule, ...]:
        """The rules that a text would put in force. Raises ``Invalid`` that lists every mistake."""
        return read_rules(text, self._settings.night)

    def rules(self) -> tuple[Rule, ...]:
        """The document's rules in force, in order."""
        return self._fresh().rules

    @property
    def problem(self) -> str | None:
        """What is wrong with the document as it stands now; ``None`` when it is in force."""
        return self._fresh().problem

    def write(self, connection: Connection, text: str, actor: Actor, *, cause: int | None = None) -> None:
        """Put another document in force. Raises ``Invalid`` that lists every mistake in it."""
        text = text.replace("\r\n", "\n")  # as a form sends it
        rules = self.read(text)
        self._services.journal.write(
            connection, "policy.changed", actor=actor, cause=cause, data={"rules": len(rules)}
        )  # fmt: skip
        self._source.write(connection, text, actor.name)
        after_commit(connection, self.reload)

    def reload(self) -> None:
        """Take up an edited document now, and journal once that it was taken up or why it could not be."""
        self._looked = float("-inf")
        loaded = self._fresh()
        with self._lock:
            told, self._told = self._told, loaded
        if loaded is told or (told is None and loaded.problem is None):
            return
        if told is not None and (told.text, told.problem) == (loaded.text, loaded.problem):
            return
        name = "policy.broken" if loaded.problem else "policy.loaded"
        data = {"problem": loaded.problem} if loaded.problem else {"rules": len(loaded.rules)}
        with self._services.database.begin() as connection:
            self._services.journal.write(connection, name, actor=HYDRA, data=data)

    def _resettle(self, settings: Settings) -> None:
        """Take up changed settings: the lab's zone, what ``overnight`` means, when approvals lapse."""
        with self._lock:
            self._settings, loaded = settings, self._loaded
            if loaded is not None and loaded.timed:
                self._loaded = replace(loaded, rules=read_rules(loaded.text, settings.night))

    def _fresh(self) -> Loaded:
        """The document in force, looked at again when the last look is a second old."""
        now, loaded = self._services.clock.monotonic(), self._loaded
        if loaded is not None and now - self._looked < FRESH_S:
            return loaded
        with self._lock:
            if self._loaded is None or not self._services.database.is_sqlite:
                with self._services.database.read() as connection:
                    self._mode = store.mode(connection)
            self._looked, self._loaded = now, self._taken(self._loaded)
            return self._loaded

    def _taken(self, before: Loaded | None) -> Loaded:
        """The document as it is now; where it cannot be read, the one before with the problem named."""
        stamp: Hashable = None
        try:
            stamp = self._source.stamp()
            if before is not None and before.stamp == stamp:
                return before
            text = self._source.read()
            rules = read_rules(text, self._settings.night)
        except (Invalid, OSError, UnicodeDecodeError) as error:
            problem = error.detail if isinstance(error, Invalid) else f"policy.yaml cannot be read: {error}."
            if before is None:
                return Loaded(stamp=stamp, rules=(WARY,), problem=problem)
            return replace(before, stamp=stamp, problem=problem)
        timed = any(rule.hours for rule in rules)
        return Loaded(stamp=stamp, text=text, rules=rules, timed=timed)


# While nobody can say what the owner's rules are, whatever Hydra would change by itself asks.
WARY = Rule(
    name="policy.yaml:unreadable",
    verdict=Verdict.ASK,
    reason="policy.yaml cannot be read, so whatever no person calls asks first",
    actors=Patterns(kind for kind in ActorKind if kind is not ActorKind.PERSON),
    effects=frozenset({Effect.WRITE, Effect.DANGER}),
)
