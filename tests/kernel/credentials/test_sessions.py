"""Sessions: kept on both databases, listed to whom they concern, ended one by one or all others at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from hydra_lab.kernel.credentials import By, Identity, KeyKind, SignedIn, Visit, migrations
from hydra_lab.kernel.credentials.tokens import hashed
from hydra_lab.kernel.errors import Denied, NotFound
from hydra_lab.kernel.policy import Actor, ActorKind
from tests.lab import OWNER, ROOMS, Lab

ADA = Actor(kind=ActorKind.PERSON, name="ada", scopes=frozenset({"read"}))
BOT = Actor(kind=ActorKind.AGENT, name="bot", scopes=frozenset({"read", "write"}))
OIDC = {"oidc.issuer": "http://idp.example", "oidc.client_id": "hydra"}


@pytest.fixture
def started(make_lab: Callable[..., Lab], database_url: str) -> Lab:
    """A Hydra with an identity provider that lets Ada look, on either database."""
    lab = make_lab(database_url=database_url, **OIDC, **{"oidc.read": ("ada",)})
    lab.services.credentials.start()
    return lab


def ada(lab: Lab, address: str = "10.0.0.1") -> str:
    """The cookie of a session of Ada's."""
    visit = Visit(by=By.OIDC, address=address, agent="Firefox")
    return lab.services.credentials.open_session(ADA, visit, Identity(subject="1", name="ada", groups=("makers",)))[0]


def whose(lab: Lab, cookie: str) -> SignedIn:
    """Who has a cookie."""
    found = lab.services.credentials.session(cookie)
    assert found
    return found[0]


def test_a_session_is_listed_with_its_way_address_and_browser(started: Lab) -> None:
    cookie = ada(started)
    [one] = started.services.credentials.sessions.seen_by(ADA)
    assert (one.name, one.by, one.address, one.agent) == ("ada", By.OIDC, "10.0.0.1", "Firefox")
    assert one.id == whose(started, cookie).session
    assert cookie not in repr(one)


def test_use_is_noted_about_every_five_minutes(started: Lab) -> None:
    cookie = ada(started)
    began = started.clock.now()
    for minutes in (4, 6):
        started.clock.at = began + timedelta(minutes=minutes)
        whose(started, cookie)
    [one] = started.services.credentials.sessions.seen_by(ADA)
    assert one.seen_at == began + timedelta(minutes=6)


def test_only_an_administrator_sees_those_of_others(started: Lab) -> None:
    ada(started)
    started.services.credentials.open_session(OWNER)
    sessions = started.services.credentials.sessions
    assert {one.name for one in sessions.seen_by(ADA)} == {"ada"}
    assert {one.name for one in sessions.seen_by(OWNER)} == {"ada", "owner"}


def test_one_session_is_ended_by_whom_it_concerns(started: Lab) -> None:
    mine, theirs = ada(started), started.services.credentials.open_session(OWNER)[0]
    sessions = started.services.credentials.sessions
    with started.services.database.begin() as connection:
        with pytest.raises(NotFound):
            sessions.end(connection, whose(started, theirs).session, ADA)
        sessions.end(connection, whose(started, mine).session, OWNER)
    assert started.services.credentials.session(mine) is None
    assert whose(started, theirs).name == "owner"
    assert started.names("sessions.")[-1] == "sessions.ended"


def test_all_others_are_ended_and_the_one_that_asks_stays(started: Lab) -> None:
    here, phone, laptop = ada(started), ada(started, "10.0.0.2"), ada(started, "10.0.0.3")
    owner = started.services.credentials.open_session(OWNER)[0]
    with started.services.database.begin() as connection:
        ended = started.services.credentials.sessions.end_others(connection, whose(started, here))
    assert {one.address for one in ended} == {"10.0.0.2", "10.0.0.3"}
    assert [started.services.credentials.session(one) for one in (phone, laptop)] == [None, None]
    assert whose(started, here).name == "ada"
    assert whose(started, owner).name == "owner"


def test_sessions_are_peoples(started: Lab) -> None:
    with started.services.database.begin() as connection, pytest.raises(Denied):
        started.services.credentials.sessions.end_others(connection, BOT)


def test_a_revoked_keys_sessions_are_gone_from_the_list(started: Lab) -> None:
    credentials = started.services.credentials
    with started.services.database.begin() as connection:
        key = credentials.create_key(connection, name="laptop", kind=KeyKind.PERSON, scopes=("read",), actor=OWNER).key
    credentials.open_session(key.actor)
    with started.services.database.begin() as connection:
        credentials.revoke(connection, key.id, OWNER)
    assert credentials.sessions.seen_by(OWNER) == []


def test_the_journal_tells_who_came_in_by_what_way_from_where(started: Lab) -> None:
    ada(started)
    [opened] = started.events("sessions.opened")
    assert (opened.actor, opened.actor_name, opened.subject) == ("person", "ada", "ada")
    assert opened.data == {"detail": "by single sign-on, from 10.0.0.1", "way": "oidc", "address": "10.0.0.1"}


def test_sessions_of_the_version_before_stay_open(make_lab: Callable[..., Lab], database_url: str) -> None:
    # Times are kept in microseconds: these are the first of December 2025 and of January 2026.
    before = {**ROOMS, "credentials": migrations.MIGRATIONS[:2]}
    old = make_lab(database_url=database_url, rooms=before)
    with old.services.database.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO credentials_keys (id, name, kind, scopes, hash, hint, created_at, created_by)"
            " VALUES ('k', 'ada', 'person', '[\"read\"]', 'h', 'hyd_', 1764547200000000, 'owner')"
        )
        connection.exec_driver_sql(
            "INSERT INTO credentials_sessions (hash, key, created_at, expires_at)"
            f" VALUES ('{hashed('cookie')}', 'k', 1764547200000000, 1767225600000000)"
        )
    old.close()
    new = make_lab(database_url=database_url)
    assert whose(new, "cookie").name == "ada"
    [one] = new.services.credentials.sessions.seen_by(OWNER)
    assert (one.name, one.by, one.address) == ("ada", None, None)
