"""MQTT: who is at home, from a broker, and Hydra in Home Assistant, through its MQTT discovery."""

from contextlib import closing

from hydra_lab.integrations.mqtt.capabilities import MqttPanel, MqttPresence
from hydra_lab.integrations.mqtt.client import Connection
from hydra_lab.integrations.mqtt.settings import MqttSettings
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, Probe


def probe(settings: MqttSettings, http: HttpClient) -> Probe:
    """Connect as Hydra does, and hang up."""
    with closing(Connection(settings, http.timeout_s)) as connection:
        connection.ping()
    return Probe(detail=f"lets Hydra in{f' as {settings.username}' if settings.username else ''}")


INTEGRATION = Integration(
    name="mqtt",
    title="MQTT",
    what="Shows Hydra in Home Assistant, and tells who is at home.",
    settings=MqttSettings,
    probe=probe,
    secret_name="the address of an MQTT broker",
    how_to="Give Hydra a user of its own on your broker, which may use the two topics named below.",
    reference="https://www.home-assistant.io/integrations/mqtt/",
    versions=("Mosquitto 2.0.11",),
    provides={"presence_source": MqttPresence, "home_panel": MqttPanel},
)
