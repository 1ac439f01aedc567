"""`hydra worker`: another process on the same Postgres works through lanes of its own."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.server import HYDRA, Server, environment


def test_a_worker_runs_what_no_lane_of_the_server_does(
    make_server: Callable[..., Server], postgres_url: str, tmp_path: Path
) -> None:
    one = make_server(HYDRA_DATABASE_URL=postgres_url, HYDRA_NODE="first").start()
    worker = subprocess.Popen(
        [str(HYDRA), "worker", "--lanes", "far=2,gpu:attic:0", "--node", "attic", "--data", str(tmp_path / "attic")],
        env=environment(HYDRA_DATABASE_URL=postgres_url), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert worker.stdout
        said = worker.stdout.readline()
        assert "attic works on far (2 at once), gpu:attic:0 (1 at once)" in said, worker.stderr
        body = {"operation": "maintenance.run", "input": {"action": "disk_check"}, "lane": "far"}
        added = one.client.post("/queue", json=body).json()
        done = one.hydra("queue", "follow", added["id"], "--json").stdout.splitlines()[-1]
        assert '"state":"done"' in done
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=30)
    assert worker.returncode == 0
