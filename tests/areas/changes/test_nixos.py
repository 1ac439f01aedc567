"""Switching NixOS, with stand-ins of its tools that take only what their manual has."""

from pathlib import Path

import pytest

from tests.areas.changes.conftest import Changing, text


@pytest.fixture(autouse=True)
def state(machine: Path) -> Path:
    """A machine that runs one system and is configured for the next."""
    for name, said in {"system": "/nix/store/aaa-nixos-1", "next": "/nix/store/bbb-nixos-2", "units": "old.service\n",
                       "breaks": "", "calls": ""}.items():  # fmt: skip
        (machine / name).write_text(said)
    return machine


def calls(machine: Path) -> list[str]:
    """What the tool was asked to do, but for looking."""
    return [one for one in (machine / "calls").read_text().splitlines() if one != "dry-build"]


def test_what_would_be_built_is_shown_and_switched_to(hydra: Changing, state: Path) -> None:
    question = hydra.asked("/nixos/switch")
    assert question["rule"] == "floor:changes host configuration"
    assert "/nix/store/bbb-nixos-2.drv" in text(question, "nixos-rebuild dry-build")
    assert calls(state) == []
    item = hydra.approved(question)
    assert item["state"] == "done", item
    assert (item["result"]["before"], item["result"]["after"], item["result"]["failed"]) == (
        "/nix/store/aaa-nixos-1", "/nix/store/bbb-nixos-2", ["old.service"],
    )  # fmt: skip
    assert calls(state) == ["switch"]


def test_a_configuration_that_changed_is_asked_anew(hydra: Changing, state: Path) -> None:
    question = hydra.asked("/nixos/switch", flake="/etc/nixos#lab")
    (state / "next").write_text("/nix/store/ccc-nixos-3")
    item = hydra.approved(question)
    assert (item["state"], calls(state)) == ("held", [])
    second = hydra.question(item["id"])
    assert "ccc-nixos-3" in text(second, "nixos-rebuild dry-build")
    assert hydra.approved(second)["result"]["after"] == "/nix/store/ccc-nixos-3"


def test_units_that_fail_have_it_go_back(hydra: Changing, state: Path) -> None:
    (state / "breaks").write_text("nginx.service\n")
    item = hydra.approved(hydra.asked("/nixos/switch"))
    assert (item["state"], item["error"]["code"]) == ("failed", "conflict")
    assert "these units failed: nginx.service. It is back at /nix/store/aaa-nixos-1." in item["error"]["detail"]
    assert calls(state) == ["switch", "switch --rollback"]
    assert (state / "system").read_text() == "/nix/store/aaa-nixos-1"


def test_a_configuration_that_does_not_build_asks_nobody(hydra: Changing, state: Path) -> None:
    (state / "next").write_text("error: undefined variable 'ngnix'")
    answer = hydra.server.client.post("/nixos/switch", json={}, params={"wait": 60})
    assert "undefined variable" in answer.json()["detail"], answer.text
    assert calls(state) == []
