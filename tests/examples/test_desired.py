"""The example of a desired state is one that Hydra takes."""

from tests.rules.source import ROOT
from tests.server import Server

EXAMPLE = (ROOT / "examples" / "desired.yaml").read_text()


def test_the_example_is_taken_and_shown_without_its_password(server: Server) -> None:
    yaml = {"Content-Type": "application/yaml"}
    answer = server.client.put("/reconcile/desired", content=EXAMPLE, headers=yaml)
    assert answer.status_code == 200, answer.text
    told = server.client.get("/reconcile/desired").json()
    assert told["desired"]["containers"]["db"]["env"] == {"POSTGRES_DB": "lab", "POSTGRES_PASSWORD": "•••"}
    again = server.client.put("/reconcile/desired", json={"document": told["document"]}).json()
    assert again["changed"] is False
    plan = server.client.get("/reconcile/plan").json()
    assert [one["name"] for one in plan["actions"]] == ["backup-at-noon"]
    assert {one["what"] for one in plan["unknown"]} == {"containers", "silences", "workflows", "models"}
