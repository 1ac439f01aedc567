"""Secrets are sealed with a private key, and masked wherever they might show."""

import json
import stat
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from hydra_lab.kernel.errors import NotReady
from hydra_lab.kernel.secrets import MASK, Scrubber, SecretBox

WEBHOOK = "https://discord.com/api/webhooks/123456789012345678/abcdefghij-KLMNOP_qrstuvwxyz"


def test_what_was_sealed_opens_again(tmp_path: Path) -> None:
    box = SecretBox(tmp_path / "key")
    assert "pässword" not in box.seal("pässword")
    assert SecretBox(tmp_path / "key").open(box.seal("pässword")) == "pässword"


def test_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    SecretBox(tmp_path / "deep" / "key").seal("x")
    assert stat.S_IMODE((tmp_path / "deep" / "key").stat().st_mode) == 0o600


def test_another_key_does_not_open_it_and_says_which_file(tmp_path: Path) -> None:
    sealed = SecretBox(tmp_path / "one").seal("x")
    with pytest.raises(NotReady, match="two"):
        SecretBox(tmp_path / "two").open(sealed)


def test_a_file_that_holds_no_key_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("not a key")
    with pytest.raises(NotReady):
        SecretBox(tmp_path / "key").seal("x")
    assert (tmp_path / "key").read_text() == "not a key"


def test_a_key_brought_along_is_used(tmp_path: Path) -> None:
    key = Fernet.generate_key()
    (tmp_path / "key").write_bytes(key + b"\n")
    assert Fernet(key).decrypt(SecretBox(tmp_path / "key").seal("x").encode()) == b"x"


@given(st.text(min_size=6, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_a_known_secret_is_masked_as_it_is_in_json_and_in_urls(secret: str, before: str, after: str) -> None:
    scrubber = Scrubber()
    scrubber.add(secret)
    for form in (secret, json.dumps(secret), quote(secret, safe="")):
        assert form not in scrubber.text(f"{before}{form}{after}") or form in before + MASK + after


def test_masking_goes_to_the_bottom() -> None:
    scrubber = Scrubber()
    scrubber.add("swordfish")
    data = {"a": [("swordfish", 1, None)], "swordfish": {"b": "my swordfish!"}, "c": b"swordfish"}
    assert scrubber.scrub(data) == {"a": [(MASK, 1, None)], MASK: {"b": f"my {MASK}!"}, "c": MASK.encode()}


def test_the_secret_part_of_a_url_is_masked_by_itself() -> None:
    scrubber = Scrubber()
    scrubber.add(WEBHOOK)
    scrubber.add("postgresql://lab:s3cret-pw@db/hydra")
    said = "GET /webhooks/123456789012345678/abcdefghij-KLMNOP_qrstuvwxyz failed; s3cret-pw"
    assert scrubber.text(said) == f"GET /webhooks/123456789012345678/{MASK} failed; {MASK}"


def test_the_longest_secret_is_masked_first() -> None:
    scrubber = Scrubber()
    scrubber.add("abcdef")
    scrubber.add("abcdefghij")
    assert scrubber.text("abcdefghij") == MASK


def test_short_values_are_left_alone() -> None:
    scrubber = Scrubber()
    scrubber.add("run")
    scrubber.add("")
    assert scrubber.text("the run is on") == "the run is on"


def test_hydras_own_tokens_are_masked_unseen() -> None:
    assert Scrubber().text("Bearer hyd_0123456789abcdefghijABCDEFGHIJ") == f"Bearer {MASK}"
