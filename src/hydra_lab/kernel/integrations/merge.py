"""An integration's settings, put together from the environment, hydra.toml and what was set in the program."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from hydra_lab.kernel.integration import Integration, IntegrationSettings
from hydra_lab.kernel.integrations.model import FieldState
from hydra_lab.kernel.settings.sources import decoded

RANKS = ("stored", "file", "environment", "settings")  # weakest first


@dataclass(frozen=True, kw_only=True)
class Merged:
    """What the sources make of one integration. ``settings`` is ``None`` while it is not configured."""

    settings: IntegrationSettings | None
    values: dict[str, Any] = field(repr=False)
    sources: dict[str, str]
    missing: tuple[str, ...] = ()
    problems: dict[str, str] = field(default_factory=dict)  # by field name; of what is set and wrong


def merged(manifest: Integration, sources: Mapping[str, Mapping[str, Any]]) -> Merged:
    """Merge ``{source: {field: value}}``, the environment over the file over what was stored."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    fields = manifest.settings.model_fields
    for source in RANKS:
        for name, value in sources.get(source, {}).items():
            values[name], origins[name] = value, source
            if source == "environment" and name in fields and not is_secret(fields[name]):
                values[name] = decoded(value)
    try:
        settings = manifest.settings.model_validate(values)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        missing = tuple(str(one["loc"][0]) for one in found if one["type"] == "missing" and len(one["loc"]) == 1)
        wrong = {
            ".".join(str(part) for part in one["loc"]) or "(all)": one["msg"].removeprefix("Value error, ")
            for one in found
            if one["type"] != "missing"
        }
        return Merged(settings=None, values=values, sources=origins, missing=missing, problems=wrong)
    return Merged(settings=settings, values=values, sources=origins)


def is_secret(info: FieldInfo) -> bool:
    """Whether a field is write-only."""
    return SecretStr in (info.annotation, *getattr(info.annotation, "__args__", ()))


def secrets_in(manifest: Integration, values: Mapping[str, Any]) -> list[str]:
    """The values of secret fields, to be masked wherever they might show."""
    fields = manifest.settings.model_fields
    return [str(value) for name, value in values.items() if name in fields and is_secret(fields[name])]


def variable(integration: str, name: str) -> str:
    """The environment variable of an integration's field."""
    return f"HYDRA_{integration}__{name}".upper()


def field_states(manifest: Integration, found: Merged) -> list[FieldState]:
    """Every field of the integration's settings, as its form shows it."""
    return [
        FieldState(
            name=name,
            title=info.title or name.replace("_", " ").capitalize(),
            about=info.description or "",
            secret=is_secret(info),
            required=info.is_required(),
            is_set=name in found.values,
            source=found.sources.get(name),
            variable=variable(manifest.name, name),
            value=None if is_secret(info) else found.values.get(name),
            default=None if info.is_required() or is_secret(info) else info.get_default(call_default_factory=True),
            problem=found.problems.get(name),
        )
        for name, info in manifest.settings.model_fields.items()
        if not (manifest.nodes and name == "nodes")
    ]
