"""A desired state as it is shown: by name, without what is secret; and the way back from there."""

import difflib
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from hydra_lab.areas.reconcile.desired.model import PARTS, Desired
from hydra_lab.kernel.documents import write_document
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.secrets.spotting import veiled

SECRET = re.compile(r"(?i)pass|pwd|secret|token|key|credential|auth|cookie|salt|dsn|private")
IN_URL = re.compile(r"(://[^/@\s]*:)[^/@\s]+@")
MASK = "•••"
UNKNOWN = "is masked, and nobody knows what it was"


def masked(name: str, value: str) -> str:
    """A value of an environment or a label without what is secret."""
    if value and SECRET.search(name):
        return MASK
    return veiled(IN_URL.sub(rf"\1{MASK}@", value))


def by_name(desired: Desired, *, secrets: bool = False) -> dict[str, Any]:
    """What it says, each part by name, without what is as it would be if left out; with ``secrets`` all of it."""
    told: dict[str, Any] = desired.model_dump(mode="json", exclude_defaults=True)
    for part in PARTS:
        if part == "containers" and part in told:
            told[part] = dict(map(keyed, told[part]))
        elif part in told:
            told[part] = {one.pop("name"): one for one in told[part]}
    for one in told.get("containers", {}).values() if not secrets else ():
        for what in ("env", "labels"):
            if what in one:
                one[what] = {name: masked(name, value) for name, value in one[what].items()}
        if "command" in one:
            one["command"] = [veiled(word) for word in one["command"]]
    for one in told.get("schedules", {}).values() if not secrets else ():
        one |= {"input": without(one["input"])} if "input" in one else {}
    return told


def keyed(one: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A container by its name, which has its node."""
    one.pop("node", None)
    return one.pop("name"), one


def without(value: Any, name: str = "") -> Any:
    """The input of an operation without what is secret; ``name`` is what it is called."""
    if isinstance(value, Mapping):
        return {key: without(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [without(inner, name) for inner in value]
    return masked(name, value) if isinstance(value, str) else value


def restored(given: Any, was: Any, name: str = "") -> Any:
    """An input with what was masked as it was. Raises ``ValueError`` for what nobody knows."""
    if isinstance(given, Mapping):
        known = was if isinstance(was, Mapping) else {}
        return {key: restored(inner, known.get(key), str(key)) for key, inner in given.items()}
    if isinstance(given, list):
        before = was if isinstance(was, list) and len(was) == len(given) else [None] * len(given)
        return [restored(inner, old, name) for inner, old in zip(given, before, strict=True)]
    if not isinstance(given, str) or MASK not in given:
        return given
    if not isinstance(was, str) or masked(name, was) != given:
        raise ValueError(UNKNOWN)
    return was


def as_yaml(desired: Desired) -> str:
    """It as a document, without what is secret."""
    told = by_name(desired)
    return write_document(told) if told else "# Nothing is wanted yet.\n"


def digest(desired: Desired) -> str:
    """A digest of all of it."""
    return hashlib.sha256(json.dumps(by_name(desired, secrets=True), sort_keys=True).encode()).hexdigest()


def difference(before: Desired | None, after: Desired) -> str:
    """How one differs from the one before, without what is secret."""
    old, new = as_yaml(before) if before else "", as_yaml(after)
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2))
    text = "\n".join(lines[2:])  # without the names of files
    return text or ("Only what is secret differs." if before and digest(before) != digest(after) else "")


def unmasked(
    given: Desired, before: Desired | None, running: Callable[[str], Mapping[str, str]]
) -> Desired:  # fmt: skip
    """It with what was masked as it was: in the revision before, or else in the container that is there.

    Raises ``Invalid`` naming every value that nobody knows.
    """
    was = {one.name: one for one in before.containers} if before else {}
    containers, problems = [], []
    for one in given.containers:
        values: dict[str, dict[str, str]] = {}
        for what in ("env", "labels"):
            values[what] = dict(getattr(one, what))
            hidden = [name for name, value in values[what].items() if MASK in value]
            known: Mapping[str, str] = getattr(was[one.name], what) if one.name in was else {}
            if what == "env" and not set(hidden) <= known.keys():
                known = {**running(one.name), **known}
            for name in hidden:
                if name in known and masked(name, known[name]) == values[what][name]:
                    values[what][name] = known[name]
                else:
                    field = f"containers.{one.name}.{what}.{name}"
                    problems.append({"field": field, "problem": UNKNOWN})
        command = one.command
        if command and any(MASK in word for word in command):
            command = was[one.name].command if one.name in was else None
            if not command or [veiled(word) for word in command] != one.command:
                problems.append({"field": f"containers.{one.name}.command", "problem": UNKNOWN})
        containers.append(one.model_copy(update={**values, "command": command}))
    inputs = {one.name: one.input for one in before.schedules} if before else {}
    schedules = []
    for each in given.schedules:
        try:
            schedules.append(each.model_copy(update={"input": restored(each.input, inputs.get(each.name))}))
        except ValueError as error:
            problems.append({"field": f"schedules.{each.name}.input", "problem": str(error)})
    if problems:
        raise Invalid("Masked values cannot be kept.", problems=problems, fix="Write the values themselves.")
    return given.model_copy(update={"containers": containers, "schedules": schedules})
