"""The Docker Engines of the lab's machines: where each answers, and what its containers are called here."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from pydantic import ValidationError, model_validator

from hydra_lab.integrations.docker.client import DockerClient
from hydra_lab.integrations.docker.settings import DockerSettings
from hydra_lab.kernel.capabilities import Container, Happened, Port
from hydra_lab.kernel.capabilities.containers import placed
from hydra_lab.kernel.errors import HydraError, NotFound, Refused
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.settings.machine import Machine

ANYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - what a published port is said to listen on


class NodeSettings(DockerSettings):
    """Where a node's Engine answers. Over SSH it must show the host key that was confirmed for the node."""

    node: str
    host_key: str = ""

    @model_validator(mode="after")
    def pairs(self) -> "NodeSettings":
        """Over SSH a key is needed; the host key is the node's own."""
        if self.address.startswith("ssh://") and not self.identity:
            raise ValueError("it needs a key file of its own, or the SSH key that is set for Docker")
        return self


def nodes_of(settings: DockerSettings) -> list[str]:
    """The nodes that have an Engine which is not the one set for Docker itself, by name."""
    return sorted(name for name, one in settings.nodes.items() if one.docker and one.docker != settings.address)


def settings_of(settings: DockerSettings, node: str) -> NodeSettings:
    """How a node's Engine is reached. Raises ``NotFound``, and ``Refused`` for what cannot be an address of one."""
    if node not in nodes_of(settings):
        raise NotFound(f"There is no Docker on a node “{node}”.", fix="/ui/nodes shows the nodes, and names it there.")
    machine = settings.nodes[node]
    tcp = not machine.docker.startswith(("unix://", "ssh"))
    values = {
        "node": node, "address": address_of(machine), "host_key": machine.host_key,
        "identity": machine.key_file or settings.identity,
        "ca": settings.ca if tcp else None, "certificate": settings.certificate if tcp else None,
        "key": settings.key if tcp else None,
    }  # fmt: skip
    try:
        if machine.docker.startswith("unix://") and not machine.is_local:
            raise Refused(f"The Docker of {node} cannot be reached: a socket is only on this machine.", fix=fix(node))
        return NodeSettings.model_validate(values)
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise Refused(f"The Docker of {node} cannot be reached: {said}.", fix=fix(node)) from error


def fix(node: str) -> str:
    """What to do about it."""
    return f"Write ssh, tcp://host:2376 or http://host:2375 as the Docker of {node} at /ui/nodes/{node}."


def address_of(machine: Machine) -> str:
    """The address of a node's Engine; ``ssh`` is the node's own SSH server."""
    if machine.docker == "ssh":
        return f"ssh://{machine.user}@{machine.address}:{machine.port}"
    return machine.docker


def client_of(settings: DockerSettings, node: str, http: HttpClient) -> DockerClient:
    """A client of a node's Engine, or of the one set for Docker itself."""
    if not node:
        return DockerClient(settings, http)
    return DockerClient(settings_of(settings, node), http, who=f"Docker on {node}")


def there(one: Container, node: str, machine: Machine | None) -> Container:
    """A node's container as it is told here: with the node in its name, and the ports where they can be reached."""
    if not node:
        return one
    local = machine is not None and machine.is_local
    ports = one.ports if local or machine is None else tuple(reachable(port, machine.address) for port in one.ports)
    return replace(
        one, id=placed(one.id, node), name=placed(one.name, node), ports=ports, addresses=one.addresses if local else ()
    )


def reachable(port: Port, address: str) -> Port:
    """A published port with the address it has for other machines."""
    return replace(port, host_ip=address) if port.host_port and (port.host_ip or "") in ANYWHERE else port


def told(one: Happened, node: str) -> Happened:
    """What happened on a node as it is told here."""
    return replace(one, id=placed(one.id, node), name=placed(one.name, node)) if node else one


def silent(settings: DockerSettings, http: HttpClient) -> dict[str, HydraError]:
    """The nodes whose Engines do not answer, and why; all are asked at the same time."""

    def failure(node: str) -> HydraError | None:
        try:
            client_of(settings, node, http).version()
        except HydraError as error:
            return error
        return None

    nodes = nodes_of(settings)
    if not nodes:
        return {}
    with ThreadPoolExecutor(max_workers=16, thread_name_prefix="docker-probe") as pool:
        failures: Iterable[HydraError | None] = pool.map(failure, nodes)
        return {node: error for node, error in zip(nodes, failures, strict=True) if error}
