"""The list of verbs: everything a surface needs to make a command, a form or a tool of each."""

import pytest

from hydra_lab.app import found_rooms
from hydra_lab.areas.operations.operations import Verbs
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.operation import Effect, Kind
from tests.lab import Lab


@pytest.fixture
def house(lab: Lab) -> Lab:
    """A Hydra with all its rooms."""
    lab.services.registry = found_rooms()
    return lab


def test_every_verb_is_listed_and_can_be_sent(house: Lab) -> None:
    verbs: Verbs = house.call("operations.list")
    assert [one.name for one in verbs.operations] == sorted(house.services.registry.verbs)
    assert len(verbs.model_dump_json()) > 10_000


def test_a_verb_says_what_it_takes_and_whether_it_is_work(house: Lab) -> None:
    send = house.call("operations.show", name="notify.send")
    assert (send.effect, send.durable, send.needs, send.scope, send.status) == (
        Effect.WRITE, True, ["notifier"], "write", 202,
    )  # fmt: skip
    assert set(send.input_schema["properties"]) == {"title", "text", "url", "severity", "channel"}
    assert "through" in send.output_schema["properties"]
    assert house.call("operations.show", name="events.stream").kind is Kind.STREAM
    assert house.call("operations.show", name="policy.set").floor == "edits policy"


def test_an_unknown_verb_suggests_near_names(house: Lab) -> None:
    with pytest.raises(NotFound) as caught:
        house.call("operations.show", name="notify.sent")
    assert "notify.send" in (caught.value.fix or "")
