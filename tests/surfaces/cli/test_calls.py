"""Commands made from the server's operations, against a real server."""

import json
import resource
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import HYDRA, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these: none of them minds what the others left."""
    one = Server(tmp_path_factory.mktemp("calls") / "data").start()
    yield one
    one.close()


def test_the_overview_lists_the_areas_of_the_server(server: Server) -> None:
    out = server.hydra("--help").stdout
    for word in ("hydra up", "hydra doctor", "hydra queue", "hydra backlog", "HYDRA_URL"):
        assert word in out
    assert max(map(len, out.splitlines())) <= 80


def test_help_works_for_areas_and_commands(server: Server) -> None:
    assert "hydra queue why" in server.hydra("queue").stdout
    assert server.hydra("queue", "add", "--help").stdout.startswith("Usage: hydra queue add OPERATION")


def test_an_answer_is_a_table_or_json(server: Server) -> None:
    assert "activity.list" in server.hydra("operations", "list").stdout
    told = json.loads(server.hydra("operations", "list", "--json").stdout)
    assert {"name", "summary", "effect", "path", "input_schema", "output_schema", "durable", "needs"} <= told[
        "operations"
    ][0].keys()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["queue", "show", "no-such-item"], 66, "There is no work item"),
        (["queue", "ad"], 66, "Did you mean `hydra queue add`"),
        (["nonsense"], 66, "There is no command"),
        (["queue", "add", "maintenance.runn"], 66, "Did you mean maintenance.run"),
        (["queue", "list", "--limit", "0"], 64, "limit"),
        (["queue", "list", "--nope", "0"], 64, "no option --nope"),
        (["queue", "show"], 64, "wants ID"),
    ],
)
def test_exit_codes_mean_something(server: Server, words: list[str], code: int, said: str) -> None:
    done = server.hydra(*words, check=False)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert done.stdout == ""


def test_work_is_watched_to_its_end(server: Server) -> None:
    done = server.hydra("queue", "add", "maintenance.run", "--input.action", "disk_check", "--watch")
    assert "done" in done.stdout
    item = json.loads(
        server.hydra("queue", "add", "maintenance.run", "--input.action=disk_check", "--watch", "--json").stdout
    )
    assert item["state"] == "done"
    assert item["input"] == {"action": "disk_check"}


def test_watching_work_that_fails_ends_with_its_errors_code(server: Server) -> None:
    done = server.hydra(
        "queue", "add", "http.call", "--input.url", "http://127.0.0.1:9/", "--watch", "--json", check=False
    )
    item = json.loads(done.stdout)
    assert done.returncode == (77 if item["error"]["code"] == "denied" else 64)
    assert item["state"] == "failed"


def test_watching_goes_on_after_a_restart_of_the_server(server: Server) -> None:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 8))
    watching = subprocess.Popen(
        [str(HYDRA), "queue", "add", "maintenance.run", "--input.action=disk_check", "--not-before", at, "--watch",
         "--json"],
        env=server.environment | {"HYDRA_URL": server.url, "HYDRA_TOKEN": server.token}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(3)
    server.restart()
    out, told = watching.communicate(timeout=60)
    assert json.loads(out)["state"] == "done", told


def test_a_direct_call_of_long_work_can_wait_for_its_result(server: Server) -> None:
    told = json.loads(server.hydra("maintenance", "run", "disk_check", "--wait", "30", "--json").stdout)
    assert "state" not in told  # the result, not the item


def test_a_document_is_imported_from_a_file_and_comes_back_as_it_was(server: Server, tmp_path: Path) -> None:
    text = "# LAB\n\n## TIER 1: FIRST\n\n### 1.1 Do a Thing\n\n**Problem:** none\n"
    (tmp_path / "my-lab.md").write_text(text)
    server.hydra("backlog", "import", str(tmp_path / "my-lab.md"))
    out = server.hydra("backlog", "export", "my-lab").stdout
    assert out.startswith("# LAB\n\n## TIER 1: FIRST\n\n### 1.1 Do a Thing\n")


def test_without_a_server_a_command_says_how_to_start_one(tmp_path: Path) -> None:
    one = Server(tmp_path / "data")
    done = one.hydra("queue", "list", check=False)
    assert done.returncode == 69
    assert "hydra up" in done.stderr


def test_a_wrong_token_says_how_to_get_in(server: Server) -> None:
    done = subprocess.run(
        [str(HYDRA), "queue", "list"], env=server.environment | {"HYDRA_URL": server.url, "HYDRA_TOKEN": "wrong"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 77
    assert "hydra token link" in done.stderr


def test_the_command_line_is_quick(server: Server) -> None:
    server.hydra("queue", "stats")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(5):
        server.hydra("queue", "stats", "--json")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert busy_s / 5 < 0.4  # of a processor: how long it takes depends on what else the machine does
