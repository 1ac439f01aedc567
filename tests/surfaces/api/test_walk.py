"""Every operation, walked: none runs without a credential, past policy, or with an input it did not declare."""

import re
from typing import Any

import pytest

from hydra_lab import app
from hydra_lab.kernel.openapi import takes_raw_body
from hydra_lab.kernel.operation import Effect, Entry, Operation
from hydra_lab.kernel.policy import Actor, ActorKind
from tests.surfaces.served import Served

VERBS = [verb for verb in app.found_rooms().verbs.values() if verb.entry is Entry.CREDENTIAL]
OWN = [verb for verb in VERBS if not (takes_raw_body(verb.input) or verb.error_shape)]  # not another interface's
STRANGER = Actor(kind=ActorKind.AGENT, name="stranger")


def asked(verb: Operation) -> dict[str, Any]:
    """A request for a verb."""
    return {"method": verb.method, "url": re.sub(r"{\w+(:\w+)?}", "x", verb.path)}


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_nobody_gets_in(toyshop: Served, verb: Operation) -> None:
    assert toyshop.nobody.request(**asked(verb)).status_code == 401


@pytest.mark.parametrize("verb", OWN, ids=lambda verb: verb.name)
def test_an_undeclared_field_is_refused_before_anything_is_done(toyshop: Served, verb: Operation) -> None:
    odd = {"params": {"no_such_field": "1"}} if verb.method in ("GET", "DELETE") else {"json": {"no_such_field": 1}}
    answer = toyshop.client.request(**asked(verb), **odd)  # type: ignore[arg-type]
    if verb.path_fields() and answer.status_code == 404:
        return  # the thing in the path is not there, which may be known before what it takes
    assert answer.status_code == 422
    assert "no_such_field" in {one["field"] for one in answer.json()["problems"]}


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_a_credential_without_scopes_is_turned_away_by_policy(toyshop: Served, verb: Operation) -> None:
    decision = toyshop.services.policy.decide(verb, verb.input.model_construct(), STRANGER)
    assert decision.verdict == "deny"


CHANGES = [verb for verb in VERBS if verb.effect is not Effect.READ]


@pytest.mark.parametrize("verb", CHANGES, ids=lambda verb: verb.name)
def test_a_key_that_may_only_read_changes_nothing(toyshop: Served, verb: Operation) -> None:
    reader = Actor(kind=ActorKind.PERSON, name="reader", scopes=frozenset({"read"}))
    assert toyshop.services.policy.decide(verb, verb.input.model_construct(), reader).verdict == "deny"
