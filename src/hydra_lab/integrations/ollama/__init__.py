"""Ollama: models of a machine, fetched and loaded by name."""

from hydra_lab.integrations.ollama.capabilities import Ollama
from hydra_lab.integrations.ollama.model import Version
from hydra_lab.integrations.ollama.settings import OllamaSettings
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, Probe
from hydra_lab.kernel.model_servers import Calls, Place, probe_each


def probe(settings: OllamaSettings, http: HttpClient) -> Probe:
    """Ask each server for its version."""

    def ask(place: Place) -> Probe:
        return Probe(detail="it answers", version=Calls(place, http).read(Version, "/api/version").version)

    return probe_each(settings.places("ollama", "Ollama"), ask)


INTEGRATION = Integration(
    name="ollama",
    title="Ollama",
    what="Serves language models and fetches new ones.",
    settings=OllamaSettings,
    probe=probe,
    secret_name="an Ollama server",
    how_to="Give its address, which ends in :11434 unless you changed it; it must listen on more than its own machine.",
    reference="https://docs.ollama.com/api",
    provides={"model_backend": Ollama},
    beat_s=30.0,
)
