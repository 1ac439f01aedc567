"""What an area or integration offers to features it does not know: digest sections, cards, checks, search."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from hydra_lab.kernel.capabilities.tending import Tending

if TYPE_CHECKING:
    from prometheus_client.core import Metric
    from sqlalchemy import Connection

    from hydra_lab.kernel.context import Context
    from hydra_lab.kernel.inference.asking import Answered
    from hydra_lab.kernel.inference.caching import Asked, Fresh, Kept
    from hydra_lab.kernel.journal.model import Event
    from hydra_lab.kernel.operation import Input
    from hydra_lab.kernel.services import Services
    from hydra_lab.kernel.settings import Settings


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What a check found. ``status`` is ``unknown`` where it could not look; ``fix`` says what to do."""

    status: Literal["ok", "warn", "bad", "unknown"]
    detail: str
    fix: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Check:
    """A health check, shown by ``hydra doctor``, ``health.show`` and the home page."""

    name: str
    title: str
    run: Callable[["Context"], CheckResult]


@dataclass(frozen=True, kw_only=True)
class DigestSection:
    """A part of the digest, made from the journal between two times."""

    name: str
    title: str
    write: Callable[["Context", datetime, datetime], str | None]


@dataclass(frozen=True, kw_only=True)
class SearchSource:
    """Something that can be searched: ``find(ctx, query, limit)`` gives ``{title, url, text, score}`` rows."""

    name: str
    find: Callable[["Context", str, int], list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Card:
    """A tile on the home page: ``load`` gives the values of its template."""

    name: str
    title: str
    template: str
    load: Callable[["Context"], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a tile shows: a value with its unit or whole, a sentence, how it looks (``ok``, ``warn``, ``bad``,
    ``unknown``), and when it was measured. ``share`` in percent draws a bar."""

    value: str
    of: str = ""
    text: str = ""
    s: Literal["", "ok", "warn", "bad", "unknown"] = ""
    at: datetime | None = None
    share: int | None = None


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A measurement on the home page, which leads to ``path``. ``measure`` reads what is known already, without a call
    out; ``None`` where there is nothing of the kind."""

    name: str
    title: str
    icon: str
    path: str
    measure: Callable[["Context"], Measured | None]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A measured value for STATE.json: ``measure`` answers JSON-ready data, or raises to be shown as unknown."""

    name: str
    measure: Callable[["Context"], Any]


@dataclass(frozen=True, kw_only=True)
class Beat:
    """Something done again and again by the leading process while Hydra runs, e.g. bringing STATE.json up to date.

    ``every_s`` is the pause between two runs; ``on`` names journal events (prefixes) after which it runs at once,
    at most once a second.
    """

    name: str
    every_s: float
    run: Callable[["Context"], None]
    on: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Something that acts on what happened, such as a rule that starts work: it misses nothing and does nothing twice.

    ``read(ctx, connection, events)`` gets the entries that came since the last time and whose names begin with one of
    ``on``, oldest first; where what it waits for changes, ``on(connection)`` says so. What it writes through
    ``connection`` commits together with its place in the journal, or not at all; no network inside. It begins with what
    happens after it was first there, and runs in the leading process.
    """

    name: str
    on: tuple[str, ...] | Callable[["Connection"], tuple[str, ...]]
    read: Callable[["Context", "Connection", "Sequence[Event]"], None]


@dataclass(frozen=True, kw_only=True)
class Routine:
    """Recurring work that is on from the first start, e.g. the nightly backup.

    ``cron`` reads its five fields from the settings; ``off`` there takes the schedule away. A person may pause it.
    """

    id: str
    title: str
    operation: str
    cron: Callable[["Settings"], str]
    input: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class WantedImage:
    """An image that something needs, by its id or its name, and who needs it what for, as the end of a sentence."""

    image: str
    why: str


@dataclass(frozen=True, kw_only=True)
class ImagesWanted:
    """Images that a clean-up must not remove: ``find(ctx)`` names those that a room knows of."""

    name: str
    find: Callable[["Context"], Sequence[WantedImage]]


@dataclass(frozen=True, kw_only=True)
class ModelAnswerer:
    """What answers when work asks a model: ``ask(ctx, body, path)``, see ``kernel/inference``. The first one does."""

    name: str
    ask: Callable[["Context", dict[str, Any], str], "Answered"]
    ask_async: Callable[["Context", dict[str, Any], str], Awaitable["Answered"]]


@dataclass(frozen=True, kw_only=True)
class AnswerCache:
    """Kept answers in front of the models; the first one that is there is asked by the gateway.

    ``is_on(services, model, key)`` says from memory, for every request, whether it wants to be asked at all, and
    ``answers`` whether it may answer then; else it only wants to hear what models say.
    ``look(ctx, asked)`` gives a kept answer or ``None``, never an error. ``keep(ctx, asked, fresh)`` is told of the
    answer that a model gave then, in a thread, after the caller has it.
    """

    name: str
    is_on: Callable[["Services", str, str], bool]
    answers: Callable[["Services", str, str], bool]
    look: Callable[["Context", "Asked"], Awaitable["Kept | None"]]
    keep: Callable[["Context", "Asked", "Fresh"], None]


@dataclass(frozen=True, kw_only=True)
class Listening:
    """A source of live events as it is now: asked or followed once, however many listen to what it tells.

    ``how`` is the way and the beat ("asked every 10 s"), ``topics`` the first words of the events that come of it.
    ``heard_at`` is when it answered last, ``lost_at`` since when it does not; ``unknown`` before its first answer.
    """

    name: str
    topics: tuple[str, ...]
    how: str
    state: Literal["there", "lost", "unknown"]
    heard_at: datetime | None = None
    lost_at: datetime | None = None
    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What a room listens to outside of Hydra: ``find(ctx)`` tells how each is, from what is known already."""

    name: str
    find: Callable[["Context"], Sequence[Listening]]


@dataclass(frozen=True, kw_only=True)
class Series:
    """Samples of one quantity that a benchmark suite measured; what could not be measured is absent, never zero.

    ``case`` says under which conditions (``128 in, 64 out, 4 at once``). ``typical`` is what stands for the samples;
    ``watched`` is whether a later run is judged by them; ``labels`` names each sample, where they have names.
    """

    name: str
    unit: str
    better: Literal["lower", "higher"]
    samples: tuple[float, ...]
    case: str = ""
    typical: Literal["median", "mean"] = "median"
    watched: bool = True
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SuiteTarget:
    """What a suite can measure. ``stamp`` holds what its figures depend on, ``None`` where that is not known.

    ``node`` and ``gpus`` are the machine it is on, ``None`` where nobody said; ``uses_gpu`` is whether cards matter.
    """

    name: str
    title: str
    stamp: Mapping[str, str | int | float | None] = field(default_factory=dict)
    node: str | None = None
    gpus: tuple[int, ...] = ()
    uses_gpu: bool = False


@dataclass(frozen=True, kw_only=True)
class Judged:
    """An answer that a judge model decided about, for people to look at; ``right`` is ``None`` where it did not."""

    case: str
    judge: str
    question: str
    answer: str
    right: bool | None
    why: str = ""
    grade: int | None = None


@dataclass(frozen=True, kw_only=True)
class SuiteResult:
    """What one run of a suite measured, and remarks for a person, such as requests that failed."""

    series: tuple[Series, ...]
    remarks: tuple[str, ...] = ()
    judged: tuple[Judged, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BenchmarkSuite:
    """Measurements that are repeated over months. ``targets(ctx)`` are what it can measure now, maybe none.

    ``run(ctx, target, parameters)`` measures one, in steps of the work it runs for; ``parameters`` is the model of what
    it takes, with a default for each. ``need`` is the capability without which it has no target.
    """

    name: str
    title: str
    about: str
    targets: Callable[["Context"], Sequence[SuiteTarget]]
    parameters: type["Input"]
    run: Callable[["Context", SuiteTarget, Any], SuiteResult]
    need: str | None = None


@dataclass(frozen=True, kw_only=True)
class Measures:
    """Numbers for Prometheus: ``collect(ctx)`` gives prometheus_client's metric families from what is known already."""

    name: str
    collect: Callable[["Context"], "Iterable[Metric]"]


Contribution = (
    Check | DigestSection | SearchSource | Card | Tile | Fact | Beat | Reader | Routine | ImagesWanted
    | ModelAnswerer | AnswerCache | Measures | Sources | BenchmarkSuite | Tending
)  # fmt: skip
