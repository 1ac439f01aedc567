"""Secrets in kept inputs: where they are, that they are masked, and that only Hydra's own key brings them back."""

from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, SecretStr

from hydra_lab.kernel.errors import Invalid, NotReady
from hydra_lab.kernel.operation import Input
from hydra_lab.kernel.secrets import MASK, Scrubber, SecretBox
from hydra_lab.kernel.secrets.sealed import SEALED, Concealed, Sealing, declares, refuse_sealed, shown


class Login(BaseModel):
    """Something inside of an input."""

    user: str
    password: SecretStr | None = None


class Visit(Input):
    """An input with a secret of every shape."""

    url: str = "http://x"
    token: SecretStr | None = None
    codes: list[SecretStr] = Field(default_factory=list)
    logins: list[Login] = Field(default_factory=list)
    headers: Annotated[dict[str, str], Concealed(frozenset({"accept"}))] = Field(default_factory=dict)


class Plain(Input):
    """An input without any."""

    text: str


FULL: dict[str, Any] = {
    "url": "http://x",
    "token": "a-token-that-is-long",
    "codes": ["one", "two"],
    "logins": [{"user": "me", "password": "hunter2"}, {"user": "you"}],
    "headers": {"Accept": "text/html", "X-Key": "key-of-somebody"},
}


@pytest.fixture
def sealing(tmp_path: Path) -> Sealing:
    """Seals with a key of the test's own."""
    return Sealing(SecretBox(tmp_path / "key"), Scrubber())


def test_what_is_declared_secret_is_masked_and_all_of_it_comes_back(sealing: Sealing) -> None:
    kept = sealing.seal(Visit, FULL)
    assert shown(kept) == {
        "url": "http://x", "token": MASK, "codes": [MASK, MASK],
        "logins": [{"user": "me", "password": MASK}, {"user": "you"}],
        "headers": {"Accept": "text/html", "X-Key": MASK},
    }  # fmt: skip
    for secret in ("a-token", "hunter2", "key-of-somebody"):
        assert secret not in str(kept)
    assert sealing.open(kept) == FULL
    assert sealing.seal(Visit, kept) == kept


def test_an_input_without_secrets_is_left_as_it_is(sealing: Sealing) -> None:
    assert declares(Visit)
    assert not declares(Plain)
    assert sealing.seal(Plain, {"text": "x"}) == {"text": "x"}
    assert sealing.seal(Visit, {"url": "http://y"}) == {"url": "http://y"}


def test_a_mask_is_no_secret_and_what_is_sealed_is_not_for_others_to_give(sealing: Sealing) -> None:
    with pytest.raises(Invalid, match="not known") as raised:
        sealing.seal(Visit, shown(sealing.seal(Visit, FULL)))
    assert "headers.X-Key" in {problem["field"] for problem in raised.value.problems}
    with pytest.raises(Invalid, match="no field"):
        refuse_sealed({SEALED: sealing.seal(Visit, FULL)[SEALED]})


def test_another_key_does_not_open_it(sealing: Sealing, tmp_path: Path) -> None:
    kept = sealing.seal(Visit, FULL)
    with pytest.raises(NotReady, match="another key"):
        Sealing(SecretBox(tmp_path / "other"), Scrubber()).open(kept)


def test_what_was_sealed_or_opened_is_masked_wherever_it_turns_up_but_no_ordinary_word_is(tmp_path: Path) -> None:
    scrubber = Scrubber()
    Sealing(SecretBox(tmp_path / "key"), scrubber).seal(Visit, {"headers": {"Authorization": "Bearer abcdefghijkl"}})
    assert scrubber.text("it said abcdefghijkl") == f"it said {MASK}"
    Sealing(SecretBox(tmp_path / "key"), scrubber).seal(Visit, {"token": "default"})
    assert scrubber.text("the lane default") == "the lane default"
    for number in range(300):
        scrubber.add_passing(f"a-passing-secret-{number}")
    assert scrubber.text("a-passing-secret-299 abcdefghijkl") == f"{MASK} abcdefghijkl"
