"""What is news about model servers, and that it is kept on both kinds of database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hydra_lab.areas.models import AREA, store
from hydra_lab.areas.models.model import Seen, answered, news, silent
from hydra_lab.areas.models.store import Learned
from hydra_lab.kernel.capabilities import Ability, LoadedModel, Model
from tests.lab import NOON, Lab

NEW = Seen(id="ollama", title="Ollama", integration="ollama", loads=True)
A = LoadedModel(name="a", gpu_bytes=2 << 30, context=4096, until=NOON)
MODELS = (Model(name="a", bytes=1, abilities=frozenset({Ability.CHAT})), Model(name="b"))


def told(was: Seen, now: Seen) -> list[tuple[str, dict[str, object]]]:
    """The news as names and data."""
    return [(one.name, one.data) for one in news(was, now)]


def test_only_what_changed_is_news() -> None:
    first = answered(NEW, NEW, MODELS, (A,), NOON)
    assert told(NEW, first) == []  # nobody knows how it was before
    later = answered(first, NEW, MODELS, (replace(A, until=NOON + timedelta(minutes=5)),), NOON)
    assert told(first, later) == []
    empty = answered(later, NEW, MODELS[:1], (), NOON)
    assert told(later, empty) == [
        ("unloaded", {"model": "a", "gpu_gib": 2.0, "context": 4096}), ("changed", {"removed": ["b"]}),
    ]  # fmt: skip
    assert [name for name, _ in told(empty, first)] == ["loaded", "changed"]


def test_a_lost_source_is_one_event_and_one_when_it_is_back() -> None:
    first = answered(NEW, NEW, MODELS, (A,), NOON)
    lost = silent(first, NEW, "It does not answer.", NOON + timedelta(seconds=5))
    still = silent(lost, NEW, "It does not answer.", NOON + timedelta(seconds=10))
    back = answered(still, NEW, MODELS, (), NOON + timedelta(seconds=65))
    assert told(first, lost) == [("lost", {"detail": "It does not answer."})]
    assert told(lost, still) == []
    assert [name for name, _ in told(still, back)] == ["back", "unloaded"]
    assert told(still, back)[0][1] == {"after_s": 60}
    assert (still.names, still.since) == ({"a"}, NOON + timedelta(seconds=5))


def test_a_server_is_kept_whole_and_of_two_that_looked_one_is_kept(
    make_lab: Callable[..., Lab], database_url: str
) -> None:
    lab = make_lab(areas=[AREA], database_url=database_url)
    first = answered(NEW, NEW, MODELS, (A,), NOON)
    with lab.services.database.begin() as connection:
        assert store.put(connection, None, first)
        assert store.seen_of(connection, "ollama") == first
        assert store.put(connection, first, replace(first, turn=2))
        assert not store.put(connection, first, replace(first, turn=2, title="other"))
        store.forget(connection, "ollama")
        assert store.all_seen(connection) == {}
        store.learn(connection, "ollama", "a", Learned(gib=2.5, load_s=3.0, at=NOON))
        store.learn(connection, "ollama", "a", Learned(gib=None, load_s=4.0, at=NOON))
        assert store.learned_of(connection, "ollama") == {"a": Learned(gib=2.5, load_s=4.0, at=NOON)}
