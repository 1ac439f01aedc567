"""Following what happens to containers: one thread for each host, without a gap and without a double."""

import time
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from hydra_lab.areas.containers import store
from hydra_lab.areas.containers.heal.wishes import asks_for_it
from hydra_lab.areas.containers.model import Change, as_told, changes, ended_unheard, masked
from hydra_lab.areas.containers.store import Place
from hydra_lab.kernel.capabilities import Container, ContainerHost, Happened
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, NotConfigured, NotFound, Unavailable
from hydra_lab.kernel.process.kept import Kept

log = structlog.get_logger()
QUIET_S = 10.0  # after so long without an event the stream is joined again, in case the host hangs
REPLAY_S = 0.5  # after so long without an event everything that was missed has been told
LONGEST_REPLAY_S = 5.0
AGAIN_S = 1.0
HEARD = timedelta(seconds=25)  # how exactly it is known when a host answered last
OVERLAP_NS = 10**9  # events may come out of turn by less than this
SAME_NS = 3 * 10**9  # how far an event's time and the time of what it tells of may be apart
RECENT = 200


class Overtaken(Exception):
    """Another process follows now."""


class Follower(Kept):
    """Follows a host's events and journals them."""

    def __init__(self, ctx: Context, node: str = "") -> None:
        super().__init__(ctx, node, name=f"containers-follow-{node}" if node else "containers-follow")
        self.node = node
        self._told: dict[tuple[str, str], int | None] = {}  # what the last look told before the stream did

    def run(self) -> None:
        """Follow, and join again whenever the host is lost."""
        looked = False
        while self.wanted:
            try:
                host = self.ctx.capability(ContainerHost)
                if self.node not in host.nodes():
                    return
                if not looked:
                    self._catch_up(host)
                    looked = True
                self._follow(host, QUIET_S)
            except (NotConfigured, Overtaken):
                return
            except Exception as error:  # whatever it is, it must not be silence
                looked = False
                detail = error.detail if isinstance(error, HydraError) else f"Following failed: {error!r}."
                if not self._noted_lost(detail):
                    return
                time.sleep(AGAIN_S)

    def _catch_up(self, host: ContainerHost) -> None:
        """Take what the host still tells of the time that was missed, then look for the rest."""
        with self.ctx.read() as connection:
            place = store.place(connection, self.node)
        if place:
            self._follow(host, REPLAY_S, longest_s=LONGEST_REPLAY_S)
        self._look(host)

    def _follow(self, host: ContainerHost, quiet_s: float, longest_s: float | None = None) -> None:
        with self.ctx.read() as connection:
            place = store.place(connection, self.node)
        since_ns = place.at_ns - OVERLAP_NS if place else time.time_ns()
        begun = time.monotonic()
        for one in host.happened(since_ns, quiet_s, self.node):
            if one is None:
                self._heard(place)
            else:
                self._take(host, one)
            if not self.wanted or (longest_s and time.monotonic() - begun > longest_s):
                return

    def _heard(self, place: Place | None) -> None:
        """Keep when the host answered, now and then; while it is lost, a look at all of it says that it is back."""
        now = self.ctx.clock.now()
        if place and not place.lost_at and (place.heard_at is None or now - place.heard_at > HEARD):
            with self.ctx.begin() as connection:
                store.note_heard(connection, self.node, now)

    def _take(self, host: ContainerHost, one: Happened) -> None:
        """Journal one event, once, together with how its container is now."""
        key = f"{one.at_ns}:{one.id[:12]}:{one.action}"
        with self.ctx.read() as connection:
            place = store.place(connection, self.node)
        if place and (key in place.recent or one.at_ns < place.at_ns - OVERLAP_NS):
            return
        try:
            now = None if one.action == "destroy" else host.container(one.id)
        except NotFound:
            now = None
        was_told = self._was_told(one)
        with self.ctx.begin() as connection:
            before = store.seen_by_id(connection, one.id)
            image_id = now.image_id if now else before.image_id if before else None
            recent = (*(place.recent if place else ()), key)[-RECENT:]
            kept = place or Place(turn=0, at_ns=0, recent=())
            self._move(connection, place, replace(kept, at_ns=max(one.at_ns, kept.at_ns), recent=recent))
            if now:
                store.put_seen(connection, [as_told(now, before, one)], self.ctx.clock.now())
            elif one.action == "destroy":
                store.forget(connection, one.id)
            if not was_told:
                if now and ended_unheard(now, before, one):
                    end = data_of_change(Change(action="die", container=now, at=now.finished_at))
                    self._emit(connection, "die", one.name, end)
                self._emit(connection, one.action, one.name, data_of(one, now) | {"image_id": image_id})

    def _was_told(self, one: Happened) -> bool:
        """Whether the last look told of this already; each thing that it told is matched once."""
        at_ns = self._told.get((one.id, one.action), -1)
        if at_ns == -1 or (at_ns is not None and abs(at_ns - one.at_ns) > SAME_NS):
            return False
        del self._told[(one.id, one.action)]
        return True

    def _look(self, host: ContainerHost) -> None:
        """See how every container is, and journal what must have happened since it was last seen."""
        after = {one.id: one for one in host.containers(self.node)}
        with self.ctx.begin() as connection:
            place = store.place(connection, self.node)
            before = {id: one for id, one in store.all_seen(connection).items() if one.node == self.node}
            found = changes(before, after) if place else []
            kept = place or Place(turn=0, at_ns=time.time_ns(), recent=())
            self._move(connection, place, replace(kept, lost_at=None, detail=None))
            for id in before.keys() - after.keys():
                store.forget(connection, id)
            store.put_seen(
                connection, [one for id, one in after.items() if before.get(id) != one], self.ctx.clock.now()
            )
            for change in found:
                self._emit(connection, change.action, change.container.name, data_of_change(change))
            if place and place.lost_at:
                seconds = round((self.ctx.clock.now() - place.lost_at).total_seconds())
                store.note_heard(connection, self.node, self.ctx.clock.now())
                self._emit(connection, "back", self.node or None, {"after_s": seconds, "found": len(found)})
        self._told = {(one.container.id, one.action): nanoseconds(one.at) for one in found}

    def _noted_lost(self, detail: str) -> bool:
        """Say once that the host is lost; ``False`` when that is somebody else's to say, or nothing can be kept."""
        try:
            with self.ctx.begin() as connection:
                place = store.place(connection, self.node)
                if place is not None and place.lost_at is None:
                    after = replace(place, lost_at=self.ctx.clock.now(), detail=detail[:500])
                    self._move(connection, place, after)
                    self._emit(connection, "lost", self.node or None, {"detail": detail[:500]})
            return True
        except Exception as error:  # it ends, and is started again by the next beat
            log.warning("containers.following_ended", error=repr(error))
            return False

    def _move(self, connection: Connection, before: Place | None, after: Place) -> None:
        if not store.move(connection, self.node, before, replace(after, turn=after.turn + 1)):
            raise Overtaken

    def _emit(self, connection: Connection, name: str, subject: str | None, data: dict[str, object]) -> None:
        known = {key: value for key, value in data.items() if value is not None}
        self.ctx.emit(connection, f"containers.{name}", subject=subject, data=known)


def data_of(one: Happened, now: Container | None) -> dict[str, object]:
    """What is journaled of an event; ``oom_killed`` only where it says something."""
    return {
        "container": one.id, "image": one.image, "at": one.at_ns / 10**9, "exit_code": one.exit_code,
        "health": one.health, "signal": one.signal, "state": now.state if now else None,
        "detail": said_by_check(now) if one.health == "unhealthy" else None,
        "oom_killed": True if one.action == "die" and now and now.oom_killed else None,
        "heals": healed(one.action, now) if now else None,
    }  # fmt: skip


def data_of_change(one: Change) -> dict[str, object]:
    """What is journaled of something that was found by looking."""
    container, ended = one.container, one.action == "die"
    return {
        "container": container.id, "image": container.image, "image_id": container.image_id,
        "at": one.at.timestamp() if one.at else None,
        "exit_code": container.exit_code if ended else None, "oom_killed": (ended and container.oom_killed) or None,
        "health": container.health if one.action == "health_status" else None,
        "detail": said_by_check(container) if one.action == "health_status" else None,
        "state": None if one.action == "destroy" else container.state, "found": True,
        "heals": healed(one.action, container),
    }  # fmt: skip


def said_by_check(one: Container | None) -> str | None:
    """What a container's own check said of what is wrong."""
    return masked(one.check) if one and one.check and one.health == "unhealthy" else None


def healed(action: str, one: Container) -> bool | None:
    """Whether it is healed when it fails; of what says nothing of how it is, only where it is so."""
    return asks_for_it(one.labels) or (False if action == "health_status" else None)


def nanoseconds(at: datetime | None) -> int | None:
    """A time as the host's events have it."""
    return None if at is None else int(at.timestamp() * 10**9)


def followed(ctx: Context) -> dict[str, Place]:
    """How far each host's stream was followed, by node. Raises ``Unavailable`` while none of them answers."""
    with ctx.read() as connection:
        places = store.places(connection)
    if not places:
        raise Unavailable("The containers have not been looked at yet.", fix="Wait a moment.")
    if all(place.lost_at for place in places.values()):
        raise lost(next(iter(places.values())))
    return places


def lost(place: Place) -> Unavailable:
    """The error while a host is lost."""
    return Unavailable(place.detail or "What runs the containers does not answer.", fix="It is asked again by itself.")
