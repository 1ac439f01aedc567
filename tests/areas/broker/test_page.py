"""The page of GPU memory in a real Hydra: who holds what, pins and rules by plain forms, figures that follow."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hydra_lab.kernel.database import Database
from hydra_lab.kernel.gpus import ledger
from hydra_lab.kernel.gpus.model import Card
from tests.journeys.visiting import findings, visit
from tests.peers.model_servers.ollama import OllamaPeer
from tests.peers.model_servers.serving_models import Weights
from tests.server import Server


def measured(server: Server, used: float) -> None:
    """A look at a machine's card, as it is kept."""
    database = Database(f"sqlite:///{server.data / 'hydra.db'}")
    card = Card(node="tower", index=0, uuid="GPU-0", name="RTX", total_gib=24.0, used_gib=used, at=datetime.now(UTC))
    with database.begin() as connection:
        ledger.measured(connection, "tower", [card])
    database.close()


def until(condition: Callable[[], bool]) -> None:
    """Return once it is so."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_who_holds_what_is_shown_kept_and_followed(make_server: Callable[..., Server], browser: Any) -> None:
    with OllamaPeer(Weights(name="llama", gib=10.0), Weights(name="qwen", gib=6.0)) as peer:
        list(peer.load("llama"))
        list(peer.load("qwen"))
        server = make_server(HYDRA_OLLAMA__URL=peer.url, HYDRA_OLLAMA__NODE="tower").start()
        measured(server, 16.5)
        until(lambda: len(server.client.get("/gpus/ledger").json()["cards"][0]["leases"]) == 2)
        measured(server, 16.5)  # what was loaded after a measurement is not in it
        with visit(browser, server) as page:
            page.goto(f"{server.url}/ui/gpus")
            page.get_by_text("llama 10.0, qwen 6.0, not explained 0.5").wait_for()
            assert findings(page) == []
            page.get_by_role("button", name="Keep it qwen").click()
            page.get_by_text("qwen is pinned").wait_for()
            page.get_by_role("button", name="Let it go qwen").wait_for()
            for model, minutes in (("*", "30"), ("llama*", "")):
                page.get_by_text("Another rule").click()
                page.fill("#r-model", model)
                page.fill("#r-minutes", minutes)
                page.get_by_role("button", name="Add the rule").click()
                page.get_by_role("button", name=f"Remove the rule about {model}").wait_for()
            rules = server.client.get("/gpus/idle-rules").json()["rules"]
            assert [(one["model"], one["idle_minutes"]) for one in rules] == [("llama*", None), ("*", 30.0)]
            page.get_by_role("button", name="Remove the rule about llama*").click()
            page.get_by_text("The rule is removed").wait_for()
            assert [one["model"] for one in server.client.get("/gpus/idle-rules").json()["rules"]] == ["*"]
            measured(server, 6.5)
            peer.unload("llama")
            page.get_by_text("qwen 6.0, not explained 0.5").wait_for(timeout=30_000)
