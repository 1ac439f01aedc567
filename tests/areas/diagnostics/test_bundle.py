"""The bundle for a bug report: complete, and without secrets."""

import io
import json
import zipfile
from collections.abc import Callable

from hydra_lab.areas.diagnostics.collect import masked, part
from tests.areas.running import artifact, done, run
from tests.lab import Lab
from tests.server import TOKEN, Server

WEBHOOK = "https://discord.com/api/webhooks/123456789012345678/planted-secret-token-abcdefghijklmnop"


def test_a_bundle_has_what_a_report_needs_and_no_secret(make_server: Callable[..., Server]) -> None:
    server = make_server(HYDRA_DISCORD__WEBHOOK=WEBHOOK).start()
    run(server, "http.call", url="http://nobody.example/")
    item = done(server, "diagnostics.bundle")
    packed = zipfile.ZipFile(io.BytesIO(artifact(server, item, item["result"]["name"])))
    assert sorted(packed.namelist()) == sorted(item["result"]["files"])
    files = {name: packed.read(name).decode() for name in packed.namelist()}
    assert {name for name, text in files.items() if "could not be collected" in text} == set()
    everything = "\n".join(files.values())
    assert "planted-secret" not in everything
    assert TOKEN not in everything
    assert json.loads(files["versions.json"])["packages"]["sqlalchemy".title().replace("Sqla", "SQLA")]
    (failed,) = json.loads(files["items/failed.json"])
    assert failed["error"]["code"] == "denied"
    assert any(one["name"] == "database" for one in json.loads(files["health.json"])["checks"])
    assert "items.failed" in files["journal.jsonl"]


def test_passwords_in_addresses_go_and_the_addresses_stay() -> None:
    assert (
        masked("postgresql://hydra:pa:ss@db:5432/x http://a/b?c:d@e")
        == "postgresql://hydra:•••@db:5432/x http://a/b?c:d@e"
    )


def test_a_part_that_breaks_says_why(make_lab: Callable[..., Lab]) -> None:
    def broken(ctx: object) -> None:
        raise RuntimeError("no such thing")

    assert "no such thing" in part(make_lab().context(), broken)
