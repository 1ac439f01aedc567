"""Making a container as another was made: the same settings, volumes and networks, from its image or from another."""

from typing import Any
from urllib.parse import quote

from hydra_lab.integrations.docker.client import DockerClient
from hydra_lab.kernel.errors import NotFound

# What an image gives a container where nobody asked for something else.
GIVEN = ("Cmd", "Entrypoint", "WorkingDir", "User", "Healthcheck", "StopSignal", "Shell", "OnBuild", "ArgsEscaped")
MERGED = ("ExposedPorts", "Volumes", "Labels")
SHORT = 12  # so much of its id is a container's host name where nobody gave it one
JOINS = ("container:", "host")  # networks that are not a container's own
ENDPOINT = ("Links", "Aliases", "NetworkID", "DriverOpts", "IPAMConfig")
Json = dict[str, Any]


def copied(client: DockerClient, id: str, name: str, image: str | None) -> str:
    """Make the copy; its id. It is in every network of the first before it starts."""
    old = client.read(f"/containers/{quote(id, safe='')}/json")
    own = found_image(client, old["Image"])
    if image is None:
        known = found_image(client, old["Config"]["Image"])
        target = old["Config"]["Image"] if known and known["Id"] == old["Image"] else old["Image"]
    else:
        other = client.read(f"/images/{quote(image, safe=':')}/json")
        target = (other.get("RepoTags") or [other["Id"]])[0]
    body = body_of(old, target, own if image else None)
    networks = networks_of(old)
    if networks:
        body["NetworkingConfig"] = {"EndpointsConfig": dict(networks[:1])}
    new = client.make("/containers/create", body, params={"name": name})
    for network, asked in networks[1:]:
        joined = {"Container": new, "EndpointConfig": asked}
        client.send(f"/networks/{quote(network, safe='')}/connect", joined)
    return new


def found_image(client: DockerClient, name: str) -> Json | None:
    """An image by its name or id; ``None`` when it is not there."""
    try:
        return client.read(f"/images/{quote(name, safe=':')}/json")
    except NotFound:
        return None


def body_of(old: Json, image: str, own: Json | None) -> Json:
    """What makes a container like ``old`` from an image.

    ``own`` is the image it was made from, where the new one is made from another: what that gave it is left out, so
    that the other gives its own.
    """
    config, host = dict(old["Config"]), dict(old["HostConfig"])
    config["Image"] = image
    mode = host.get("NetworkMode") or ""
    if config.get("Hostname") == old["Id"][:SHORT] or mode.startswith(JOINS):
        config.pop("Hostname", None)
    if mode.startswith("container:"):
        config.pop("ExposedPorts", None)
    if own:
        config = without_given(config, own.get("Config") or {})
    return {**config, "HostConfig": host | volumes_of(old)}


def without_given(config: Json, given: Json) -> Json:
    """A container's settings without those that its image gave it."""
    kept = {name: value for name, value in config.items() if name not in GIVEN or value != given.get(name)}
    if "Entrypoint" in kept and "Cmd" not in kept:
        kept["Cmd"] = config.get("Cmd")  # asking for an entry point drops the image's command
    env = set(given.get("Env") or [])
    kept["Env"] = [one for one in config.get("Env") or [] if one not in env]
    for name in MERGED:
        theirs = given.get(name) or {}
        ours = config.get(name) or {}
        kept[name] = {key: value for key, value in ours.items() if key not in theirs or theirs[key] != value}
    return kept


def volumes_of(old: Json) -> Json:
    """The host's settings of what is mounted; volumes without a name of their own are the old one's."""
    host = old["HostConfig"]
    by_place = {one.get("Destination"): one for one in old.get("Mounts") or [] if one.get("Type") == "volume"}
    binds = list(host.get("Binds") or [])
    bound = {part for one in binds for part in one.split(":")[1:2]}
    mounts = []
    for one in host.get("Mounts") or []:
        bound.add(one.get("Target"))
        there = by_place.get(one.get("Target"))
        mounts.append({**one, "Source": there["Name"]} if there and not one.get("Source") else one)
    for place, one in by_place.items():
        if place not in bound and one.get("Name"):
            binds.append(f"{one['Name']}:{place}" + ("" if one.get("RW", True) else ":ro"))
    return {"Binds": binds, **({"Mounts": mounts} if mounts else {})}


def networks_of(old: Json) -> list[tuple[str, Json]]:
    """Its own networks, each with what it asked for there; none where it has another's, or the host's."""
    mode = (old["HostConfig"].get("NetworkMode") or "") if old.get("HostConfig") else ""
    if mode.startswith(JOINS) or mode == "none":
        return []
    found: list[tuple[str, Json]] = []
    for name, endpoint in ((old.get("NetworkSettings") or {}).get("Networks") or {}).items():
        asked = {key: endpoint.get(key) for key in ENDPOINT if endpoint.get(key)}
        if "Aliases" in asked:  # the engine adds the short id, which is the old one's
            asked["Aliases"] = [one for one in asked["Aliases"] if one != old["Id"][:SHORT]]
        found.append((name, asked))
    found.sort(key=lambda one: one[0] != mode)
    return found
