"""Servers with OpenAI's interface, each as what it turned out to be."""

from collections.abc import Sequence

from hydra_lab.integrations.openai_compatible.detecting import detected
from hydra_lab.integrations.openai_compatible.llama_router import RouterServer
from hydra_lab.integrations.openai_compatible.llama_swap import SwapServer
from hydra_lab.integrations.openai_compatible.lm_studio import StudioServer
from hydra_lab.integrations.openai_compatible.model import Found, Kind
from hydra_lab.integrations.openai_compatible.plain import PlainServer
from hydra_lab.integrations.openai_compatible.settings import OpenaiCompatibleSettings
from hydra_lab.kernel.capabilities import ModelServer
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.model_servers import Calls, Place

UNKNOWN = Found(kind=Kind.PLAIN)


class OpenaiCompatible:
    """Every such server of the lab."""

    def __init__(self, settings: OpenaiCompatibleSettings, http: HttpClient) -> None:
        self._settings, self._http = settings, http

    def servers(self) -> Sequence[ModelServer]:
        """Each of them. One that never answered is taken as it is most often: used as it was started."""
        return [self._server(place) for place in places(self._settings)]

    def _server(self, place: Place) -> ModelServer:
        calls, found = Calls(place, self._http), self._found(place)
        match found.kind:
            case Kind.LLAMA_SWAP:
                return SwapServer(calls, found)
            case Kind.LLAMA_ROUTER:
                return RouterServer(calls, found)
            case Kind.LM_STUDIO:
                return StudioServer(calls)
            case Kind.PLAIN:
                return PlainServer(calls, found)

    def _found(self, place: Place) -> Found:
        """What the last probe found; asked now where none has."""
        known = self._settings.found
        if place.id not in known:
            try:
                known[place.id] = detected(Calls(place, self._http))
            except HydraError:
                known[place.id] = UNKNOWN  # the next probe looks again
        return known[place.id]


def places(settings: OpenaiCompatibleSettings) -> Sequence[Place]:
    """Where they are."""
    return settings.places("openai_compatible", "OpenAI-compatible")
