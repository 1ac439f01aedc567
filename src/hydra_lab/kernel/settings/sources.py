"""Where settings come from: the command line, the environment, hydra.toml; strongest first."""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.settings.files import with_files
from hydra_lab.kernel.settings.model import LANES, OPEN_ENDED, Settings
from hydra_lab.kernel.settings.place import default_data_dir

Source = Literal["command line", "environment", "file", "stored", "default"]
Values = dict[str, Any]  # by dotted name: {"http.allowed_hosts": […]}

# Variables that other parts of Hydra read; any other after HYDRA_ is a setting, an integration's or a slip.
OTHERS = frozenset({"ADMIN_TOKEN", "ADMIN_TOKEN_FILE", "CONFIG", "KEY_FILE", "LOG_LEVEL", "TOKEN", "URL"})


@dataclass(frozen=True, kw_only=True)
class Layers:
    """What each source says, by dotted name. ``integrations`` is ``{source: {name: {field: value}}}``."""

    overrides: Values = field(default_factory=dict, repr=False)
    environment: Values = field(default_factory=dict, repr=False)
    file: Values = field(default_factory=dict, repr=False)
    integrations: dict[Source, dict[str, Values]] = field(default_factory=dict, repr=False)
    unknown: tuple[str, ...] = ()  # HYDRA_ variables that mean nothing
    path: Path | None = None  # the hydra.toml that was read

    def merged(self, stored: Values) -> dict[str, tuple[Source, Any]]:
        """The strongest value of each setting that any source names, and which source that is."""
        chosen: dict[str, tuple[Source, Any]] = {}
        ranks: list[tuple[Source, Values]] = [
            ("stored", stored), ("file", self.file), ("environment", self.environment),
            ("command line", self.overrides),
        ]  # fmt: skip
        for source, values in ranks:
            chosen |= {name: (source, value) for name, value in values.items()}
        return chosen


def groups() -> dict[str, type[BaseModel]]:
    """Settings that hold settings: ``{"http": Http, …}``."""
    kinds = {name: info.annotation for name, info in Settings.model_fields.items()}
    return {name: kind for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, BaseModel)}


def names() -> list[str]:
    """Every setting's dotted name; a lane's slots are ``lanes.<lane>`` besides."""
    inner = groups()
    return [
        dotted
        for name in Settings.model_fields
        for dotted in ([f"{name}.{part}" for part in inner[name].model_fields] if name in inner else [name])
    ]


def flattened(tree: Mapping[str, Any]) -> Values:
    """Nested groups as dotted names; a group whose parts the owner names becomes one name for each."""
    flat: Values = {}
    for name, value in tree.items():
        if isinstance(value, Mapping) and (name in groups() or name in OPEN_ENDED):
            flat |= {f"{name}.{part}": one for part, one in value.items()}
        else:
            flat[name] = value
    return flat


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted names as nested groups, as ``Settings`` takes them; lanes are laid over the default ones."""
    tree: dict[str, Any] = {}
    for name, value in values.items():
        group, _, part = name.partition(".")
        if part and isinstance(inside := tree.setdefault(group, {}), dict):
            inside[part] = value
        elif not part:
            tree[group] = value
    if isinstance(tree.get("lanes"), dict):
        tree["lanes"] = {**LANES, **tree["lanes"]}
    return tree


def problems_of(values: Mapping[str, Any], given: Mapping[str, str]) -> list[dict[str, str]]:
    """Every wrong setting, each with the place it was set in (``given``: dotted name to words)."""
    try:
        Settings.model_validate(nested(values))
    except ValidationError as error:
        return [said(one, given) for one in error.errors(include_url=False, include_context=False)]
    return []


def said(one: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """One complaint of pydantic as ``{field, problem}``, with a near name where the name is unknown."""
    parts = [str(part) for part in one["loc"]]
    name = next((".".join(parts[:n]) for n in (2, 1) if ".".join(parts[:n]) in given), ".".join(parts))
    inner = ".".join(parts[len(name.split(".")) :])
    problem = f"{inner}: " * bool(inner) + str(one["msg"]).removeprefix("Value error, ")
    if one["type"] == "extra_forbidden":
        near = get_close_matches(name, names(), n=1)
        problem = "there is no such setting" + (f"; did you mean {near[0]}?" if near else "")
    where = f" ({given[name]})" if given.get(name) else ""
    return {"field": name, "problem": f"{problem}{where}"}


def read_layers(
    *,
    overrides: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    config: Path | None = None,
    integrations: frozenset[str] = frozenset(),
) -> Layers:
    """Read every source that is there before the database is.

    ``config`` (or ``HYDRA_CONFIG``) is read instead of ``hydra.toml`` in the data directory; ``integrations``
    are the known integrations' names. Raises ``Invalid`` that lists every wrong value at once.
    """
    environ = with_files(os.environ if environ is None else environ)
    given = {name: value for name, value in flattened(overrides or {}).items() if value is not None}
    environment, theirs, unknown = read_environment(environ, integrations)
    data_dir = Path(given.get("data_dir") or environment.get("data_dir") or default_data_dir()).expanduser()
    named = config or (Path(environ["HYDRA_CONFIG"]) if environ.get("HYDRA_CONFIG") else None)
    path = named or data_dir / "hydra.toml"
    tree = read_file(path, required=named is not None)
    sections = tree.pop("integrations", {})
    layers = Layers(
        overrides=given, environment=environment, file=flattened(tree), unknown=unknown,
        integrations={"environment": theirs, "file": sections if isinstance(sections, dict) else {}},
        path=path if path.exists() else None,
    )  # fmt: skip
    problems = checked(layers) + misplaced(sections, integrations, path)
    if problems:
        sentences = "; ".join(f"{one['field']}: {one['problem']}" for one in problems)
        raise Invalid(
            f"Some settings are wrong: {sentences}.",
            problems=problems,
            fix="Correct them where they are set, then start Hydra again.",
        )
    return layers


def checked(layers: Layers) -> list[dict[str, str]]:
    """Every wrong setting in the layers."""
    chosen = layers.merged({})
    return problems_of(
        {name: value for name, (_, value) in chosen.items()},
        {name: whereabouts(layers, source, name) for name, (source, _) in chosen.items()},
    )


def whereabouts(layers: Layers, source: Source, name: str) -> str:
    """Where a setting was set, in words."""
    if source == "environment":
        return f"set by {variable(name)}"
    return f"set in {layers.path}" if source == "file" else "set on the command line"


def variable(name: str) -> str:
    """The environment variable of a dotted setting name."""
    return "HYDRA_" + name.upper().replace(".", "__")


def misplaced(sections: Any, integrations: frozenset[str], path: Path) -> list[dict[str, str]]:
    """Sections of hydra.toml that belong to no integration."""
    if not isinstance(sections, dict):
        return [{"field": "integrations", "problem": f"wants sections: [integrations.discord] ({path})"}]
    wrong = [name for name in sections if integrations and name not in integrations]
    wrong += [name for name, values in sections.items() if not isinstance(values, dict) and name not in wrong]
    problem = f"is no integration's section; there are {', '.join(sorted(integrations))} ({path})"
    return [{"field": f"integrations.{name}", "problem": problem} for name in wrong]


def read_environment(
    environ: Mapping[str, str], integrations: frozenset[str]
) -> tuple[Values, dict[str, Values], tuple[str, ...]]:
    """Settings, integrations' values and meaningless names, from ``HYDRA_*`` with ``__`` between levels."""
    ours: Values = {}
    theirs: dict[str, Values] = {}
    unknown = []
    for key, value in sorted(environ.items()):
        if not key.startswith("HYDRA_") or not value:
            continue
        name, _, part = key.removeprefix("HYDRA_").lower().partition("__")
        if name in Settings.model_fields:
            ours |= flattened({name: decoded(value)}) if not part else {f"{name}.{part}": decoded(value)}
        elif part and (name in integrations or not integrations):
            theirs.setdefault(name, {})[part] = value
        elif key.removeprefix("HYDRA_") not in OTHERS:
            unknown.append(key)
    return ours, theirs, tuple(unknown)


def decoded(text: str) -> Any:
    """A variable's value: JSON lists and objects as such, all else as text for the model to read."""
    if text.startswith(("[", "{")):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def read_file(path: Path, *, required: bool) -> dict[str, Any]:
    """The content of hydra.toml, empty when it is absent and nobody asked for it by name."""
    try:
        return tomllib.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError) as error:
        if not required:
            return {}
        raise Invalid(f"There is no file {path}.", fix="Correct --config or HYDRA_CONFIG.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"{path} cannot be read: {error}.", fix="Correct the file: it is TOML.") from error
