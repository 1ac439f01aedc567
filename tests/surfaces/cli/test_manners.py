"""Starting, and what is said when it cannot be: one sentence, what to do, no traceback."""

import json
import re
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.server import HYDRA, TOKEN, Server, environment, free_port

Make = Callable[..., Server]


def hydra(*words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line without a server of ours."""
    return subprocess.run(
        [str(HYDRA), *map(str, words)], env=environment(**variables), capture_output=True, text=True, timeout=60,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def announced(server: Server, until: str = "hydra queue add") -> None:
    """Wait until a server, which answers before it speaks, has said where it is and what to try next."""
    deadline = time.monotonic() + 30
    while until not in server.tail() and time.monotonic() < deadline:
        time.sleep(0.05)


def refused(done: subprocess.CompletedProcess[str], code: int, said: str, fix: str) -> None:
    """Check a refusal."""
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert fix in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_named_with_another_to_take(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(hydra("up", "--port", port, "--data", tmp_path / "d"), 65, f"Port {port}", f"--port {port + 1}")
    assert not (tmp_path / "d" / "hydra.db").exists()


def test_a_second_process_on_the_same_data_is_told_who_has_it(server: Server) -> None:
    done = hydra("up", "--port", free_port(), "--data", server.data)
    refused(done, 65, f"(process {server.pid})", "--data")


def test_a_database_of_a_newer_version_is_left_alone(make_server: Make) -> None:
    one = make_server().start()
    one.stop()
    with sqlite3.connect(one.data / "hydra.db") as database:
        database.execute("INSERT INTO schema_versions VALUES ('work', 999, 0)")
    refused(hydra("up", "--port", free_port(), "--data", one.data), 75, "newer Hydra", "restore")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "10.255.255.1"], "no address of this machine"),
        (["--host", "no such host"], "no address to listen on"),
        (["--backlog", "/nowhere.md"], "/nowhere.md cannot be read"),
        (["--config", "/nowhere.toml"], "no file /nowhere.toml"),
        (["--data", "/dev/null/hydra"], "data directory /dev/null/hydra cannot be used: Not a directory"),
    ],
)
def test_wrong_options_are_told(tmp_path: Path, words: list[str], said: str) -> None:
    refused(hydra("up", "--port", free_port(), "--data", tmp_path / "d", *words), 64, said, "")


def test_wrong_settings_are_all_told_with_where_they_were_set(tmp_path: Path) -> None:
    done = hydra("up", "--data", tmp_path / "d", HYDRA_OVERNIGHT="late", HYDRA_TIME_ZONE="Mars/Base")
    refused(done, 64, "HYDRA_OVERNIGHT", "HYDRA_TIME_ZONE")


def test_a_worker_without_postgres_is_told_why_not(tmp_path: Path) -> None:
    refused(hydra("worker", "--lanes", "default", "--data", tmp_path / "d"), 64, "Postgres", "HYDRA_DATABASE_URL")


def test_listening_beyond_this_machine_is_explained(make_server: Make) -> None:
    one = make_server("open", "--host", "0.0.0.0").start()
    announced(one, "lab.example")
    said = one.tail()
    assert "HYDRA_ALLOWED_HOSTS" in said
    assert "not\nencrypted" in said


def test_the_first_start_prints_a_link_that_signs_in_once(make_server: Make) -> None:
    one = make_server().start()
    announced(one)
    said = one.tail()
    link = re.search(r"http://\S+/ui/sign-in\?token=\S+", said)
    assert link
    assert said.count("hydra queue") >= 1
    with httpx.Client(trust_env=False) as browser:
        assert browser.get(link[0]).status_code == 303
        assert browser.get(f"{one.url}/queue").status_code == 200
    with httpx.Client(trust_env=False) as another:
        assert another.get(link[0]).status_code == 401


def test_the_token_is_printed_at_the_first_start_only_and_is_nowhere_in_the_clear(tmp_path: Path) -> None:
    one = Server(tmp_path / "data", HYDRA_ADMIN_TOKEN="")
    try:
        one.start()
        announced(one)
        token = re.search(r"hyd_\S+", one.tail())
        assert token
        answer = httpx.get(f"{one.url}/queue", headers={"Authorization": f"Bearer {token[0]}"}, trust_env=False)
        assert answer.status_code == 200
        one.stop()
        for path in one.data.rglob("*"):
            assert not path.is_file() or token[0].encode() not in path.read_bytes()
        one.log.unlink()
        one.start()
        announced(one)
        assert "hyd_" not in one.tail()
    finally:
        one.close()


def test_what_lets_the_command_line_in_is_its_owners_alone(server: Server) -> None:
    for name in ("cli-token", "key"):
        path = server.data / name
        assert not path.exists() or stat.S_IMODE(path.stat().st_mode) == 0o600
    done = hydra("queue", "list", HYDRA_DATA_DIR=str(server.data))
    assert done.returncode == 0, done.stderr


def test_a_lost_token_is_replaced_and_everyone_signed_out(server: Server) -> None:
    with httpx.Client(base_url=server.url, trust_env=False) as browser:
        browser.post("/ui/sign-in", data={"token": server.token})
        assert browser.get("/queue").status_code == 200
        done = hydra("token", "reset", "--data", server.data, HYDRA_ADMIN_TOKEN="")
        assert done.returncode == 0, done.stderr
        assert browser.get("/queue").status_code == 401
    answer = httpx.get(
        f"{server.url}/queue", headers={"Authorization": f"Bearer {done.stdout.strip()}"}, trust_env=False
    )
    assert answer.status_code == 200


def test_a_sign_in_link_is_made_while_the_server_runs(server: Server) -> None:
    done = hydra("token", "link", "--data", server.data)
    with httpx.Client(trust_env=False) as browser:
        assert browser.get(done.stdout.strip()).status_code == 303
        assert browser.get(f"{server.url}/queue").status_code == 200


def test_there_is_no_link_to_a_hydra_that_is_not_there(tmp_path: Path) -> None:
    refused(hydra("token", "link", "--data", tmp_path / "empty"), 66, "no Hydra in", "hydra up")


def test_health_says_by_exit_code_whether_the_server_lives(make_server: Make) -> None:
    one = make_server().start()
    assert one.hydra("health").stdout == "ok\n"
    one.stop()
    assert one.hydra("health", check=False).returncode == 69


def test_stopping_in_order_takes_back_what_was_written_about_the_server(make_server: Make) -> None:
    one = make_server().start()
    announced(one)
    assert json.loads((one.data / "server.json").read_text())["pid"] == one.pid
    assert one.stop() == 0
    assert not (one.data / "server.json").exists()


def test_a_stop_does_not_wait_for_those_who_only_listen(make_server: Make) -> None:
    one = make_server().start()
    with one.client.stream("GET", "/events/stream") as stream:
        next(stream.iter_lines())
        assert one.stop() == 0


def test_work_that_cannot_be_interrupted_does_not_keep_the_process() -> None:
    busy = """
import threading, time
from concurrent.futures import ThreadPoolExecutor
from hydra_lab import __main__ as hydra

def command(_):
    pool = ThreadPoolExecutor(1)
    starter = threading.Thread(target=lambda: pool.submit(time.sleep, 120), daemon=True)
    starter.start()
    starter.join()
    return 3

hydra.command_line = command
hydra.main()
"""
    done = subprocess.run([sys.executable, "-c", busy], env=environment(), capture_output=True, timeout=60, check=False)
    assert done.returncode == 3, done.stderr


def test_the_doctor_looks_at_this_machine_also_while_hydra_is_stopped(make_server: Make, tmp_path: Path) -> None:
    one = make_server().start()
    running = one.hydra("doctor", "--data", str(one.data), check=False)
    assert f"Ready at {one.url}" in running.stdout
    one.stop()
    (one.data / "cli-token").chmod(0o644)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("x")
    elsewhere.chmod(0o644)
    done = hydra("doctor", "--data", one.data, "--json", HYDRA_KEY_FILE=str(elsewhere))
    assert "chmod 600" in next(found["fix"] for found in json.loads(done.stdout) if found["name"] == "File elsewhere")
    done = hydra("doctor", "--data", one.data, "--json")
    assert done.returncode == 1
    found = {check["name"]: check for check in json.loads(done.stdout)}
    assert found["File cli-token"]["status"] == "bad"
    assert found["File cli-token"]["fix"].startswith("chmod 600")
    assert found["Database"]["status"] == "ok"
    assert found["Server"]["status"] == "warn"


def test_the_doctor_asks_the_server_it_is_pointed_at_and_says_which(server: Server, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    (mine / "backups").mkdir(parents=True, mode=0o755)
    asked = hydra("doctor", "--json", HYDRA_URL=server.url, HYDRA_TOKEN=TOKEN, HYDRA_DATA_DIR=str(mine))
    found = {check["name"]: check["detail"] for check in json.loads(asked.stdout)}
    assert found["Server"] == f"Ready at {server.url}."
    assert found["Database"] == "The database (SQLite) answers."
    assert str(mine) not in asked.stdout
    elsewhere = f"http://127.0.0.1:{free_port()}"
    for command in ("doctor", "backup"):
        gone = hydra(command, HYDRA_URL=elsewhere, HYDRA_DATA_DIR=str(mine))
        assert gone.returncode != 0
        assert elsewhere in gone.stdout + gone.stderr
        assert str(mine) not in gone.stdout
    assert list((mine / "backups").iterdir()) == []


def test_a_damaged_database_is_found_by_the_doctor(tmp_path: Path) -> None:
    (tmp_path / "hydra.db").write_bytes(b"SQLite format 3\x00" + b"\x07" * 8192)
    done = hydra("doctor", "--data", tmp_path, "--json")
    found = {check["name"]: check for check in json.loads(done.stdout)}
    assert found["Database"]["status"] == "bad"
    assert "restore" in found["Database"]["fix"]


def test_a_backup_is_made_while_hydra_runs_and_put_back_while_it_is_stopped(make_server: Make) -> None:
    one = make_server().start()
    one.hydra("queue", "add", "health.show", "--title", "before the backup")
    one.hydra("queue", "add", "state.write", "--wait", "60")
    made = one.hydra("backup", "--data", str(one.data))
    assert "verified" in made.stdout.lower()
    one.hydra("queue", "add", "health.show", "--title", "after the backup")
    refused(one.hydra("restore", "--data", str(one.data), check=False), 65, "Another Hydra", "Stop Hydra first")
    one.stop()
    done = one.hydra("restore", "--data", str(one.data))
    assert "copy the folder artifacts" not in done.stdout
    elsewhere = one.data.with_name("elsewhere")
    (newest,) = (one.data / "backups").glob("hydra-*")
    moved = one.hydra("restore", "--data", str(elsewhere), str(newest))
    assert "copy the folder artifacts" in moved.stdout
    assert "STATE.json" in moved.stdout
    assert "kept in" in done.stdout
    one.start()
    titles = [item["title"] for item in one.client.get("/queue").json()["items"]]
    assert "before the backup" in titles
    assert "after the backup" not in titles


def test_a_backup_is_made_while_hydra_is_stopped(make_server: Make) -> None:
    one = make_server().start()
    one.stop()
    assert one.hydra("backup", "--data", str(one.data)).returncode == 0
    assert list((one.data / "backups").glob("*/manifest.json"))
