"""What the cache tells of itself."""

from datetime import datetime
from typing import Self

from hydra_lab.areas.cache import store
from hydra_lab.areas.cache.alike.learning import wilson
from hydra_lab.areas.cache.asking.answers import words
from hydra_lab.areas.cache.model import Settings
from hydra_lab.areas.cache.serving import Cache
from hydra_lab.areas.cache.store import Entry
from hydra_lab.areas.cache.wishes import SETTINGS
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Output


class EntryView(Output):
    """A kept answer. ``question`` is what the user said last."""

    id: str
    model: str
    answered_by: str
    key: str
    question: str
    answer: str
    size: int
    hits: int
    made_at: datetime
    used_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, one: Entry) -> Self:
        """An entry as it is shown."""
        return cls(
            id=one.id, model=one.model, answered_by=one.answered_by, key=one.key, question=one.text,
            answer=words(one.answer), size=one.size, hits=one.hits, made_at=one.made_at, used_at=one.used_at,
            ends_at=one.ends_at,
        )  # fmt: skip


class OfModel(Output):
    """What became of questions to one model or alias since Hydra's start, on this node."""

    model: str
    exact: int
    semantic: int
    near_misses: int
    missed: int
    kept: int


class PassedBy(Output):
    """Why questions went past the cache, and how many."""

    why: str
    questions: int


class Audited(Output):
    """Of the latest answers from the cache those that were asked again: how many were wrong, with a 95 % interval."""

    compared: int
    wrong: int
    share: float | None
    low: float
    high: float


class Status(Output):
    """The cache now. ``on`` is whether it is on for anybody; the audits are of answers to the same and to alike
    questions."""

    on: bool
    entries: int
    size: int
    most_entries: int
    most_size: int
    models: list[OfModel]
    passed_by: list[PassedBy]
    exact_audit: Audited
    semantic_audit: Audited


def status_of(ctx: Context) -> Status:
    """From memory and the database."""
    cache = ctx.services.lasting(Cache)
    with ctx.read() as connection:
        settings = Settings.model_validate(store.document(connection, SETTINGS) or {})
        count, size = store.totals(connection)
        exact, semantic = (store.audited(connection, kind) for kind in ("exact", "semantic"))
    counts = cache.counts.copy()
    models = [
        OfModel(
            model=one,
            exact=counts[one, "exact"],
            semantic=counts[one, "semantic"],
            near_misses=counts[one, "near_miss"],
            missed=counts[one, "miss"],
            kept=counts[one, "kept"],
        )
        for one in sorted({model for model, _ in counts})
    ]
    return Status(
        on=any(rule.mode != "off" for rule in settings.rules), entries=count, size=size,
        most_entries=settings.entries, most_size=settings.mib << 20, models=models,
        passed_by=[PassedBy(why=why, questions=number) for why, number in cache.passed_by.most_common()],
        exact_audit=audited(*exact), semantic_audit=audited(*semantic),
    )  # fmt: skip


def audited(compared: int, wrong: int) -> Audited:
    """A share with its interval."""
    found = wilson(wrong, compared)
    return Audited(compared=compared, wrong=wrong, share=found.share, low=found.low, high=found.high)
