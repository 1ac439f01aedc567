"""How a container differs from what is wanted of it; what nobody says anything of does not count."""

from collections.abc import Iterator, Mapping

from hydra_lab.areas.reconcile.desired.model import WantedContainer
from hydra_lab.areas.reconcile.desired.showing import masked
from hydra_lab.areas.reconcile.model import Difference
from hydra_lab.kernel.capabilities import Container
from hydra_lab.kernel.capabilities.making import ContainerSpec, Mounted, PublishedPort

IMAGE, POLICY, LABELS, SETTINGS = "wrong image", "wrong restart policy", "wrong labels", "wrong settings"
ANY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104 - how Docker writes it
Told = tuple[str, Difference]


def differences(
    one: WantedContainer, spec: ContainerSpec, container: Container, image: str | None
) -> list[Told]:  # fmt: skip
    """Everything that differs, each with the kind of drift it is."""
    return [*image_differs(one, container, image), *policy_differs(one, spec), *values_differ(one, spec),
            *settings_differ(one, spec)]  # fmt: skip


def image_differs(one: WantedContainer, container: Container, image: str | None) -> Iterator[Told]:
    """Another image; or the same name, which means another image by now. One that is not here counts by its name."""
    same_name = full(container.image) == full(one.image)
    if image == container.image_id or (image is None and same_name):
        return
    now = f"an older {container.image}" if same_name else container.image
    yield IMAGE, Difference(what="image", now=now, wanted=one.image)


def full(name: str) -> str:
    """An image's name with all that may be left out."""
    plain = name.removeprefix("docker.io/").removeprefix("library/")
    return plain if "@" in plain or ":" in plain.rpartition("/")[2] else f"{plain}:latest"


def policy_differs(one: WantedContainer, spec: ContainerSpec) -> Iterator[Told]:
    """Another restart policy."""
    now = spec.restart_policy or "no"
    if one.restart_policy is not None and one.restart_policy != now:
        yield POLICY, Difference(what="restart policy", now=now, wanted=one.restart_policy)


def values_differ(one: WantedContainer, spec: ContainerSpec) -> Iterator[Told]:
    """Labels and environment that are not there, or have other values."""
    for kind, what, wanted, there in (
        (LABELS, "label", one.labels, spec.labels or {}), (SETTINGS, "env", one.env, spec.env or {}),
    ):  # fmt: skip
        for name, value in wanted.items():
            if there.get(name) != value:
                yield kind, Difference(what=f"{what} {name}", now=shown(name, there), wanted=masked(name, value))


def shown(name: str, there: Mapping[str, str]) -> str:
    """A value without what is secret; “none” where there is none."""
    return masked(name, there[name]) if name in there else "none"


def settings_differ(one: WantedContainer, spec: ContainerSpec) -> Iterator[Told]:
    """Command, ports, mounts and networks that are otherwise."""
    if one.command is not None and tuple(one.command) != (spec.command or ()):
        yield told("command", spec.command or (), one.command)
    wanted = one.spec
    if wanted.ports is not None and not same_ports(wanted.ports, spec.ports or ()):
        yield told("ports", map(port_text, spec.ports or ()), map(port_text, wanted.ports))
    places = {each.place: each for each in spec.mounts or ()}
    for mount in wanted.mounts or ():
        now = places.get(mount.place)
        if now != mount:
            yield told(f"volume at {mount.place}", [mount_text(now)] if now else [], [mount_text(mount)])
    if wanted.networks is not None and set(wanted.networks or ("none",)) != set(spec.networks or ()):
        yield told("networks", spec.networks or (), wanted.networks)


def told(what: str, now: object, wanted: object) -> Told:
    """A setting's difference."""
    first, second = (" ".join(map(str, one)) or "none" for one in (now, wanted))  # type: ignore[call-overload]
    return SETTINGS, Difference(what=what, now=masked("", first), wanted=masked("", second))


def same_ports(wanted: tuple[PublishedPort, ...], there: tuple[PublishedPort, ...]) -> bool:
    """Whether just these are published; one that may be any on the host is met by any."""
    left = list(map(plain_port, there))
    for one in sorted(map(plain_port, wanted), key=lambda each: each[3] is None):
        found = next((each for each in left if each == one or (one[3] is None and each[:2] == one[:2])), None)
        if found is None:
            return False
        left.remove(found)
    return not left


def plain_port(one: PublishedPort) -> tuple[int, str, str, int | None]:
    """A port to be compared."""
    return one.port, one.protocol, "" if one.host_ip in ANY_ADDRESS else one.host_ip, one.host_port


def port_text(one: PublishedPort) -> str:
    """A port as compose writes it."""
    ip = f"{one.host_ip}:" if one.host_ip not in ANY_ADDRESS else ""
    host = f"{ip}{one.host_port or ''}:" if one.host_port or ip else ""
    return f"{host}{one.port}{'' if one.protocol == 'tcp' else f'/{one.protocol}'}"


def mount_text(one: Mounted) -> str:
    """A mount as compose writes it."""
    return f"{one.source}:{one.place}{':ro' if one.read_only else ''}"
