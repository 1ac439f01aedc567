"""Maintenance as work: on a real server, on both databases, with failures that are failures."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.areas.running import artifact, done, run
from tests.server import Server


@pytest.fixture(params=["sqlite", "postgres"])
def either(request: pytest.FixtureRequest, make_server: Callable[..., Server]) -> Server:
    """A running Hydra on each kind of database."""
    url = {"HYDRA_DATABASE_URL": request.getfixturevalue("postgres_url")} if request.param == "postgres" else {}
    return make_server(**url).start()


def test_a_backup_is_verified_counted_and_can_be_restored(either: Server) -> None:
    done(either, "state.write")
    made = done(either, "maintenance.run", action="backup")
    result = made["result"]
    folder = Path(result["folder"])
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["verified_at"]
    assert result["rows"] == sum(manifest["database"]["tables"].values()) > 0
    assert json.loads((folder / "artifacts.json").read_text())[0]["name"] == "STATE.json"
    assert result["artifacts_missing"] == []
    assert result["key_included"] is False
    assert folder.stat().st_mode & 0o077 == 0
    assert json.loads(artifact(either, made, "manifest.json"))["name"] == result["name"]
    drill = done(either, "maintenance.run", action="restore_drill")["result"]
    assert (drill["backup"], drill["made_for_it"]) == (result["name"], False)
    assert [one["name"] for one in either.client.get("/maintenance/backups").json()["backups"]] == [result["name"]]
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


def test_the_database_is_tidied_and_disks_are_measured_twice(either: Server) -> None:
    tidied = done(either, "maintenance.run", action="database_optimize")["result"]
    assert tidied["size_before"] > 0
    assert tidied["done"]
    (first, *_) = done(either, "maintenance.run", action="disk_check")["result"]["disks"]
    assert first["grew_since_last"] is None
    again = done(either, "maintenance.run", action="disk_check")
    (second, *_) = again["result"]["disks"]
    assert second["last_at"] is not None
    assert second["days_until_full"] is None
    assert second["unknown_because"]
    assert second["mount"] in artifact(either, again, "disks.md").decode()


def test_a_damaged_backup_fails_the_drill(server: Server) -> None:
    folder = Path(done(server, "maintenance.run", action="backup")["result"]["folder"])
    with (folder / "hydra.db").open("r+b") as file:
        file.seek(-100, os.SEEK_END)
        file.write(b"damage")
    item = run(server, "maintenance.run", action="restore_drill")
    assert item["state"] == "failed"
    assert item["result"] is None
    assert "SHA-256" in item["error"]["detail"]


def test_a_bad_check_fails_the_health_check_and_the_report_is_kept(server: Server) -> None:
    assert done(server, "maintenance.run", action="health_check")["result"]["checks"]
    (server.data / "key").write_text("x")
    (server.data / "key").chmod(0o644)
    item = run(server, "maintenance.run", action="health_check")
    assert item["state"] == "failed"
    assert "Key file" in item["error"]["detail"]
    assert "chmod 600" in item["error"]["fix"]
    assert b"Key file" in artifact(server, item, "health.md")


def test_old_backups_give_way(make_server: Callable[..., Server]) -> None:
    server = make_server(HYDRA_BACKUP__KEEP="2").start()
    names = []
    for _ in range(4):
        names.append(done(server, "maintenance.run", action="backup")["result"]["name"])
        time.sleep(1.1)
    assert [one["name"] for one in server.client.get("/maintenance/backups").json()["backups"]] == names[:-3:-1]


def test_pruning_by_the_settings_runs_and_pruning_more_asks_a_person(server: Server) -> None:
    done(server, "health.show")
    assert done(server, "maintenance.run", action="prune")["result"]["items"] == 0
    asked = run(server, "maintenance.prune_now", older_than_days=0)
    assert asked["state"] == "held"
    assert [hold["kind"] for hold in asked["holds"]] == ["approval"]
    server.client.post(f"/queue/{asked['id']}/approve").raise_for_status()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        item = server.client.get(f"/queue/{asked['id']}").json()
        if item["state"] in ("done", "failed"):
            break
        time.sleep(0.05)
    assert item["state"] == "done", item
    assert item["result"]["items"] >= 1


def test_backups_recur_by_themselves_and_can_be_turned_off(make_server: Callable[..., Server]) -> None:
    def ids(server: Server) -> dict[str, str]:
        listed = server.client.get("/schedules").raise_for_status().json()["schedules"]
        return {one["schedule"]["id"]: one["schedule"]["cron"] for one in listed}

    assert ids(make_server().start())["backup"] == "30 3 * * *"
    assert "backup" not in ids(make_server("other", HYDRA_BACKUP__EVERY="off").start())
