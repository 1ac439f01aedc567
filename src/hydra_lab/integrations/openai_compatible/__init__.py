"""Any server with OpenAI's interface: llama.cpp, llama-swap, vLLM, LM Studio, LiteLLM and the like."""

from hydra_lab.integrations.openai_compatible.capabilities import OpenaiCompatible, places
from hydra_lab.integrations.openai_compatible.detecting import detected
from hydra_lab.integrations.openai_compatible.settings import OpenaiCompatibleSettings
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, Probe
from hydra_lab.kernel.model_servers import Calls, Place, probe_each


def probe(settings: OpenaiCompatibleSettings, http: HttpClient) -> Probe:
    """Ask each server for its models, and look at what it can be asked for besides."""

    def ask(place: Place) -> Probe:
        found = detected(Calls(place, http))
        settings.found[place.id] = found
        return Probe(detail=found.program or "it answers as OpenAI does", version=found.version)

    return probe_each(places(settings), ask)


INTEGRATION = Integration(
    name="openai_compatible",
    title="OpenAI-compatible",
    what="Serves language models through OpenAI's interface: llama.cpp, llama-swap, vLLM, LM Studio, LiteLLM.",
    settings=OpenaiCompatibleSettings,
    probe=probe,
    secret_name="the address of an OpenAI-compatible server",
    how_to="Give the address that other clients are told; llama-swap, llama.cpp's router and LM Studio are recognised.",
    reference="https://platform.openai.com/docs/api-reference/chat",
    provides={"model_backend": OpenaiCompatible},
    beat_s=30.0,
)
