"""In which order containers are restarted: what a container depends on comes before it."""

from collections.abc import Sequence

from hydra_lab.areas.containers.model import PROJECT, SERVICE
from hydra_lab.kernel.capabilities import Container
from hydra_lab.kernel.errors import Invalid

COMPOSE, OWN = "com.docker.compose.depends_on", "hydra.depends_on"


def names_of(one: Container) -> list[str]:
    """What a container says it depends on: services of its compose project, and containers by name."""
    compose = [part.partition(":")[0].strip() for part in one.labels.get(COMPOSE, "").split(",")]
    own = [part.strip() for part in one.labels.get(OWN, "").split(",")]
    return [each for each in dict.fromkeys([*compose, *own]) if each]


def needed(one: Container, all_of_them: Sequence[Container]) -> list[Container]:
    """What a container depends on, farthest first. Raises ``Invalid`` that names a circle.

    ``all_of_them`` are those of its own host. A name is that of a service of the same project, or of a container; one
    that nothing has is passed over.
    """
    by_name = {each.own_name: each for each in all_of_them}
    services = {
        (project, each.labels.get(SERVICE)): each for each in all_of_them if (project := each.labels.get(PROJECT))
    }
    found: list[Container] = []

    def visit(each: Container, path: tuple[Container, ...]) -> None:
        if each in path:
            circle = " → ".join(part.name for part in (*path[path.index(each) :], each))
            raise Invalid(f"They depend on each other in a circle: {circle}.", fix="Take one depends_on out of it.")
        for name in names_of(each):
            other = services.get((each.labels.get(PROJECT) or "", name)) or by_name.get(name)
            if other and other not in found:
                visit(other, (*path, each))
                found.append(other)

    visit(one, ())
    return found
