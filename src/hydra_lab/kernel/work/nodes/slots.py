"""Slots: how many items each lane runs at once in this process, and which run now."""

import threading


class Slots:
    """Asked from several threads. ``any_lane`` says that lanes nobody sized are served too, one item at a time."""

    def __init__(self, lanes: dict[str, int], *, any_lane: bool) -> None:
        self._lanes = lanes
        self._any = any_lane
        self._lock = threading.Lock()
        self._busy: dict[tuple[str, int], str] = {}

    def lanes(self) -> dict[str, int]:
        """Slots of each lane this process listens to."""
        return dict(self._lanes)

    def size(self, lane: str) -> int:
        """Slots of a lane; a lane nobody configured has one where every lane is listened to, else none."""
        return self._lanes.get(lane, 1 if self._any else 0)

    def free(self, lane: str) -> int:
        """Free slots of a lane."""
        with self._lock:
            return self.size(lane) - sum(1 for busy in self._busy.values() if busy == lane)

    def take(self, lane: str, item: str, attempt: int) -> None:
        """Occupy a slot."""
        with self._lock:
            self._busy[item, attempt] = lane

    def give_back(self, item: str, attempt: int) -> None:
        """Free a slot; a second time does nothing."""
        with self._lock:
            self._busy.pop((item, attempt), None)

    def taken(self) -> set[tuple[str, int]]:
        """The attempts that occupy slots."""
        with self._lock:
            return set(self._busy)

    def busy(self) -> dict[str, int]:
        """Occupied slots by lane."""
        with self._lock:
            counted = dict.fromkeys(self._lanes, 0)
            for lane in self._busy.values():
                counted[lane] = counted.get(lane, 0) + 1
            return counted
