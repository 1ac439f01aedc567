"""TabbyAPI: ExLlama models, loaded one at a time."""

from hydra_lab.integrations.tabbyapi.capabilities import Tabbyapi
from hydra_lab.integrations.tabbyapi.model import Cards, Health
from hydra_lab.integrations.tabbyapi.settings import TabbyapiSettings
from hydra_lab.kernel.http import HttpClient, checked, read_as
from hydra_lab.kernel.integration import Integration, Probe
from hydra_lab.kernel.model_servers import Calls, Place, probe_each


def probe(settings: TabbyapiSettings, http: HttpClient) -> Probe:
    """Ask each server for its models, which takes the key, and whether it is well, which does not."""

    def ask(place: Place) -> Probe:
        calls = Calls(place, http)
        count = len(calls.read(Cards, "/v1/model/list").data)
        answer = calls.get("/health")
        health = read_as(place.title, Health, answer if answer.status_code == 503 else checked(place.title, answer))
        issues = "; ".join(one.description for one in health.issues if one.description)
        said = f"it has {count} model{'' if count == 1 else 's'}"
        return Probe(detail=f"{said}; {issues}" if issues else said, degraded=health.status != "healthy")

    return probe_each(settings.places("tabbyapi", "TabbyAPI"), ask)


INTEGRATION = Integration(
    name="tabbyapi",
    title="TabbyAPI",
    what="Serves ExLlama models and changes which one is loaded.",
    settings=TabbyapiSettings,
    probe=probe,
    secret_name="a TabbyAPI server and its admin key",
    how_to="The admin key is in api_tokens.yml beside TabbyAPI; with the other key Hydra sees only what is loaded.",
    reference="https://theroyallab.github.io/tabbyAPI/",
    provides={"model_backend": Tabbyapi},
    beat_s=30.0,
)
