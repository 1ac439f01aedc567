"""Items that wait for an outside system wake when it is configured and answers."""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hydra_lab.kernel.area import Area
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, IntegrationSettings, Probe
from hydra_lab.kernel.operation import Effect, operation
from hydra_lab.kernel.work import HoldKind, State
from tests.areas.backlog.conftest import BacklogLab
from tests.areas.backlog.documents import SEED, document
from tests.areas.backlog.verbs import Done, Notes
from tests.lab import OWNER


class DiscordSettings(IntegrationSettings):
    """Where messages go."""

    webhook: str


def probe(settings: Any, http: HttpClient) -> Probe:
    """It answers."""
    return Probe(detail="answers")


DISCORD = Integration(
    name="discord", title="Discord", what="Messages.", settings=DiscordSettings, probe=probe, how_to="Make one.",
    secret_name="a Discord webhook", reference="https://discord.com",
    provides={"notes": lambda _settings, _http: Notes()},
)  # fmt: skip


@operation("containers.remediations", effect=Effect.READ)
def remediations(ctx: Context) -> Done:
    """Show what was done to which container; it runs without any container host, too."""
    return Done(said="nothing")


CONTAINERS = Area(name="containers", title="Containers", operations=(sys.modules[__name__],))
DOCKER = replace(
    DISCORD, name="docker", title="Docker", secret_name="a Docker Engine",
    provides={"container_host": lambda _settings, _http: Notes()},
)  # fmt: skip
LAMP = "### 1.1 Lamp\n**Priority:** BLOCKED (needs Discord webhook)\n**Run:** {run}\n"


@pytest.fixture
def lab(make_lab: Callable[..., BacklogLab]) -> BacklogLab:
    """A lab whose Discord is not configured."""
    return make_lab(integrations=(DISCORD,))


def configure(lab: BacklogLab, name: str = "discord") -> None:
    with lab.services.database.begin() as connection:
        lab.services.integrations.configure(connection, name, {"webhook": "https://x"}, OWNER)


def refs(lab: BacklogLab, section: str) -> list[str | None]:
    return [hold.ref for hold in lab.item(section).holds]


def test_a_blocked_item_is_ready_as_soon_as_its_webhook_is_set(lab: BacklogLab) -> None:
    lab.take(document(LAMP.format(run="docs.api")))
    assert refs(lab, "1.1") == ["discord"]
    configure(lab)
    assert lab.item("1.1").state is State.QUEUED


def test_what_the_operation_needs_anyway_is_said_once(lab: BacklogLab) -> None:
    lab.take(document(LAMP.format(run="notes.send")))
    assert refs(lab, "1.1") == ["discord"]
    configure(lab)
    assert lab.item("1.1").state is State.QUEUED


def test_another_system_that_gives_the_same_is_not_the_one_the_document_names(
    make_lab: Callable[..., BacklogLab],
) -> None:
    matrix = replace(DISCORD, name="matrix", title="Matrix", secret_name="a Matrix token")
    lab = make_lab(integrations=(DISCORD, matrix))
    lab.take(document(LAMP.format(run="notes.send")))
    configure(lab, "matrix")
    assert (lab.item("1.1").state, refs(lab, "1.1")) == (State.HELD, ["discord"])


def test_what_is_configured_already_holds_nothing(lab: BacklogLab) -> None:
    configure(lab)
    lab.take(document(LAMP.format(run="docs.api")))
    assert lab.item("1.1").state is State.QUEUED


def test_a_requirement_that_is_met_leaves_the_plan_to_be_found(lab: BacklogLab) -> None:
    lab.take(SEED)
    assert refs(lab, "5.1") == ["notifications.route", "discord"]
    configure(lab)
    assert refs(lab, "5.1") == ["notifications.route"]


def test_what_an_item_is_about_is_waited_for_though_its_operation_would_run_without(
    make_lab: Callable[..., BacklogLab],
) -> None:
    lab = make_lab(CONTAINERS, integrations=(DOCKER,))
    lab.take(document("### 1.1 Implement Container Remediation Audit Log\n"))
    held = lab.item("1.1")
    assert (held.operation, [hold.kind for hold in held.holds]) == ("containers.remediations", [HoldKind.REQUIREMENT])
    assert held.holds[0].detail == "waits for a Docker Engine"
    assert "/ui/integrations/docker" in held.holds[0].unblock
    configure(lab, "docker")
    assert lab.item("1.1").state is State.QUEUED
