"""A token that was good a moment ago is known without a look at the database, until anything there has changed."""

import sqlite3
from datetime import timedelta

import pytest

from hydra_lab.kernel.credentials import KeyKind, NewKey
from hydra_lab.kernel.credentials.model import By, Visit
from hydra_lab.kernel.errors import Unauthenticated
from tests.lab import OWNER, Lab

HERE = Visit(by=By.API, address="10.0.0.7")


def used(lab: Lab, life: timedelta | None = None, name: str = "laptop") -> NewKey:
    """A key that was shown and is known now."""
    with lab.services.database.begin() as connection:
        made = lab.services.credentials.create_key(
            connection, name=name, kind=KeyKind.PERSON, scopes=("models",), actor=OWNER, life=life
        )
    for _ in range(2):  # the first time notes that it was used
        lab.services.credentials.shown(made.token, HERE)
    return made


def test_what_was_good_is_known_at_once_from_where_it_was_shown(lab: Lab) -> None:
    made, tokens = used(lab), lab.services.credentials.tokens
    assert tokens.at_once(made.token, HERE.address) == made.key.actor
    assert tokens.at_once(made.token, "10.0.0.8") is None
    assert tokens.at_once("nonsense", HERE.address) is None


def test_a_revoked_key_ends_at_once(lab: Lab) -> None:
    made, credentials = used(lab), lab.services.credentials
    with lab.services.database.begin() as connection:
        credentials.revoke(connection, made.key.id, OWNER)
    assert credentials.tokens.at_once(made.token, HERE.address) is None
    with pytest.raises(Unauthenticated):
        credentials.shown(made.token, HERE)


def test_a_key_that_another_process_ends_ends_at_once(lab: Lab) -> None:
    made, tokens, path = used(lab), lab.services.credentials.tokens, lab.services.database.path
    assert path
    other = sqlite3.connect(path)
    other.execute("UPDATE credentials_keys SET hash = 'another' WHERE id = ?", (made.key.id,))
    assert tokens.at_once(made.token, HERE.address)  # not committed yet
    other.commit()
    other.close()
    assert tokens.at_once(made.token, HERE.address) is None
    with pytest.raises(Unauthenticated):
        lab.services.credentials.shown(made.token, HERE)


def test_it_is_looked_up_again_when_it_expires_and_to_note_its_use(lab: Lab) -> None:
    made, tokens = used(lab, timedelta(minutes=2)), lab.services.credentials.tokens
    lab.clock.pass_(minutes=1)
    assert tokens.at_once(made.token, HERE.address)
    lab.clock.pass_(minutes=1)
    assert tokens.at_once(made.token, HERE.address) is None
    other = used(lab, name="desk")
    lab.clock.pass_(minutes=5)
    assert tokens.at_once(other.token, HERE.address) is None
