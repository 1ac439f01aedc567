"""Who is granted what: by address, name, group or the provider's own id, and nobody else."""

import pytest

from hydra_lab.kernel.credentials import Identity
from hydra_lab.kernel.credentials.identity import actor_of, scopes_of
from hydra_lab.kernel.settings.entry import Grants

ADA = Identity(subject="42", name="ada", email="Ada@Lab.example", groups=("makers",))


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("ada@lab.example", True),
        ("ada", True),
        ("group:makers", True),
        ("sub:42", True),
        ("*", True),
        ("Ada", False),
        ("makers", False),
        ("42", False),
        ("group:ada", False),
        ("sub:ada", False),
        ("bob@lab.example", False),
        ("group:", False),
        ("", False),
    ],
)
def test_a_line_means_somebody(line: str, fits: bool) -> None:
    assert bool(scopes_of(ADA, Grants(read=(line,)))) is fits


def test_scopes_add_up_and_nobody_gets_any_by_default() -> None:
    grants = Grants(approve=("ada",), write=("group:makers",), admin=("bob",))
    assert scopes_of(ADA, grants) == {"approve", "write"}
    assert scopes_of(ADA, Grants()) == frozenset()


def test_an_address_that_nobody_verified_grants_nothing() -> None:
    assert scopes_of(Identity(subject="1"), Grants(admin=("@", "a@b"))) == frozenset()


@pytest.mark.parametrize("name", ["owner", "cli", "cli@forge", "hydra"])
def test_nobody_takes_a_name_of_hydras_own(name: str) -> None:
    assert actor_of(Identity(subject="1", name=name), frozenset({"read"}), "oidc").name == f"{name} (oidc)"
