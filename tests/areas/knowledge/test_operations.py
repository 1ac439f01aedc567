"""The audit as work: its reports are kept, nothing is touched, and a folder that is not there is told."""

import json
from pathlib import Path

from tests.areas.running import artifact, done, run
from tests.server import Server


def test_the_audit_keeps_its_reports_and_touches_nothing(server: Server, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "README.md").write_text("# Lab\n\n[gone](gone.md)\n")
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in notes.rglob("*")}
    item = done(server, "knowledge.audit", folder=str(notes))
    assert item["result"]["counts"]["broken link"] == 1
    assert item["result"]["score"] < 100
    found = json.loads(artifact(server, item, "audit.json"))["findings"]
    assert [(one["file"], one["line"], one["kind"]) for one in found] == [("README.md", 3, "broken link")]
    assert "gone.md" in artifact(server, item, "audit.md").decode()
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in notes.rglob("*")} == before

    missing = run(server, "knowledge.audit", folder=str(tmp_path / "none"))
    assert (missing["state"], missing["error"]["code"]) == ("failed", "invalid")
    assert "is no folder" in missing["error"]["detail"]
