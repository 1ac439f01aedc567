"""Docker as what makes containers: from a description, and in all that this does not say as another was made."""

import json
from typing import Any
from urllib.parse import quote

from hydra_lab.integrations.docker.client import DockerClient
from hydra_lab.integrations.docker.copying import body_of, found_image, networks_of, without_given
from hydra_lab.integrations.docker.nodes import client_of
from hydra_lab.integrations.docker.settings import DockerSettings
from hydra_lab.kernel.capabilities.containers import node_of, placed
from hydra_lab.kernel.capabilities.containers import own as local
from hydra_lab.kernel.capabilities.making import ContainerSpec, Mounted, PublishedPort
from hydra_lab.kernel.errors import NotFound, Refused, Unavailable
from hydra_lab.kernel.http import HttpClient

Json = dict[str, Any]
PULL_S = 1800.0
LONGEST_PULL = 1 << 24  # bytes of what it says on the way
AWAY = ("dial tcp", "no such host", "i/o timeout", "connection refused", "timeout exceeded", "connection reset", "EOF")
WITHOUT = ("none", "host")  # networks of which a container has only that one


class DockerMaker:
    """Makes containers on the Engine that is set, and on those that nodes name."""

    def __init__(self, settings: DockerSettings, http: HttpClient) -> None:
        self._settings, self._http = settings, http

    def spec(self, id: str, *, own: bool = False) -> ContainerSpec:
        """What it was made with."""
        client = self._client(node_of(id))
        made = read(client, id)
        config = made["Config"]
        if own:
            config = without_given(config, (found_image(client, made["Image"]) or {}).get("Config") or {})
        return spec_of(made, config)

    def make(self, name: str, spec: ContainerSpec, like: str | None = None) -> str:
        """Make it, in every network of its own before it starts."""
        client = self._client(node_of(name))
        body, networks = alike(client, like, spec) if like else ({"Image": spec.image, "HostConfig": {}}, [])
        put(body, spec)
        if spec.networks is not None:
            mode = spec.networks[0] if spec.networks else "none"
            body["HostConfig"]["NetworkMode"] = mode
            body.pop("Hostname", None)
            networks = [] if mode in WITHOUT else [(one, {}) for one in spec.networks]
        if networks:
            body["NetworkingConfig"] = {"EndpointsConfig": dict(networks[:1])}
        id = client.make("/containers/create", body, params={"name": local(name)})
        for network, asked in networks[1:]:
            joined = {"Container": id, "EndpointConfig": asked}
            client.send(f"/networks/{quote(network, safe='')}/connect", joined)
        return placed(id, node_of(name))

    def image(self, name: str, node: str = "") -> str | None:
        """The id of what a name means now."""
        found = found_image(self._client(node), name)
        return found["Id"] if found else None

    def pull(self, name: str, node: str = "") -> None:
        """Fetch it; the Engine tells what went wrong at the end of what it says on the way."""
        wanted = name if "@" in name or ":" in name.rpartition("/")[2] else f"{name}:latest"
        path = f"/images/create?fromImage={quote(wanted, safe='')}"
        try:
            said = self._client(node).written(path, {}, PULL_S, LONGEST_PULL)
        except NotFound as error:
            raise Refused(error.detail, fix="Check the image's name.") from error
        except Refused as error:
            raise away(error.detail) or error from error
        for line in said.splitlines():
            problem = problem_in(line)
            if problem:
                raise away(problem) or Refused(f"Docker could not fetch {name}: {problem}.", fix="Check its name.")

    def set_restart_policy(self, id: str, policy: str) -> None:
        """Change it in place."""
        path = f"/containers/{quote(local(id), safe='')}/update"
        self._client(node_of(id)).send(path, {"RestartPolicy": policy_of(policy)})

    def _client(self, node: str) -> DockerClient:
        return client_of(self._settings, node, self._http)


def read(client: DockerClient, id: str) -> Json:
    """All that an Engine tells of a container."""
    return client.read(f"/containers/{quote(local(id), safe='')}/json")


def alike(client: DockerClient, like: str, spec: ContainerSpec) -> tuple[Json, list[tuple[str, Json]]]:
    """The body of a container like another; what its image gave that one is left to the new image."""
    old = read(client, like)
    own = found_image(client, old["Image"])
    networks = networks_of(old) if spec.networks is None else []
    return body_of(old, spec.image, own), networks


def put(body: Json, spec: ContainerSpec) -> None:
    """Put what is said of a container into the body that makes it."""
    host = body["HostConfig"]
    if spec.command is not None:
        body["Cmd"] = list(spec.command)
    if spec.env:
        body["Env"] = [f"{name}={value}" for name, value in (pairs(body.get("Env")) | spec.env).items()]
    if spec.labels:
        body["Labels"] = (body.get("Labels") or {}) | spec.labels
    if spec.ports is not None:
        host["PortBindings"] = {}
        for one in spec.ports:
            place = f"{one.port}/{one.protocol}"
            binding = {"HostIp": one.host_ip, "HostPort": str(one.host_port or "")}
            host["PortBindings"].setdefault(place, []).append(binding)
        body["ExposedPorts"] = (body.get("ExposedPorts") or {}) | {place: {} for place in host["PortBindings"]}
    if spec.mounts:
        places = {one.place for one in spec.mounts}
        kept = [one for one in host.get("Binds") or [] if place_of(one) not in places]
        host["Binds"] = kept + [f"{one.source}:{one.place}{':ro' if one.read_only else ''}" for one in spec.mounts]
        if host.get("Mounts"):
            host["Mounts"] = [one for one in host["Mounts"] if one.get("Target") not in places]
    if spec.restart_policy is not None:
        host["RestartPolicy"] = policy_of(spec.restart_policy)


def spec_of(made: Json, config: Json) -> ContainerSpec:
    """A container's description in Hydra's words."""
    host = made.get("HostConfig") or {}
    ports = [
        PublishedPort(
            port=int(place.partition("/")[0]), protocol=place.partition("/")[2] or "tcp",
            host_ip=one.get("HostIp") or "", host_port=int(one["HostPort"]) if one.get("HostPort") else None,
        )
        for place, bindings in (host.get("PortBindings") or {}).items() for one in bindings or []
    ]  # fmt: skip
    mounts = [
        Mounted(
            source=(one.get("Name") if one.get("Type") == "volume" else one.get("Source")) or "",
            place=one.get("Destination") or "", read_only=not one.get("RW", True),
        )
        for one in made.get("Mounts") or [] if one.get("Type") in ("volume", "bind")
    ]  # fmt: skip
    policy = host.get("RestartPolicy") or {}
    most = policy.get("MaximumRetryCount") or 0
    command = config.get("Cmd")
    return ContainerSpec(
        image=config["Image"], command=tuple(command) if command is not None else None, env=pairs(config.get("Env")),
        labels=config.get("Labels") or {}, ports=tuple(ports), mounts=tuple(mounts),
        networks=tuple((made.get("NetworkSettings") or {}).get("Networks") or {}),
        restart_policy=(policy.get("Name") or "no") + (f":{most}" if most else ""),
    )  # fmt: skip


def pairs(env: list[str] | None) -> dict[str, str]:
    """An environment by name."""
    return {name: value for name, _, value in (one.partition("=") for one in env or [])}


def place_of(bind: str) -> str:
    """Where in the container a mount is, as the Engine writes it: source, place and options."""
    return bind.partition(":")[2].partition(":")[0]


def policy_of(text: str) -> Json:
    """A restart policy as the Engine wants it."""
    name, _, most = text.partition(":")
    return {"Name": name, "MaximumRetryCount": int(most or 0)}


def problem_in(line: bytes) -> str | None:
    """What went wrong, by a line that the Engine says."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    problem = said.get("error") if isinstance(said, dict) else None
    return str(problem).strip().rstrip(".")[:500] if problem else None


def away(problem: str) -> Unavailable | None:
    """The error of a registry that does not answer; ``None`` where it answered."""
    if any(word in problem for word in AWAY):
        return Unavailable(f"The image's registry does not answer: {problem.rstrip('.')}.", fix="Try again later.")
    return None
