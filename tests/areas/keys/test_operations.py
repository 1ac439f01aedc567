"""API keys as operations: the token is in one answer, and nowhere else."""

from collections.abc import Callable

import pytest

from hydra_lab.areas.keys import AREA
from hydra_lab.kernel.errors import Denied, Invalid
from hydra_lab.kernel.policy import Actor, ActorKind
from tests.lab import Lab


@pytest.fixture
def house(make_lab: Callable[..., Lab]) -> Lab:
    """A Hydra with keys."""
    return make_lab(areas=[AREA])


def test_a_key_is_made_used_and_revoked(house: Lab) -> None:
    made = house.call("keys.create", name="claude", kind="agent", scopes=["write"], days=30)
    actor = house.services.credentials.authenticate(made.token)
    assert actor == Actor(kind=ActorKind.AGENT, name="claude", scopes=frozenset({"write"}))
    [listed] = house.call("keys.list").keys
    assert (listed.name, listed.hint, listed.expires_at) == ("claude", made.token[:8], made.expires_at)
    assert house.call("keys.revoke", id=made.id).revoked_at == house.clock.now()
    assert house.services.credentials.authenticate(made.token) is None


def test_scopes_may_be_given_in_one_word(house: Lab) -> None:
    assert house.call("keys.create", name="x", scopes=["write,read"]).scopes == ["read", "write"]
    assert house.call("keys.create", name="y", scopes="approve").scopes == ["approve"]


def test_a_token_is_shown_once(house: Lab) -> None:
    made = house.call("keys.create", name="laptop")
    assert made.token not in house.call("keys.list").model_dump_json() + repr(house.events())


@pytest.mark.parametrize("given", [
    {"scopes": []}, {"scopes": ["fly"]}, {"scopes": [None]}, {"scopes": [[1]]}, {"name": ""}, {"days": 0},
    {"kind": "hydra"},
])  # fmt: skip
def test_a_wrong_key_is_refused(house: Lab, given: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        house.call("keys.create", **{"name": "x", **given})


def test_keys_are_an_administrators(house: Lab) -> None:
    person = Actor(kind=ActorKind.PERSON, name="guest", scopes=frozenset({"write", "approve"}))
    for name, given in (("keys.list", {}), ("keys.create", {"name": "x"}), ("keys.revoke", {"id": "x"})):
        with pytest.raises(Denied):
            house.call(name, as_=person, **given)
