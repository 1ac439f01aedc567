"""What is wrong with a desired state beyond the shape of its fields: names, dependencies, ports, times."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from hydra_lab.areas.reconcile.desired.reading import matcher, mounted, published
from hydra_lab.kernel.capabilities.containers import node_of
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.work.schedules.model import checked as checked_cron

Place = tuple[int | str, ...]
Problem = tuple[Place, str]
KEPT_TYPES = ("missing", "extra_forbidden")
ALONE = ("host", "none")
NAMED = ("containers", "silences", "schedules", "workflows", "models")


def problems_of(given: Any) -> list[Problem]:
    """Everything that the fields by themselves do not show; what is no such thing at all is passed over."""
    if not isinstance(given, Mapping):
        return []
    containers = things(given, "containers")
    return [
        *(problem for part in NAMED for problem in twice(given, part)),
        *(problem for index, one in containers for problem in unreadable(index, one)),
        *dependencies(containers), *taken_ports(containers), *elsewhere(containers),
        *(problem for index, one in things(given, "silences") for problem in wrong(
            ("silences", index, "matchers"), one.get("matchers"), matcher)),
        *(problem for index, one in things(given, "schedules") for problem in times(index, one)),
    ]  # fmt: skip


def things(given: Mapping[str, Any], part: str) -> list[tuple[int, Mapping[str, Any]]]:
    """The things of a part that can be looked into, each with its place."""
    found = given.get(part)
    return [(at, one) for at, one in enumerate(found) if isinstance(one, Mapping)] if isinstance(found, list) else []


def texts(value: Any) -> list[str]:
    """The texts of a list."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def twice(given: Mapping[str, Any], part: str) -> Iterator[Problem]:
    """Names that are there twice."""
    seen: set[str] = set()
    for index, one in things(given, part):
        name = one.get("name")
        if isinstance(name, str) and name in seen:
            yield (part, index, "name"), f"“{name}” is there twice"
        elif isinstance(name, str):
            seen.add(name)


def wrong(place: Place, value: Any, read: Callable[[str], Any]) -> Iterator[Problem]:
    """Texts of a list that cannot be read."""
    for index, one in enumerate(value if isinstance(value, list) else []):
        try:
            if isinstance(one, str):
                read(one)
        except ValueError as error:
            yield (*place, index), str(error)


def unreadable(index: int, one: Mapping[str, Any]) -> Iterator[Problem]:
    """Ports, volumes and networks of a container that are none."""
    yield from wrong(("containers", index, "ports"), one.get("ports"), published)
    yield from wrong(("containers", index, "volumes"), one.get("volumes"), mounted)
    networks = texts(one.get("networks"))
    if len(networks) > 1 and set(networks) & set(ALONE):
        yield ("containers", index, "networks"), "host and none stand alone"


def dependencies(containers: Sequence[tuple[int, Mapping[str, Any]]]) -> Iterator[Problem]:
    """Names that are not there, circles, and what is to run on what is to be stopped."""
    needs = {one["name"]: texts(one.get("depends_on")) for _, one in containers if isinstance(one.get("name"), str)}
    stopped = {one.get("name") for _, one in containers if one.get("state") == "stopped"}
    told: set[frozenset[str]] = set()
    for index, one in containers:
        for at, name in enumerate(texts(one.get("depends_on"))):
            place = ("containers", index, "depends_on", at)
            if name not in needs:
                yield place, f"“{name}” is no container here"
            elif name in stopped and one.get("name") not in stopped:
                yield place, f"“{name}” is to be stopped"
        own = one.get("name")
        circle = circle_of(own, needs) if isinstance(own, str) else None
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            yield ("containers", index, "depends_on"), f"they depend on each other in a circle: {' → '.join(circle)}"


def circle_of(name: str, needs: Mapping[str, Sequence[str]]) -> list[str] | None:
    """The way from a container back to itself, if there is one."""
    ways, seen = [[name]], {name}
    while ways:
        way = ways.pop(0)
        for other in needs.get(way[-1], ()):
            if other == name:
                return [*way, name]
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return None


def elsewhere(containers: Sequence[tuple[int, Mapping[str, Any]]]) -> Iterator[Problem]:
    """Nodes that are others than those in names."""
    for index, one in containers:
        name, node = one.get("name"), one.get("node")
        if isinstance(name, str) and isinstance(node, str) and node != node_of(name):
            yield ("containers", index, "node"), "is another node than in its name"


def taken_ports(containers: Sequence[tuple[int, Mapping[str, Any]]]) -> Iterator[Problem]:
    """Ports of a host that two containers want at once."""
    taken: dict[tuple[str, str, str, int], str] = {}
    for index, one in containers:
        if one.get("state") == "stopped":
            continue
        for at, text in enumerate(texts(one.get("ports"))):
            try:
                port = published(text)
            except ValueError:
                continue
            if port.host_port is None:
                continue
            key = (node_of(str(one.get("name"))), port.host_ip, port.protocol, port.host_port)
            other = taken.setdefault(key, str(one.get("name")))
            if other != one.get("name"):
                yield ("containers", index, "ports", at), f"“{other}” has that port already"


def times(index: int, one: Mapping[str, Any]) -> Iterator[Problem]:
    """When a schedule is to fire."""
    cron, zone = one.get("cron"), one.get("time_zone")
    if not isinstance(cron, str) or not isinstance(zone, str | None):
        return
    try:
        checked_cron(cron, zone or "UTC")
    except Invalid as error:
        for problem in error.problems:
            yield ("schedules", index, problem["field"]), problem["problem"]


def reported(title: str, error: ValidationError | None, more: Sequence[Problem], given: Any) -> ValidationError:
    """One error of everything that is wrong, with names in place of numbers."""
    lines: list[InitErrorDetails] = []
    for one in error.errors(include_url=False) if error else ():
        kind: str | PydanticCustomError = one["type"]
        if kind not in KEPT_TYPES:
            kind = PydanticCustomError("wrong", "{problem}", {"problem": one["msg"].removeprefix("Value error, ")})
        lines.append(InitErrorDetails(type=kind, loc=named(one["loc"], given), input=None))
    for place, problem in more:
        custom = PydanticCustomError("wrong", "{problem}", {"problem": problem})
        lines.append(InitErrorDetails(type=custom, loc=named(place, given), input=None))
    return ValidationError.from_exception_data(title, lines)


def named(place: Place, given: Any) -> Place:
    """A place with the name of the thing, where it has one."""
    if len(place) < 2 or not isinstance(place[1], int) or not isinstance(given, Mapping):
        return place
    part = given.get(str(place[0]))
    one = part[place[1]] if isinstance(part, list) and place[1] < len(part) else None
    name = one.get("name") if isinstance(one, Mapping) else None
    return (place[0], name, *place[2:]) if isinstance(name, str) and name else place
