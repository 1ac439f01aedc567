"""Documentation as work: Hydra's own API, a file that changes, an address, and a guide from real failures."""

import json
from copy import deepcopy
from pathlib import Path

from tests.areas.docs.test_api_reference import DOCUMENT
from tests.areas.running import artifact, done, run
from tests.server import Server


def test_an_api_is_documented_and_the_next_run_says_what_changed(server: Server, tmp_path: Path) -> None:
    own = done(server, "docs.api")
    listed = server.client.get("/operations").json()["operations"]
    text = artifact(server, own, "api.md").decode()
    assert own["result"]["endpoints"] == len(listed)
    assert [one["path"] for one in listed if f"`{one['method']} {one['path'].split(':')[0]}" not in text] == []
    assert "## What changed" not in text, "there was nothing to compare with"
    assert done(server, "docs.api")["result"]["changes"] == 0

    file = tmp_path / "openapi.json"
    document = deepcopy(DOCUMENT)
    file.write_text(json.dumps(document))
    assert done(server, "docs.api", source=str(file))["result"]["compared_with"] is None
    del document["paths"]["/queue/{id}"]["get"]["parameters"]
    file.write_text(json.dumps(document))
    changed = done(server, "docs.api", source=str(file))
    assert changed["result"]["breaking"] == 1
    assert "The parameter `query deep` is gone." in artifact(server, changed, "api.md").decode()


def test_what_cannot_be_read_fails_in_words(server: Server, tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text("<html>")
    for source, code in (
        (str(tmp_path / "none.json"), "invalid"),
        (str(tmp_path / "page.json"), "refused"),
        ("http://example.org/openapi.json", "denied"),
    ):
        item = run(server, "docs.api", source=source)
        assert (item["state"], item["error"]["code"]) == ("failed", code), item
        assert item["result"] is None


def test_the_guide_tells_of_failures_that_really_happened(server: Server) -> None:
    failed = [run(server, "http.call", url=f"http://host-{number}.example/") for number in (1, 2)]
    assert {one["state"] for one in failed} == {"failed"}
    server.client.put("/settings/http.allowed_hosts", json={"value": ["127.0.0.1"]}).raise_for_status()
    done(server, "http.call", url=f"{server.url}/healthz")
    item = done(server, "docs.troubleshooting")
    assert (item["result"]["problems"], item["result"]["incidents"], item["result"]["open"]) == (1, 2, 0)
    text = artifact(server, item, "troubleshooting.md").decode()
    assert "is not among those that Hydra may call" in text
    assert "HYDRA\\_HTTP" in text
    assert "http.allowed\\_hosts" in text.partition("What fixed it")[2]
