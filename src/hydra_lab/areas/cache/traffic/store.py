"""Recorded questions in the database, their vectors, and which answers mean the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from hydra_lab.areas.cache.tables import entries, question_vectors, questions, verdicts


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question with the answer that it got. Those with the same ``exact`` are the same, whoever asked.

    ``family`` is what alike questions have in common, ``hash`` that of the text; ``alike`` is whether an alike question
    may answer it. ``temperature`` is ``None`` where none was named, 0 where a seed was. ``given_by`` says whether a
    model answered, or the cache; of the cache's answers tokens and seconds are unknown.
    """

    at: datetime
    model: str
    key: str
    exact: str
    family: str
    hash: str
    text: str
    alike: bool
    temperature: float | None
    given_by: str
    answer: str
    tokens: int | None
    seconds: float | None
    size: int
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much of what was recorded stays."""

    since: datetime
    questions: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Totals:
    """How much is recorded."""

    questions: int
    size: int
    first: datetime | None
    last: datetime | None


def add(connection: Connection, found: Iterable[Question]) -> None:
    """Record questions."""
    rows = [asdict(one) for one in found]
    for row in rows:
        del row["number"]
    if rows:
        connection.execute(insert(questions), rows)


def totals(connection: Connection) -> Totals:
    """How much is recorded."""
    c = questions.c
    row = connection.execute(
        select(func.count(), func.coalesce(func.sum(c.size), 0), func.min(c.at), func.max(c.at))
    ).one()
    return Totals(questions=int(row[0]), size=int(row[1]), first=row[2], last=row[3])


def models(connection: Connection) -> list[tuple[str, int]]:
    """The models and aliases that were asked, with how often."""
    query = select(questions.c.model, func.count()).group_by(questions.c.model).order_by(func.count().desc())
    return [(row[0], int(row[1])) for row in connection.execute(query)]


def all_of(connection: Connection, until: datetime | None = None) -> Iterator[Question]:
    """What is recorded, in the order of time."""
    query = select(questions).order_by(questions.c.at, questions.c.number)
    query = query if until is None else query.where(questions.c.at <= until)
    for row in connection.execute(query):
        yield Question(**{name: getattr(row, name) for name in Question.__dataclass_fields__})


def is_over(connection: Connection, bounds: Bounds) -> bool:
    """Whether more is recorded than stays."""
    found = totals(connection)
    too_old = found.first is not None and found.first < bounds.since
    return too_old or found.questions > bounds.questions or found.size > bounds.size


def prune(connection: Connection, bounds: Bounds) -> None:
    """Drop what is too old, then the oldest until the rest is no more than that."""
    if not is_over(connection, bounds):
        return
    connection.execute(delete(questions).where(questions.c.at < bounds.since))
    connection.execute(delete(verdicts).where(verdicts.c.at < bounds.since))
    found = totals(connection)
    count, size, last = found.questions, found.size, None
    for number, one in connection.execute(select(questions.c.number, questions.c.size).order_by(questions.c.number)):
        if count <= bounds.questions and size <= bounds.size:
            break
        last, count, size = number, count - 1, size - one
    if last is not None:
        connection.execute(delete(questions).where(questions.c.number <= last))
    drop_lone_vectors(connection)


def drop(connection: Connection, *, entry: str | None = None, model: str | None = None, key: str | None = None,
         text: str | None = None) -> int:  # fmt: skip
    """Drop what fits every given part, all where none is given; ``entry`` is a kept answer, meant is its question."""
    statement = delete(questions)
    if entry is not None:
        same = select(entries.c.text).where(entries.c.id == entry).scalar_subquery()
        statement = statement.where(questions.c.text == same)
    for column, value in ((questions.c.model, model), (questions.c.key, key)):
        statement = statement if value is None else statement.where(column == value)
    if text is not None:
        statement = statement.where(questions.c.text.icontains(text, autoescape=True))
    dropped = connection.execute(statement).rowcount
    if dropped:
        drop_lone_vectors(connection)
    if entry is model is key is text is None:
        connection.execute(delete(verdicts))
    return dropped


def drop_lone_vectors(connection: Connection) -> None:
    """Drop the vectors of texts that are not recorded any more."""
    connection.execute(delete(question_vectors).where(question_vectors.c.hash.not_in(select(questions.c.hash))))


def vectors(connection: Connection, embedder: str) -> dict[str, bytes]:
    """The vectors that there are, by their text's hash."""
    query = select(question_vectors.c.hash, question_vectors.c.vector).where(question_vectors.c.embedder == embedder)
    return {text: bytes(vector) for text, vector in connection.execute(query)}


def put_vectors(connection: Connection, embedder: str, found: Mapping[str, bytes]) -> None:
    """Keep vectors of recorded texts; of a text that was dropped meanwhile none is kept."""
    c = questions.c
    known = set(connection.execute(select(c.hash).where(c.hash.in_(list(found))).distinct()).scalars())
    connection.execute(
        delete(question_vectors).where(question_vectors.c.embedder == embedder, question_vectors.c.hash.in_(known))
    )
    rows = [{"hash": text, "embedder": embedder, "vector": one} for text, one in found.items() if text in known]
    if rows:
        connection.execute(insert(question_vectors), rows)


def answers(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[str, str]]:
    """The texts of questions with their answers, by number."""
    c = questions.c
    query = select(c.number, c.text, c.answer).where(c.number.in_(list(numbers)))
    return {row[0]: (row[1], row[2]) for row in connection.execute(query)}


def said(connection: Connection) -> dict[str, bool]:
    """What was found of pairs of answers: whether both mean the same."""
    return {pair: bool(same) for pair, same in connection.execute(select(verdicts.c.pair, verdicts.c.is_same))}


def put_verdict(connection: Connection, pair: str, *, same: bool, at: datetime) -> None:
    """Keep whether two answers mean the same."""
    connection.execute(delete(verdicts).where(verdicts.c.pair == pair))
    connection.execute(insert(verdicts).values(pair=pair, is_same=same, at=at))
