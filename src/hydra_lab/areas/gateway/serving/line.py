"""The line before one server: requests wait for their turn, together with those for the same model."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from hydra_lab.areas.gateway.collating import Turn, Waiting, may_go, next_model
from hydra_lab.areas.gateway.model import Patience
from hydra_lab.kernel.errors import Busy, HydraError, TooMany, Unavailable

Swap = Callable[[str], Awaitable[None]]


@dataclass(eq=False)
class Place:
    """A request's place in the line."""

    waiting: Waiting
    swap: Swap
    loop: asyncio.AbstractEventLoop
    turn: "asyncio.Future[None]"
    runs: bool = False
    error: HydraError | None = field(default=None)

    def tell(self) -> None:
        """Wake who waits, in the loop where it does."""

        def done() -> None:
            if not self.turn.done():
                self.turn.set_result(None)

        try:
            self.loop.call_soon_threadsafe(done)
        except RuntimeError:  # its loop has ended, and whoever waited with it
            return


class Line:
    """One server's line. Requests of several event loops may wait in it.

    With ``one_model`` only requests for one model run at once; ``swap`` brings another, and is called for the first of
    those that want it.
    """

    def __init__(self, *, one_model: bool) -> None:
        self.one_model = one_model
        self.known_turns: int | None = None  # of the server's door, when its model was looked at last
        self.swaps = 0
        self._lock = threading.Lock()
        self._turn = Turn()
        self._places: dict[int, Place] = {}
        self._number = 0
        self._swapping: str | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def model(self) -> str | None:
        """The model whose turn it is."""
        return self._turn.model

    @property
    def running(self) -> int:
        """Requests that the server has now."""
        return self._turn.running

    @property
    def swapping(self) -> str | None:
        """The model that is being loaded."""
        return self._swapping

    def waiting(self, model: str | None = None) -> int:
        """How many wait, all of them or those for a model."""
        return sum(model is None or one.waiting.model == model for one in list(self._places.values()))

    def know(self, model: str | None, turns: int) -> None:
        """The server was looked at: this is what it has loaded."""
        with self._lock:
            self.known_turns = turns
            if not self._turn.running and self._swapping is None:
                self._turn = Turn(model=model, newest=self._turn.newest)

    async def enter(self, model: str, rank: int, swap: Swap, patience: Patience, ends: float) -> Waiting:
        """Wait for the turn of a request; ``leave`` must follow.

        Raises ``TooMany`` where too many wait, ``Busy`` at ``ends``, and what ``swap`` raised.
        """
        model = model if self.one_model else ""
        with self._lock:
            self._number += 1
            one = Waiting(number=self._number, model=model, rank=rank, since=time.monotonic())
            if not self.one_model:
                self._turn = Turn(model="", running=self._turn.running, newest=self._number)
            if not self._places and self._goes_at_once(one, patience):
                self._turn = self._with(running=1)
                return one
            if len(self._places) >= patience.waiting:
                raise TooMany(
                    f"{len(self._places)} requests wait for this server already.", retry_after_s=5.0,
                    fix="Ask again later, or more slowly.",
                )  # fmt: skip
            loop = asyncio.get_running_loop()
            place = self._places[one.number] = Place(waiting=one, swap=swap, loop=loop, turn=loop.create_future())
        self.go_on(patience)
        try:
            await asyncio.wait_for(place.turn, max(0.0, ends - time.monotonic()))
        except TimeoutError as error:
            self._give_up(place, patience)
            raise Busy("The request's turn did not come in time.", fix="Ask again later.", retry_after_s=5.0) from error
        except asyncio.CancelledError:
            self._give_up(place, patience)
            raise
        if place.error:
            raise place.error
        return one

    def leave(self, patience: Patience) -> None:
        """A request has ended: who is next goes."""
        with self._lock:
            self._turn = self._with(running=-1)
        self.go_on(patience)

    def go_on(self, patience: Patience) -> None:
        """Let go whoever may, and have another model loaded when nobody else runs."""
        with self._lock:
            if self._swapping is not None:
                return
            waiting = [one.waiting for one in self._places.values()]
            now, limits = time.monotonic(), {"together_s": patience.together_s}
            going = may_go(self._turn, waiting, now, at_once=patience.at_once, **limits)
            if not going and not self._turn.running and next_model(waiting, now, **limits) == self._turn.model:
                self._turn = Turn(model=self._turn.model, newest=self._number)  # its turn again, with what came since
                going = may_go(self._turn, waiting, now, at_once=patience.at_once, **limits)
            self._turn = self._with(running=len(going))
            gone = [self._places.pop(one.number) for one in going]
            for place in gone:
                place.runs = True
            wanted = next_model(waiting, now, **limits) if waiting and not self._turn.running else None
            self._swapping = wanted
            leader = next((one for one in self._places.values() if one.waiting.model == wanted), None)
        for place in gone:
            place.tell()
        if leader is not None and wanted is not None:
            self._begin(leader, wanted, patience)

    def _begin(self, leader: Place, model: str, patience: Patience) -> None:
        """Have a model loaded; nobody who leaves meanwhile ends that for the others."""

        def start() -> None:
            task = asyncio.ensure_future(self._swap(leader, model, patience))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        try:
            leader.loop.call_soon_threadsafe(start)
        except RuntimeError:
            self._swapped(model, Unavailable("Hydra is stopping.", fix="Ask again later."), patience)

    async def _swap(self, leader: Place, model: str, patience: Patience) -> None:
        problem: HydraError | None = None
        try:
            await leader.swap(model)
        except HydraError as error:
            problem = error
        except BaseException as error:
            self._swapped(
                model, Unavailable(f"{model} could not be loaded: {error!r}.", fix="Ask again later."), patience
            )
            raise
        self._swapped(model, problem, patience)

    def _swapped(self, model: str, problem: HydraError | None, patience: Patience) -> None:
        failed: list[Place] = []
        with self._lock:
            self._swapping = None
            if problem is None:
                self.swaps += 1
                self._turn = Turn(model=model, newest=self._number)
            else:
                failed = [one for one in self._places.values() if one.waiting.model == model]
                for place in failed:
                    place.error = problem
                    del self._places[place.waiting.number]
        for place in failed:
            place.tell()
        self.go_on(patience)

    def _goes_at_once(self, one: Waiting, patience: Patience) -> bool:
        return self._swapping is None and one.model == self._turn.model and self._turn.running < patience.at_once

    def _with(self, *, running: int) -> Turn:
        return Turn(model=self._turn.model, running=self._turn.running + running, newest=self._turn.newest)

    def _give_up(self, place: Place, patience: Patience) -> None:
        with self._lock:
            self._places.pop(place.waiting.number, None)
            if place.runs:
                self._turn = self._with(running=-1)
        self.go_on(patience)
