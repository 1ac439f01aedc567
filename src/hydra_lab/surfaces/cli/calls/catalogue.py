"""What the server can do, as it told us; kept for as long as that same server runs."""

import hashlib
import json
import os
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from hydra_lab.kernel.errors import NotFound, Refused
from hydra_lab.surfaces.cli.calls.connection import Server


@dataclass(frozen=True, kw_only=True)
class Verb:
    """One operation, as ``GET /operations`` tells of it."""

    name: str
    summary: str
    description: str
    method: str
    path: str
    effect: str
    kind: str
    durable: bool
    input: dict[str, Any]

    @property
    def area(self) -> str:
        """The name's first word."""
        return self.name.partition(".")[0]

    @property
    def words(self) -> str:
        """The command, as it is typed after `hydra`."""
        return self.name.replace(".", " ").replace("_", "-")

    @property
    def path_fields(self) -> list[str]:
        """The fields in the path, in order."""
        return [part[1:-1].partition(":")[0] for part in self.path.split("/") if part.startswith("{")]


class Catalogue:
    """Every verb of one server."""

    def __init__(self, verbs: list[Verb]) -> None:
        self.verbs = {verb.name: verb for verb in verbs}

    @property
    def areas(self) -> dict[str, list[Verb]]:
        """Verbs by area, both by name."""
        found: dict[str, list[Verb]] = {}
        for verb in sorted(self.verbs.values(), key=lambda one: one.name):
            found.setdefault(verb.area, []).append(verb)
        return found

    def named(self, words: list[str]) -> tuple[Verb, list[str]] | None:
        """The verb that the first words name, the longest that fits, and the words after it."""
        for count in range(len(words), 1, -1):
            name = ".".join(words[:count]).replace("-", "_")
            if name in self.verbs:
                return self.verbs[name], words[count:]
        return None

    def unknown(self, words: list[str]) -> NotFound:
        """The error for words that name no verb, with near ones."""
        asked = " ".join(words[:2])
        known = [verb.words for verb in self.verbs.values()]
        near = get_close_matches(asked, known, n=3, cutoff=0.5)
        hint = " or ".join(f"`hydra {one}`" for one in near)
        fix = f"Did you mean {hint}?" if near else "`hydra --help` lists the areas."
        return NotFound(f"There is no command “{asked}”.", fix=fix)


def read_catalogue(server: Server) -> Catalogue:
    """The server's verbs; asked for once in the life of each server process and kept in the user's cache."""
    boot = str(server.get("/healthz", timeout_s=10).get("boot", ""))
    place = cache_file(server.url, boot)
    if boot:
        try:
            return Catalogue([Verb(**one) for one in json.loads(place.read_text())])
        except (OSError, ValueError, TypeError):
            pass
    verbs = [told(one) for one in listed(server) if one.get("kind") != "endpoint"]
    if boot:
        keep(place, verbs)
    return Catalogue(verbs)


def listed(server: Server) -> list[dict[str, Any]]:
    """Every operation as the server tells of it."""
    body = server.get("/operations")
    operations = body.get("operations") if isinstance(body, dict) else None
    if not isinstance(operations, list):
        raise Refused("The server's list of operations cannot be read.", fix="Update the older of the two.")
    return operations


def told(one: dict[str, Any]) -> Verb:
    """One entry of the server's list."""
    return Verb(
        name=one["name"], summary=one["summary"], description=one["description"], method=one["method"],
        path=one["path"], effect=one["effect"], kind=one["kind"], durable=one["durable"], input=one["input_schema"],
    )  # fmt: skip


def cache_file(url: str, boot: str) -> Path:
    """Where the verbs of one server process are kept."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hydra-lab"
    return base / f"operations-{hashlib.sha256(f'{url} {boot}'.encode()).hexdigest()[:16]}.json"


def keep(place: Path, verbs: list[Verb]) -> None:
    """Write the verbs down, in place of those of earlier servers; without a place to write it works all the same."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        for old in place.parent.glob("operations-*.json"):
            old.unlink()
        beside = place.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps([vars(verb) for verb in verbs]))
        beside.replace(place)
    except OSError:
        return
