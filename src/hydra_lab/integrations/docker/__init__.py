"""Docker: the containers of an Engine, through its own API."""

from hydra_lab.integrations.docker.capabilities import DockerHost
from hydra_lab.integrations.docker.client import DockerClient
from hydra_lab.integrations.docker.images import DockerImages
from hydra_lab.integrations.docker.making import DockerMaker
from hydra_lab.integrations.docker.nodes import nodes_of, silent
from hydra_lab.integrations.docker.settings import DockerSettings
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, Probe


def probe(settings: DockerSettings, http: HttpClient) -> Probe:
    """Ask the Engine for its version, and those of the nodes whether they answer."""
    told = DockerClient(settings, http).version()
    where = " ".join(part for part in (told.os, told.arch) if part)
    said = f"API {told.api_version}{f' on {where}' if where else ''}"
    nodes, lost = nodes_of(settings), silent(settings, http)
    if nodes:
        said += f"; {len(nodes) - len(lost)} of {len(nodes)} nodes answer"
    said += "".join(f"; {error.detail}" for error in lost.values())
    why = {node: error.detail for node, error in lost.items()}
    return Probe(detail=said, version=told.version, degraded=bool(lost), lost=why)


INTEGRATION = Integration(
    name="docker",
    title="Docker",
    what="Runs the lab's containers.",
    settings=DockerSettings,
    probe=probe,
    secret_name="the address of a Docker Engine",
    how_to="Give Hydra the Engine's socket, or better a socket proxy that allows only what Hydra needs.",
    reference="https://docs.docker.com/reference/api/engine/",
    versions=("20.10",),
    provides={"container_host": DockerHost, "container_maker": DockerMaker, "image_host": DockerImages},
    beat_s=30.0,
    nodes=True,
)
