"""Which integrations are configured, and with what: kept in memory, read again when something was set."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from hydra_lab.kernel.errors import Invalid, NotFound, NotReady
from hydra_lab.kernel.integration import Integration
from hydra_lab.kernel.integrations import store
from hydra_lab.kernel.integrations.merge import Merged, is_secret, merged, secrets_in, variable
from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.settings import Settings

if TYPE_CHECKING:
    from hydra_lab.kernel.services import Services


class Configured:
    """The merged settings of every integration."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.RLock()
        self._sealed: dict[str, dict[str, str]] | None = None
        self._revision: object = None
        self._merged: dict[str, Merged] = {}

    def manifest(self, name: str) -> Integration:
        """An integration by name. Raises ``NotFound``."""
        found = self._services.registry.integrations.get(name)
        if found is None:
            there = ", ".join(sorted(self._services.registry.integrations))
            raise NotFound(f"There is no integration “{name}”.", fix=f"There are: {there}.")
        return found

    def of(self, name: str) -> Merged:
        """An integration's merged settings."""
        with self._lock:
            if name not in self._merged:
                stored, unopened = self._opened(name)
                found = self._merge(name, stored)
                self._merged[name] = replace(found, problems={**found.problems, **unopened})
            return self._merged[name]

    def forget(self) -> None:
        """Read everything anew when next asked."""
        with self._lock:
            self._sealed, self._merged = None, {}

    def changed_elsewhere(self) -> list[str]:
        """The integrations that another node has configured since the last look."""
        with self._services.database.read() as connection:
            revision = store.revision(connection)
        with self._lock:
            if revision == self._revision:
                return []
            before = {name: self.of(name).values for name in self._services.registry.integrations}
            self.forget()
            return [name for name, values in before.items() if self.of(name).values != values]

    def put(self, connection: Connection, name: str, given: Mapping[str, Any], actor: Actor) -> list[str]:
        """Keep values, ``None`` taking one back; returns the fields that changed.

        An empty text for a secret leaves it as it is, because forms never show it; so does what the environment or a
        file sets already, because forms send it back. Raises ``Invalid`` that lists
        every wrong or missing field, and those that the environment or a file sets, because that would win.
        """
        manifest, fields = self.manifest(name), self.manifest(name).settings.model_fields
        values = {
            field: value
            for field, value in given.items()
            if not (value == "" and field in fields and is_secret(fields[field]))
        }
        before = self.of(name)
        fixed = {field for field, source in before.sources.items() if source in ("environment", "file")}
        values = {
            field: value
            for field, value in values.items()
            if not (field in fixed and words_of(value) == words_of(before.values[field]))
        }
        problems = [
            {"field": field, "problem": f"is set by {variable(name, field)} or hydra.toml, which wins"}
            for field in values
            if field in fixed
        ]
        after = self._opened(name)[0] | values
        found = self._merge(name, {field: value for field, value in after.items() if value is not None})
        problems += [{"field": field, "problem": text} for field, text in found.problems.items()]
        problems += [{"field": field, "problem": "does not exist"} for field in values if field not in fields]
        if any(value is not None for value in values.values()):
            problems += [{"field": field, "problem": "is required"} for field in found.missing]
        if problems:
            listed = "; ".join(f"{one['field']} {one['problem']}" for one in problems)
            raise Invalid(
                f"{manifest.title} cannot be configured so: {listed}.",
                problems=problems,
                fix=f"`hydra integrations show {name}` lists its fields.",
            )
        now = self._services.clock.now()
        for field, value in values.items():
            if value is None:
                store.forget_value(connection, name, field)
            else:
                sealed = self._services.secrets.seal(json.dumps(value))
                store.put_value(connection, name, field, sealed, actor.name, now)
        return sorted(values)

    def _opened(self, name: str) -> tuple[dict[str, Any], dict[str, str]]:
        """An integration's stored values in the clear, and what is wrong with those the key does not open."""
        values: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for field, text in self._all_sealed().get(name, {}).items():
            try:
                values[field] = json.loads(self._services.secrets.open(text))
            except NotReady as error:
                problems[field] = f"{error.detail} {error.fix}"
        return values, problems

    def _all_sealed(self) -> dict[str, dict[str, str]]:
        with self._lock:
            if self._sealed is None:
                with self._services.database.read() as connection:
                    self._sealed = store.sealed_values(connection)
                    self._revision = store.revision(connection)
            return self._sealed

    def _merge(self, name: str, stored: Mapping[str, Any]) -> Merged:
        """The settings that all sources make; secrets among them are masked from now on."""
        manifest = self.manifest(name)
        # A field that another version stored is left alone: it must not take the integration away.
        sources: dict[str, Mapping[str, Any]] = {
            "stored": {field: value for field, value in stored.items() if field in manifest.settings.model_fields}
        }
        for source, sections in self._services.settings.layers.integrations.items():
            sources[source] = sections.get(name, {})
        if manifest.nodes and (nodes := machines(self._services.settings.current)):
            sources["settings"] = {"nodes": nodes}
        found = merged(manifest, sources)
        for secret in secrets_in(manifest, found.values):
            self._services.scrubber.add(secret)
        return found


def words_of(value: Any) -> list[str]:
    """A value as a form shows it and sends it back, line ends and spaces apart."""
    lines = [f"{name}: {one}" for name, one in value.items()] if isinstance(value, Mapping) else [str(value)]
    return " ".join(lines).split()


def machines(settings: Settings) -> dict[str, dict[str, Any]]:
    """The lab's machines as an integration gets them: each with the host key that it must show."""
    return {
        name: one.model_dump(mode="json") | {"host_key": settings.host_key(name)}
        for name, one in settings.nodes.items()
    }
