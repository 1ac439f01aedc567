"""Its stand-in, well or failing in every way that matters."""

from tests.integrations.serving_harness import ModelHarness
from tests.peers.model_servers.openai_servers import VllmPeer

HARNESS = ModelHarness(kind=VllmPeer)
