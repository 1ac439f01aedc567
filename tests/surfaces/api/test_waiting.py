"""Waiting for work with ``?wait=`` while the server is told to stop: each caller is answered, nobody holds it up."""

import threading
import time
from pathlib import Path

import httpx

from tests.server import Server


def test_who_waits_for_work_is_answered_at_once_when_the_server_stops(tmp_path: Path) -> None:
    server = Server(tmp_path / "data").start()
    answers: list[httpx.Response] = []

    def wait() -> None:
        answers.append(httpx.post(
            f"{server.url}/docs/api?wait=60", json={}, timeout=90, trust_env=False,
            headers={"Authorization": f"Bearer {server.token}"},
        ))  # fmt: skip

    try:
        server.client.post("/control/pause", json={}).raise_for_status()
        waiting = [threading.Thread(target=wait) for _ in range(3)]
        for one in waiting:
            one.start()
        while server.client.get("/queue").json()["total"] < 3:
            time.sleep(0.05)
        assert server.stop() == 0
        for one in waiting:
            one.join(30)
        assert [one.status_code for one in answers] == [202, 202, 202]
        assert "Traceback" not in server.log.read_text()
    finally:
        server.stop()
