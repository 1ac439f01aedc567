"""Home Assistant: who is at home, through its REST and websocket APIs."""

from hydra_lab.integrations.home_assistant.capabilities import HomeAssistantPresence
from hydra_lab.integrations.home_assistant.client import HomeAssistantClient
from hydra_lab.integrations.home_assistant.settings import HomeAssistantSettings
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, Probe


def probe(settings: HomeAssistantSettings, http: HttpClient) -> Probe:
    """Read the configuration, which wants a good token."""
    config = HomeAssistantClient(settings, http).config()
    where = config.location_name or "Home Assistant"
    starting = config.state is not None and config.state != "RUNNING"
    detail = f"“{where}” answers, but is {config.state.lower()}" if starting and config.state else f"“{where}” answers"
    return Probe(detail=detail, version=config.version, degraded=starting)


INTEGRATION = Integration(
    name="home_assistant",
    title="Home Assistant",
    what="Tells who is at home.",
    settings=HomeAssistantSettings,
    probe=probe,
    secret_name="a Home Assistant token",
    how_to="In your Home Assistant profile open Security, then create a long-lived access token.",
    reference="https://developers.home-assistant.io/docs/api/websocket/",
    versions=("2024.3.3",),
    provides={"presence_source": HomeAssistantPresence},
)
