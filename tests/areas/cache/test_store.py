"""Kept answers in either database: found by their key, gone with their time, the least used first."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hydra_lab.areas.cache import AREA, store
from hydra_lab.areas.cache.alike.learning import Observation
from hydra_lab.areas.cache.feeds import expire
from hydra_lab.areas.cache.store import Entry, Event
from tests.lab import NOON, Lab

ENTRY = Entry(
    id="a", exact="x", family="f", path="/v1/chat/completions", model="m", answered_by="m", key="k", text="Who? 100%",
    question={"messages": []}, answer={"choices": [{"message": {"content": "I."}}]}, size=10, made_at=NOON,
    used_at=NOON, ends_at=NOON + timedelta(hours=1),
)  # fmt: skip
EVENT = Event(id="e", at=NOON, kind="exact", entry="a", model="m", key="k", asked="q", kept="q", answer="a")


def test_answers_come_back_end_and_give_way(make_lab: Callable[..., Lab], database_url: str) -> None:
    lab = make_lab(areas=[AREA], database_url=database_url)
    ctx = lab.context()
    with ctx.begin() as connection:
        store.keep(connection, ENTRY)
        store.keep(connection, replace(ENTRY, id="b"))
        store.keep(connection, replace(ENTRY, id="c", exact="y", used_at=NOON + timedelta(minutes=1)))
        store.note(connection, [replace(EVENT, id=f"e{n}", entry="c") for n in range(9)], most=5)
        store.put_vector(connection, "b", "f", "e", b"\x03", b"vector")
        store.put_vector(connection, "c", "f", "e", b"\x02", b"other")
        seen = Observation(similarity=0.9, right=False)
        store.observe(connection, "c", seen, asked="q", source="owner", at=NOON)
        store.judge(connection, "e8", right=False, other="no", judged_by="audit")
        store.note_used(connection, {"b": (2, NOON + timedelta(minutes=2))})
    with ctx.read() as connection:
        found = store.by_exact(connection, "x", NOON)
        assert found == replace(ENTRY, id="b", hits=2, used_at=NOON + timedelta(minutes=2))
        assert store.by_exact(connection, "x", NOON + timedelta(hours=1)) is None
        assert store.totals(connection) == (2, 20)
        assert [one.id for one in store.latest(connection, text="0%", limit=9)] == ["b", "c"]
        assert store.latest(connection, text="1_0", limit=9) == []
        assert [one.id for one in store.noted(connection, ("exact",), limit=9)] == ["e8", "e7", "e6", "e5", "e4"]
        assert store.audited(connection, "exact") == (1, 1)
        assert [one[1:] for one in store.signs_after(connection, "f", "e", 0)] == [("b", b"\x03"), ("c", b"\x02")]
        assert store.vectors_of(connection, ["c", "x"]) == {"c": b"other"}
        assert store.observed(connection, "c") == [(seen, "q")]
    with ctx.begin() as connection:
        assert store.drop_least_used(connection, most=5, most_bytes=15) == 1
        assert store.observed(connection, "c") == []
        newest = store.signs_after(connection, "f", "e", 0)
        assert [one[1] for one in newest] == ["b"]
        store.put_vector(connection, "d", "f", "e", b"\x01", b"new")
        assert store.signs_after(connection, "f", "e", newest[0][0] + 1)[0][1] == "d"
        assert [one.id for one in store.latest(connection, text=None, limit=9)] == ["b"]
        assert store.noted(connection, ("exact",), limit=9) == []
        assert store.drop(connection, model="other") == 0
    expire(ctx)
    lab.clock.pass_(hours=2)
    expire(ctx)
    with ctx.read() as connection:
        assert store.totals(connection) == (0, 0)
