"""What a backup is: a folder with a copy of the database, the policy, a list of artifacts, and a manifest."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.operation import Output

PREFIX = "hydra-"
PART = ".part-"
MANIFEST = "manifest.json"
ANOTHER_ONE = "Do not rely on this one: `hydra backup` makes another, and look at the disk's health."
# Copies of the database that an upgrade of the schema makes, beside the backups.
UPGRADE_COPIES = "before-upgrade-*.db"
STAMP = "%Y%m%dT%H%M%SZ"


class DatabaseCopy(Output):
    """The copy of the database. ``tables`` maps each table to its rows at the moment of the copy."""

    engine: Literal["sqlite", "postgresql"]
    file: str
    size: int
    sha256: str
    tables: dict[str, int]
    versions: dict[str, int] = Field(description="The schema version of each room")


class Kept(Output):
    """A small file that was copied."""

    file: str
    size: int
    sha256: str


class Artifacts(Output):
    """The list of artifacts: what the database says there is. ``missing`` names those that are not on the disk."""

    file: str
    count: int
    bytes: int
    missing: list[str]
    content: Literal["not included", "in the database"]


class Key(Output):
    """The file that seals integration secrets: without it they must be set again after a restore."""

    included: bool
    how: str


class Manifest(Output):
    """What a backup holds, and what was checked when it was made; ``verified_at`` is empty until it was."""

    name: str
    made_at: datetime
    hydra: str
    database: DatabaseCopy
    policy: Kept | None
    artifacts: Artifacts
    key: Key
    verified_at: datetime | None = None
    checks: list[str] = Field(default_factory=list)


def name_of(made_at: datetime, token: str) -> str:
    """A backup's name: its time, and some letters of its work item so that two of one second differ."""
    return f"{PREFIX}{made_at:{STAMP}}-{token[-6:]}"


def read_manifest(folder: Path) -> Manifest:
    """A backup's manifest. Raises ``Invalid`` when the folder is no backup."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        raise Invalid(
            f"{folder} is no backup: its {MANIFEST} cannot be read.",
            fix="`hydra maintenance backups` shows those there are.",
        ) from error


def backups_in(folder: Path) -> list[Manifest]:
    """Every verified backup in a folder, newest first; what cannot be read is not one."""
    found = []
    for path in folder.glob(f"{PREFIX}*") if folder.is_dir() else ():
        try:
            manifest = read_manifest(path)
        except Invalid:
            continue
        if manifest.verified_at is not None and manifest.name == path.name:
            found.append(manifest)
    return sorted(found, key=lambda one: (one.made_at, one.name), reverse=True)


def size_of(manifest: Manifest) -> int:
    """How much room a backup takes, in bytes."""
    return manifest.database.size + (manifest.policy.size if manifest.policy else 0)
