"""`hydra worker`: another process on the same Postgres works through lanes of its own."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hydra_lab.kernel.database import Database
from hydra_lab.kernel.work.nodes import store as nodes
from tests.server import HYDRA, Server, environment


@contextmanager
def working(data: Path, url: str, lanes: str) -> Iterator[subprocess.Popen[str]]:
    """A worker that has said what it works on; killed at the end if it still runs."""
    worker = subprocess.Popen(
        [str(HYDRA), "worker", "--lanes", lanes, "--node", "attic", "--data", str(data)],
        env=environment(HYDRA_DATABASE_URL=url), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield worker
    finally:
        if worker.poll() is None:
            worker.kill()
        worker.communicate()


def test_a_worker_runs_what_no_lane_of_the_server_does(
    make_server: Callable[..., Server], postgres_url: str, tmp_path: Path
) -> None:
    one = make_server(HYDRA_DATABASE_URL=postgres_url, HYDRA_NODE="first").start()
    body = {"operation": "maintenance.run", "input": {"action": "disk_check"}, "lane": "far"}
    added = one.client.post("/queue", json=body).json()
    assert "start `hydra worker --lanes far`" in one.client.get(f"/queue/{added['id']}/why").json()["rule"]
    assert "lane far" in next(c["detail"] for c in one.client.get("/health").json()["checks"] if c["name"] == "work")
    with working(tmp_path / "attic", postgres_url, "far=2,gpu:attic:0") as worker:
        assert worker.stdout
        said = worker.stdout.readline()
        assert "attic works on far (2 at once), gpu:attic:0 (1 at once)" in said, worker.stderr
        done = one.hydra("queue", "follow", added["id"], "--json").stdout.splitlines()[-1]
        assert '"state":"done"' in done
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=30)
    assert worker.returncode == 0


def test_a_worker_that_was_taken_for_dead_ends_so_that_it_is_started_again(postgres_url: str, tmp_path: Path) -> None:
    with working(tmp_path / "attic", postgres_url, "default") as worker:
        assert worker.stdout
        assert "attic works on" in worker.stdout.readline()
        database = Database(postgres_url)
        with database.begin() as connection:  # as a peer does that has not heard of it for long
            assert [nodes.end(connection, boot.id, datetime.now(UTC)) for boot in nodes.living(connection)] == [True]
        database.close()
        _, told = worker.communicate(timeout=60)
    assert worker.returncode == 75, told
    assert "took this one for dead" in told
    assert "Start it again" in told
