"""Model servers as they were last seen, and what is news about them. Pure rules, no I/O."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from hydra_lab.kernel.capabilities import LoadedModel, Model

GIB = 1 << 30


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A server as it was last seen. ``loaded`` is ``None`` where it does not tell.

    ``since`` is when ``state`` began, ``looked_at`` when it answered last; ``turn`` counts what was kept.
    """

    id: str
    title: str
    integration: str
    turn: int = 0
    node: str | None = None
    gpus: tuple[int, ...] = ()
    loads: bool = False
    swaps: bool = False
    holds_many: bool = False
    pulls: bool = False
    state: Literal["there", "lost", "unknown"] = "unknown"
    since: datetime | None = None
    looked_at: datetime | None = None
    detail: str | None = None
    models: tuple[Model, ...] = ()
    loaded: tuple[LoadedModel, ...] | None = None

    @property
    def there(self) -> bool:
        """Whether it answered when it was last asked."""
        return self.state == "there"

    @property
    def names(self) -> set[str]:
        """What is in memory, as far as it is told."""
        return {one.name for one in self.loaded or ()}


SEEN = TypeAdapter(Seen)


@dataclass(frozen=True, kw_only=True)
class News:
    """Something that is worth an entry in the journal, after ``models.``."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)


def answered(
    was: Seen, now: Seen, models: tuple[Model, ...], loaded: tuple[LoadedModel, ...] | None, at: datetime
) -> Seen:  # fmt: skip
    """A server after it has answered; ``now`` is what it is called and where it is."""
    since = was.since if was.there else at
    return replace(now, turn=was.turn + 1, state="there", since=since, looked_at=at, models=models, loaded=loaded)


def silent(was: Seen, now: Seen, detail: str, at: datetime) -> Seen:
    """A server that did not answer; what it had is kept, and is not known any more."""
    since = was.since if was.state == "lost" else at
    return replace(
        now, turn=was.turn + 1, state="lost", since=since, looked_at=was.looked_at, detail=detail, models=was.models,
        loaded=was.loaded,
    )  # fmt: skip


def news(was: Seen, now: Seen) -> list[News]:
    """What has changed: a server that is lost or back, models that came into memory or left it, came or went."""
    if not now.there:
        return [News(name="lost", data={"detail": now.detail})] if was.state != "lost" else []
    found = []
    if was.state == "lost" and was.since and now.looked_at:
        found.append(News(name="back", data={"after_s": round((now.looked_at - was.since).total_seconds())}))
    if was.looked_at is None:
        return found
    held = {one.name: one for one in (*(was.loaded or ()), *(now.loaded or ()))}
    found += [News(name="unloaded", data=about(held[name])) for name in sorted(was.names - now.names)]
    found += [News(name="loaded", data=about(held[name])) for name in sorted(now.names - was.names)]
    before, after = {one.name for one in was.models}, {one.name for one in now.models}
    if before != after:
        changed = {"added": sorted(after - before), "removed": sorted(before - after)}
        found.append(News(name="changed", data={name: names for name, names in changed.items() if names}))
    return found


def about(one: LoadedModel) -> dict[str, Any]:
    """What is journaled of a model in memory."""
    return {"model": one.name, "gpu_gib": gib(one.gpu_bytes), "context": one.context}


def gib(size: int | None) -> float | None:
    """Bytes as GiB; unknown stays unknown."""
    return None if size is None else round(size / GIB, 3)
