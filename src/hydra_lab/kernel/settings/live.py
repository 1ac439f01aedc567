"""Settings while Hydra runs: what is in force, where it came from, and changing it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from hydra_lab.kernel.clock import Clock, SystemClock
from hydra_lab.kernel.database.connect import after_commit
from hydra_lab.kernel.errors import Conflict, Invalid, NotFound
from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.settings import store
from hydra_lab.kernel.settings.model import AT_START, OPEN_ENDED, Settings
from hydra_lab.kernel.settings.sources import Layers, Source, Values, names, nested, problems_of, variable


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting as shown: its value, which source it is from, and whether it can be set here and now."""

    name: str
    value: Any
    source: Source
    default: Any
    about: str
    settable: bool
    variable: str
    ignored: Any = None  # a stored value that a stronger source hides or that no longer fits


class SettingsStore:
    """The settings in force. ``current`` is replaced as a whole, so a reader sees one state or the next."""

    def __init__(self, base: Layers, clock: Clock | None = None) -> None:
        self._layers = base
        self._clock = clock or SystemClock()
        self._stored: Values = {}
        self._subscribers: list[Callable[[Settings], None]] = []
        self._lock = threading.Lock()
        self._current = settled(base, {})[0]

    @property
    def current(self) -> Settings:
        """The settings in force now."""
        return self._current

    @property
    def layers(self) -> Layers:
        """What the sources outside the database say, integrations' sections among them."""
        return self._layers

    def load(self, connection: Connection) -> None:
        """Take up what the database holds: at start, and where another node may have changed it."""
        self._take(store.stored(connection))

    def set(self, connection: Connection, name: str, value: Any, actor: Actor) -> None:
        """Keep a value, in force once the transaction commits; ``None`` takes it back.

        Raises ``NotFound`` for an unknown name, ``Invalid`` for a wrong value or one only read at start, and
        ``Conflict`` when the environment or a file sets it, because that would win.
        """
        self._refuse(name)
        stored = store.stored(connection)
        if value is None:
            store.forget(connection, name)
            stored.pop(name, None)
        else:
            stored[name] = value
            problems = problems_of({name: value}, {name: ""})
            if problems:
                raise Invalid(
                    f"{name} cannot be {value!r}: {problems[0]['problem']}.",
                    problems=problems,
                    fix="`hydra settings show` lists what each one takes.",
                )
            store.put(connection, name, value, actor.name, self._clock.now())
        after_commit(connection, lambda: self._take(stored))

    def sources(self) -> dict[str, Source]:
        """Which source each setting's value is from."""
        _, chosen = settled(self._layers, self._stored)
        return {name: chosen.get(name, "default") for name in self._names()}

    def listed(self) -> list[Setting]:
        """Every setting, as the settings page shows it."""
        return self._told(self._names())

    def one(self, name: str) -> Setting:
        """One setting by its dotted name; a lane nobody sized has no value."""
        return self._told([name])[0]

    def _told(self, names: list[str]) -> list[Setting]:
        _, chosen = settled(self._layers, self._stored)
        now, usual = self._current.model_dump(mode="json"), Settings().model_dump(mode="json")
        sources = {name: chosen.get(name, "default") for name in names}
        return [
            Setting(
                name=name, value=reached(now, name), source=source, default=reached(usual, name), about=about(name),
                settable=name not in AT_START, variable=variable(name),
                ignored=self._stored.get(name) if source != "stored" else None,
            )
            for name, source in sources.items()
        ]  # fmt: skip

    def subscribe(self, callback: Callable[[Settings], None]) -> Callable[[], None]:
        """Have ``callback(settings)`` run after each change; returns a function that stops it."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def _names(self) -> list[str]:
        """Every dotted name, the lanes in force one by one."""
        open_ = {group: [f"{group}.{one}" for one in getattr(self._current, group)] for group in OPEN_ENDED}
        return [one for name in names() for one in open_.get(name, [name])]

    def _refuse(self, name: str) -> None:
        group, _, one = name.partition(".")
        if name not in names() and not (group in OPEN_ENDED and one):
            raise NotFound(f"There is no setting “{name}”.", fix="`hydra settings show` lists them.")
        if name in AT_START:
            raise Invalid(
                f"{name} is read when Hydra starts.",
                problems=[{"field": name, "problem": "is read at start"}],
                fix=f"Set {variable(name)} or write it into hydra.toml, then start Hydra again.",
            )
        stronger = self._layers.merged({}).get(name)
        if stronger:
            where = variable(name) if stronger[0] == "environment" else str(self._layers.path or stronger[0])
            raise Conflict(f"{name} is set by {where}, which wins.", fix=f"Change or remove it in {where}.")

    def _take(self, stored: Values) -> None:
        with self._lock:
            before, self._stored = self._current, stored
            self._current = settled(self._layers, stored)[0]
        if self._current != before:
            for callback in list(self._subscribers):
                callback(self._current)


def settled(layers: Layers, stored: Values) -> tuple[Settings, dict[str, Source]]:
    """The settings that the layers make, and each named one's source.

    A stored value that is wrong (another version wrote it) is left out: Hydra must start all the same.
    """
    fit = {name: value for name, value in stored.items() if not problems_of({name: value}, {})}
    chosen = layers.merged(fit)
    settings = Settings.model_validate(nested({name: value for name, (_, value) in chosen.items()}))
    return settings, {name: source for name, (source, _) in chosen.items()}


def reached(tree: dict[str, Any], name: str) -> Any:
    """The value at a dotted name; ``None`` where there is none."""
    group, _, part = name.partition(".")
    inside = tree.get(group)
    return (inside.get(part) if isinstance(inside, dict) else None) if part else inside


def about(name: str) -> str:
    """What a setting means, in its own words."""
    group, _, part = name.partition(".")
    info = Settings.model_fields[group]
    if part and isinstance(info.annotation, type) and hasattr(info.annotation, "model_fields"):
        info = info.annotation.model_fields[part]
    return info.description or ""
