"""Who may come in: the admin token, keys, sign-in links and sessions; and that no token is ever kept."""

import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from hydra_lab.kernel.credentials import Credentials, KeyKind, NewKey, chosen_admin_token
from hydra_lab.kernel.errors import Conflict, Invalid, NotFound, TooMany, Unauthenticated
from hydra_lab.kernel.policy import ActorKind
from tests.lab import OWNER, Lab


@pytest.fixture
def credentials(lab: Lab) -> Credentials:
    """The credentials of a Hydra that was started once."""
    lab.services.credentials.start()
    return lab.services.credentials


def make(
    lab: Lab, name: str = "laptop", *scopes: str, kind: KeyKind = KeyKind.PERSON, days: int | None = None
) -> NewKey:
    """An API key."""
    with lab.services.database.begin() as connection:
        return lab.services.credentials.create_key(
            connection, name=name, kind=kind, scopes=scopes or ("read",), actor=OWNER,
            life=timedelta(days=days) if days else None,
        )  # fmt: skip


def revoke(lab: Lab, id: str) -> None:
    """End a key."""
    with lab.services.database.begin() as connection:
        lab.services.credentials.revoke(connection, id, OWNER)


def test_the_admin_token_is_made_once_and_shown_once(lab: Lab) -> None:
    token = lab.services.credentials.start()
    assert token
    actor = lab.services.credentials.authenticate(token)
    assert actor
    assert (actor.kind, actor.name, actor.may("admin")) == (ActorKind.PERSON, "owner", True)
    assert lab.services.credentials.start() is None


def test_a_chosen_admin_token_is_taken(make_lab: Callable[..., Lab]) -> None:
    lab = make_lab(admin_token="chosen-token-of-some-length")
    first = lab.services.credentials.start()
    assert first is None
    assert lab.services.credentials.authenticate("chosen-token-of-some-length")
    assert lab.services.scrubber.text("chosen-token-of-some-length") == "•••"


def test_a_newly_chosen_admin_token_replaces_the_old_one(lab: Lab, make_lab: Callable[..., Lab]) -> None:
    token = lab.services.credentials.start()
    assert token
    again = make_lab(admin_token="chosen-token-of-some-length").services.credentials
    again.start()
    assert again.authenticate("chosen-token-of-some-length")
    assert again.authenticate(token) is None


@pytest.mark.parametrize("token", ["2short", "füñfzehn-zeichen-lang", "x" * 15])
def test_a_chosen_token_that_may_be_guessed_is_refused(token: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{token}\n")
    for environ in ({"HYDRA_ADMIN_TOKEN": token}, {"HYDRA_ADMIN_TOKEN_FILE": str(tmp_path / "token")}):
        with pytest.raises(Invalid) as caught:
            chosen_admin_token(environ)
        assert token not in str(caught.value)


def test_the_admin_token_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-token-from-a-file-01\n")
    assert chosen_admin_token({"HYDRA_ADMIN_TOKEN_FILE": str(tmp_path / "token")}) == "a-token-from-a-file-01"
    assert chosen_admin_token({}) is None
    with pytest.raises(Invalid, match="gone"):
        chosen_admin_token({"HYDRA_ADMIN_TOKEN_FILE": str(tmp_path / "gone")})


def test_the_local_command_line_has_a_private_token_of_its_own(
    lab: Lab, credentials: Credentials, data_dir: Path
) -> None:
    file = data_dir / "cli-token"
    token = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    actor = credentials.authenticate(token)
    assert actor
    assert actor.may("admin")
    credentials.start()
    assert file.read_text() == token
    file.write_text("somebody's own idea")
    credentials.start()
    assert credentials.authenticate(file.read_text())
    assert credentials.authenticate("somebody's own idea") is None


def test_no_token_is_kept(lab: Lab, data_dir: Path) -> None:
    first = lab.services.credentials.start()
    key = make(lab)
    code = lab.services.credentials.sign_in_link_code()
    cookie, csrf = lab.services.credentials.open_session(key.key.actor)
    lab.close()
    kept = b"".join(path.read_bytes() for path in data_dir.glob("hydra.db*"))
    assert [one for one in (first, key.token, code, cookie, csrf) if one and one.encode() in kept] == []


def test_a_lost_token_is_replaced_and_signs_everybody_out(lab: Lab) -> None:
    credentials = lab.services.credentials
    old = credentials.start()
    assert old
    cookie, _ = credentials.open_session(OWNER)
    new = credentials.reset_admin()
    assert credentials.authenticate(new)
    assert credentials.authenticate(old) is None
    assert credentials.session(cookie) is None


@pytest.mark.parametrize("token", ["", "x", "hyd_" + "a" * 43, "\udcff", "a" * 100_000])
def test_an_unknown_token_is_nobodys(credentials: Credentials, token: str) -> None:
    assert credentials.authenticate(token) is None


# Keys


def test_a_key_acts_as_what_it_was_made_for(lab: Lab) -> None:
    made = make(lab, "claude", "write", kind=KeyKind.AGENT)
    actor = lab.services.credentials.authenticate(made.token)
    assert actor
    assert (actor.kind, actor.name, actor.scopes) == (ActorKind.AGENT, "claude", frozenset({"write"}))
    assert lab.events("keys.created")[0].subject == "claude"
    assert made.token not in repr(lab.events())


def test_a_key_ends_when_it_expires(lab: Lab) -> None:
    made = make(lab, days=1)
    lab.clock.pass_(hours=23)
    assert lab.services.credentials.authenticate(made.token)
    lab.clock.pass_(hours=1)
    assert lab.services.credentials.authenticate(made.token) is None


def test_a_revoked_key_and_its_sessions_end_at_once(lab: Lab) -> None:
    made = make(lab)
    cookie, _ = lab.services.credentials.open_session(made.key.actor)
    revoke(lab, made.key.id)
    assert lab.services.credentials.authenticate(made.token) is None
    assert lab.services.credentials.session(cookie) is None
    assert [one.revoked_at for one in lab.services.credentials.list_keys()] == [lab.clock.now()]
    with pytest.raises(Unauthenticated):
        lab.services.credentials.open_session(made.key.actor)


def test_use_is_noted(lab: Lab) -> None:
    made = make(lab)
    lab.services.credentials.authenticate(made.token)
    first = lab.services.credentials.list_keys()[0].last_used_at
    lab.clock.pass_(minutes=6)
    lab.services.credentials.authenticate(made.token)
    assert first
    assert lab.services.credentials.list_keys()[0].last_used_at == first + timedelta(minutes=6)


def test_names_are_used_once_at_a_time(lab: Lab) -> None:
    made = make(lab)
    for name in ("laptop", "owner", "cli"):
        with pytest.raises(Conflict):
            make(lab, name)
    revoke(lab, made.key.id)
    make(lab)


@pytest.mark.parametrize(
    ("kind", "scopes"),
    [(KeyKind.PERSON, ("fly",)), (KeyKind.AGENT, ("approve",)), (KeyKind.AGENT, ("read", "admin"))],
)
def test_a_key_carries_only_what_it_may(lab: Lab, kind: KeyKind, scopes: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        make(lab, "x", *scopes, kind=kind)


def test_the_owners_own_token_is_not_revoked(lab: Lab, credentials: Credentials) -> None:
    with pytest.raises(Conflict):
        revoke(lab, "admin")
    with pytest.raises(NotFound):
        revoke(lab, "nothing")


# Signing in


def test_a_sign_in_link_works_once_and_soon(lab: Lab, credentials: Credentials) -> None:
    code = credentials.sign_in_link_code()
    assert credentials.redeem(code, "::1").name == "owner"
    with pytest.raises(Unauthenticated):
        credentials.redeem(code, "::1")
    late = credentials.sign_in_link_code()
    lab.clock.pass_(minutes=15)
    with pytest.raises(Unauthenticated):
        credentials.redeem(late, "::1")


def test_a_session_lasts_thirty_days(lab: Lab, credentials: Credentials) -> None:
    cookie, csrf = credentials.open_session(OWNER)
    lab.clock.pass_(days=29)
    found = credentials.session(cookie)
    assert found
    assert (found[0].name, found[0].scopes, found[1]) == (OWNER.name, OWNER.scopes, csrf)
    lab.clock.pass_(days=1)
    assert credentials.session(cookie) is None


def test_signing_out_ends_the_session(lab: Lab, credentials: Credentials) -> None:
    cookie, _ = credentials.open_session(OWNER)
    credentials.close_session(cookie)
    credentials.close_session(cookie)
    assert credentials.session(cookie) is None
    assert lab.names("sessions.") == ["sessions.opened", "sessions.closed"]


def test_after_five_failures_an_address_waits(lab: Lab) -> None:
    credentials = lab.services.credentials
    token = credentials.start()
    assert token
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            credentials.sign_in("wrong", "10.0.0.9")
    with pytest.raises(TooMany) as caught:
        credentials.sign_in(token, "10.0.0.9")
    assert caught.value.retry_after_s == 15 * 60
    with pytest.raises(TooMany):
        credentials.redeem("code", "10.0.0.9")
    assert credentials.redeem(credentials.sign_in_link_code(), "10.0.0.9"), "the way in that the error names"
    assert credentials.sign_in(token, "10.0.0.8")
    assert lab.names("sessions.") == ["sessions.failed"] * 5 + ["sessions.paused"]
    assert "wrong" not in repr(lab.events("sessions."))
    lab.clock.pass_(minutes=15)
    assert credentials.sign_in(token, "10.0.0.9")


def test_a_success_forgets_the_failures_before(lab: Lab) -> None:
    credentials = lab.services.credentials
    token = credentials.start()
    assert token
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(Unauthenticated):
                credentials.sign_in("wrong", "a")
        credentials.sign_in(token, "a")


def test_on_postgres_each_machine_has_a_command_line_of_its_own(
    postgres_url: str, make_lab: Callable[..., Lab], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = []
    for machine in ("forge", "atlas"):
        monkeypatch.setattr("socket.gethostname", lambda machine=machine: machine)
        lab = make_lab(database_url=postgres_url)
        lab.services.credentials.start()
        tokens.append((data_dir / "cli-token").read_text())
        (data_dir / "cli-token").unlink()
    names = [actor.name for token in tokens if (actor := lab.services.credentials.authenticate(token))]
    assert names == ["cli@forge", "cli@atlas"]
