"""What a verb needs: an integration by name, or a capability that some configured integration gives.

``container_host@gpu2`` is a need of one part of it only, here the Docker of the node gpu2.
"""

import re
from collections.abc import Iterable, Mapping

from hydra_lab.kernel.integration import Integration
from hydra_lab.kernel.integrations.merge import Merged, variable
from hydra_lab.kernel.integrations.model import IntegrationState


def capability_name(protocol: type) -> str:
    """The name of a capability: its Protocol's name in snake case, ``ModelBackend`` → ``model_backend``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", protocol.__name__).lower()


PART = "@"


def whole(need: str) -> str:
    """A need without its part."""
    return need.partition(PART)[0]


def part_of(need: str) -> str:
    """The part that a need is about; empty where it is about the whole."""
    return need.partition(PART)[2]


def providers(need: str, integrations: Mapping[str, Integration]) -> list[Integration]:
    """The integrations that satisfy a need, by name; empty when this Hydra has none."""
    need = whole(need)
    if need in integrations:
        return [integrations[need]]
    return [one for one in integrations.values() if need in one.provides]


def meets(state: IntegrationState, need: str) -> bool:
    """Whether an integration as it is now satisfies a need."""
    return state.status.answers and part_of(need) not in state.lost_parts


def words(need: str) -> str:
    """A capability's name as words."""
    return need.replace("_", " ")


def either(names: Iterable[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def missing(need: str, found: list[tuple[Integration, Merged]]) -> tuple[str, str]:
    """What is missing where nothing that satisfies a need is configured ("a Discord webhook"), and what would help."""
    if not found:
        return (
            f"“{words(need)}”, which nothing in this Hydra gives",
            f"Install a version of Hydra, or add an integration, that gives {words(need)}.",
        )
    if len(found) > 1:
        pages = either(f"/ui/integrations/{manifest.name}" for manifest, _ in found)
        return either(manifest.secret_name for manifest, _ in found), f"Configure one of them: open {pages}."
    ((manifest, merged),) = found
    if merged.problems:
        name, problem = next(iter(merged.problems.items()))
        detail = f"{manifest.secret_name}: {name} is set wrongly ({problem})"
        return detail, f"Correct {variable(manifest.name, name)} or open /ui/integrations/{manifest.name}."
    if manifest.nodes:
        return manifest.secret_name, "Name one at /ui/nodes, or as [nodes.NAME] in hydra.toml."
    absent = " and ".join(variable(manifest.name, name) for name in merged.missing)
    return manifest.secret_name, f"Set {absent} or open /ui/integrations/{manifest.name}."
