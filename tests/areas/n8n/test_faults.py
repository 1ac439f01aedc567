"""n8n fails in the middle of a change or a repeated run: the work is held, woken after, and nothing is done twice."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.areas.running import ended
from tests.integrations.faults import Asked, Fault, Reply
from tests.integrations.n8n.standin import KEY, N8n, node
from tests.server import Server

QUICK_S = 4.0  # far above what a page takes, far below what an n8n that hangs is waited for
TESTED = "/integrations/n8n/test"
LOST = Reply(status=502, body=b"<html>bad gateway</html>")


class Failing(N8n):
    """An n8n that does what it is asked to change, loses the answer, and fails from then on."""

    def __init__(self) -> None:
        super().__init__()
        self.next: Fault | None = None
        self.changed = 0

    def reply(self, asked: Asked) -> Reply:
        """Answer as n8n does, up to the first change."""
        if self.fault is Fault.DENIED:
            return Reply(status=401, json={"message": "unauthorized"})
        told = super().reply(asked)
        if asked.method in ("PUT", "POST"):
            self.changed += 1
            if self.next:
                self.fault, self.next = self.next, None
                return LOST
        return told


@pytest.fixture
def failing(hydra: Server) -> Iterator[Failing]:
    """An n8n with two workflows, that Hydra knows."""
    with Failing() as one:
        one.add("w9", "Ask the weather", node("Hook", "webhook"), node("Ask", "httpRequest"))
        one.add("w3", "Tell of errors", node("On error", "errorTrigger"), node("Tell", "discord"))
        hydra.client.put("/integrations/n8n", json={"url": one.url, "api_key": KEY}).raise_for_status()
        yield one


def through_the_fault(hydra: Server, n8n: Failing, item: str) -> dict[str, Any]:
    """The item once it was held for n8n, and n8n was mended."""
    held = ended(hydra, item)
    assert held["state"] == "held", held
    assert [hold["kind"] for hold in held["holds"]] == ["requirement"]
    assert "n8n" in held["holds"][0]["detail"]
    for path in ("/ui/n8n", "/ui"):
        begun = time.monotonic()
        assert hydra.client.get(path).status_code in (200, 303)
        assert time.monotonic() - begun < QUICK_S, path
    n8n.fault = None
    assert hydra.client.post(TESTED).json()["status"] == "connected"
    return ended(hydra, item, or_held=False)


@pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.DENIED, Fault.GARBAGE, Fault.CUT])
def test_hardening_that_is_cut_off_goes_on_where_it_was_and_can_be_put_back(
    hydra: Server, failing: Failing, fault: Fault
) -> None:
    before = list(failing.workflows["w9"]["nodes"])
    item = hydra.client.post("/n8n/harden", json={"workflows": ["w9"]}).raise_for_status().json()["id"]
    assert [hold["kind"] for hold in ended(hydra, item)["holds"]] == ["approval"]
    failing.next = fault
    hydra.client.post(f"/queue/{item}/approve").raise_for_status()
    done = through_the_fault(hydra, failing, item)
    assert done["state"] == "done", done
    assert failing.workflows["w9"]["nodes"][1]["maxTries"] == 3
    assert failing.changed == 1, "what was written before the answer was lost is not written again"
    (kept,) = hydra.client.get("/n8n/snapshots", params={"workflow": "w9"}).json()["snapshots"][:1]
    back = hydra.client.post(f"/n8n/snapshots/{kept['id']}/restore").raise_for_status().json()["id"]
    assert ended(hydra, back, or_held=False)["state"] == "done"
    assert failing.workflows["w9"]["nodes"] == before


@pytest.mark.parametrize("fault", [Fault.DENIED, Fault.SLOW])
def test_a_run_whose_repetition_was_begun_before_the_answer_was_lost_is_not_repeated_twice(
    hydra: Server, failing: Failing, fault: Fault
) -> None:
    first = failing.ran("w9")
    failing.next = fault
    item = hydra.client.post(f"/n8n/runs/{first}/rerun").raise_for_status().json()["id"]
    done = through_the_fault(hydra, failing, item)
    assert (done["state"], done["result"]["retry_of"]) == ("done", first)
    assert (failing.changed, len(failing.runs)) == (1, 2)


def test_the_page_does_not_wait_for_an_n8n_that_hangs(hydra: Server, failing: Failing) -> None:
    assert hydra.client.post(TESTED).json()["status"] == "connected"
    failing.fault = Fault.SLOW
    begun = time.monotonic()
    page = hydra.client.get("/ui/n8n")
    assert time.monotonic() - begun < QUICK_S
    assert page.status_code == 200
    assert "did not answer within" in page.text
