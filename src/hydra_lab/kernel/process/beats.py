"""What Hydra does again and again while it runs: each room's beats and readers, in the leading process."""

import threading

import structlog

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Beat, Reader
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.journal import store
from hydra_lab.kernel.journal.acting.reading import go_on, take_places
from hydra_lab.kernel.policy.model import HYDRA
from hydra_lab.kernel.services import Services

log = structlog.get_logger()
EVERY_S = 1.0
READ_S = 15.0  # how often a reader looks for entries that another node wrote


class Beats:
    """Runs beats when their pause has passed, or at once (at most once a second) after an event they name."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._readers = services.registry.contributions(Reader)
        # What readers write is there for the beats of the same round.
        self._beats = [*(beat_of(reader) for reader in self._readers), *services.registry.contributions(Beat)]
        self._due = {beat.name: 0.0 for beat in self._beats}
        self._failing: set[str] = set()
        self._last_event = 0
        self._news = threading.Event()
        self._stop = threading.Event()
        self._leads = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="hydra-beats", daemon=True)

    def start(self) -> None:
        """Begin; beats run only while ``lead`` was called lately. A new reader misses nothing from here on."""
        take_places(self._services.database, self._readers)
        with self._services.database.read() as connection:
            self._last_event = store.newest_id(connection)
        self._services.journal.listen(self._noted)
        self._thread.start()

    def _noted(self) -> None:
        if not self._news.is_set():  # setting takes a lock, asking does not
            self._news.set()

    def lead(self) -> None:
        """This process leads: called about every second."""
        self._leads.set()

    def stop(self) -> None:
        """End after the beat that runs."""
        self._stop.set()
        self._leads.set()
        if self._thread.ident:
            self._thread.join(timeout=10)

    def _loop(self) -> None:
        while not self._stop.is_set():
            if self._leads.wait(EVERY_S * 3):
                self._leads.clear()
                self._round()
            self._stop.wait(EVERY_S)

    def _round(self) -> None:
        names = self._fresh_names() if self._news.is_set() else set()
        now = self._services.clock.monotonic()
        for beat in self._beats:
            if self._stop.is_set():
                return
            told = any(name.startswith(beat.on) for name in names) if beat.on else False
            if told or now >= self._due[beat.name]:
                self._due[beat.name] = now + beat.every_s
                self._run(beat)

    def _fresh_names(self) -> set[str]:
        self._news.clear()
        with self._services.database.read() as connection:
            events = store.after(connection, self._last_event, 1000)
        if events:
            self._last_event = events[-1].id
        if len(events) == 1000:
            self._news.set()
        return {event.name for event in events}

    def _run(self, beat: Beat) -> None:
        """Run one beat; a failing one is said once, and once when it works again."""
        try:
            beat.run(Context(services=self._services, actor=HYDRA))
        except Exception as error:
            if beat.name not in self._failing:
                self._failing.add(beat.name)
                detail = error.detail if isinstance(error, HydraError) else repr(error)
                log.warning("beat.failed", beat=beat.name, error=detail)
            return
        if beat.name in self._failing:
            self._failing.discard(beat.name)
            log.info("beat.recovered", beat=beat.name)


def beat_of(reader: Reader) -> Beat:
    """A reader's beat: it goes on whenever something happens that it waits for."""
    on = ("",) if callable(reader.on) else reader.on
    return Beat(name=f"reader.{reader.name}", every_s=READ_S, on=on, run=lambda ctx: go_on(ctx, reader))
