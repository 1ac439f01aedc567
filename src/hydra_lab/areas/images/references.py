"""Which images compose files name, as far as the files can be read from here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hydra_lab.kernel.capabilities import StoredContainer

PROJECT, SERVICE = "com.docker.compose.project", "com.docker.compose.service"
FILES, FOLDER = "com.docker.compose.project.config_files", "com.docker.compose.project.working_dir"
LARGEST = 1 << 20
# ${NAME}, ${NAME:-default}, ${NAME-default}, $NAME: a default is what is taken, anything else may be any text.
VARIABLE = re.compile(r"\$\{(\w+)(?::?-([^}]*))?[^}]*\}|\$(\w+)")


@dataclass(frozen=True, kw_only=True)
class Named:
    """A name, with ``*`` for what is not known of it, and who names it."""

    pattern: str
    why: str


def named_by_compose(
    containers: Iterable[StoredContainer], *, readable: bool = True
) -> tuple[list[Named], list[str]]:  # fmt: skip
    """What the compose files of these containers name, and the files that cannot be read: none are on other nodes."""
    found: list[Named] = []
    unread: list[str] = []
    for project, path in sorted({one for each in containers for one in files_of(each)}):
        try:
            if not readable:
                raise ValueError(f"{path} is on another machine")
            found += names_in(path, project)
        except (OSError, ValueError, yaml.YAMLError):
            unread.append(str(path))
    return found, unread


def files_of(one: StoredContainer) -> list[tuple[str, Path]]:
    """The compose files that a container was made from, each with its project."""
    project, files = one.labels.get(PROJECT), one.labels.get(FILES)
    folder = Path(one.labels.get(FOLDER) or "/")
    return [(project, folder / file.strip()) for file in (files or "").split(",") if project and file.strip()]


def names_in(path: Path, project: str) -> list[Named]:
    """The images that a compose file names. Raises ``OSError``, ``ValueError`` and ``YAMLError``."""
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise ValueError(f"{path} is no file of a reasonable size")
    told = yaml.safe_load(path.read_text())
    services = told.get("services") if isinstance(told, dict) else None
    found = []
    for name, service in (services if isinstance(services, dict) else {}).items():
        why = f"compose project {project} names it for {name}"
        found += [Named(pattern=one, why=why) for one in images_of(project, str(name), service)]
    return found


def images_of(project: str, name: str, service: Any) -> list[str]:
    """The image of a service; one that is only built is named after its project."""
    image = service.get("image") if isinstance(service, dict) else None
    if isinstance(image, str):
        return [VARIABLE.sub(lambda match: match[2] if match[2] is not None else "*", image)]
    return [f"{project}{between}{name}" for between in "-_"]
