"""Configurations without their secrets: what a person is shown of them."""

import re
from typing import Any

import yaml

SECRET = re.compile(r"(?i)pass|secret|token|key|credential|auth")
ASSIGNED = re.compile(r"(?i)((?:pass|secret|token|key|credential|auth)[\w.-]*\s*[=:\s]\s*)\S.*", re.DOTALL)
IN_URL = re.compile(r"(://[^/:@\s]*:)[^/@\s]+@")
MASK = "•••"
NAMES_ONLY = ("secrets", "depends_on")  # what is below says which secret, not what it is
WIDE = 10_000


def masked(config: str) -> str:
    """A compose configuration without what is secret by its name, however many lines it has, and without passwords in
    addresses. Raises ``YAMLError``."""
    told: str = yaml.safe_dump(without(yaml.safe_load(config)), sort_keys=False, width=WIDE, allow_unicode=True)
    return told


def without(value: Any, name: str = "") -> Any:
    """A value without what is secret; ``name`` is what it is called."""
    if isinstance(value, dict):
        return {key: without(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [without(inner, "" if name in NAMES_ONLY else name) for inner in value]
    if name and SECRET.search(name) and value is not None:
        return MASK
    return IN_URL.sub(rf"\1{MASK}@", ASSIGNED.sub(rf"\1{MASK}", value)) if isinstance(value, str) else value
