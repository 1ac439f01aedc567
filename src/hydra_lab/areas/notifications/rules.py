"""The rules in force: what is built in, and over it what a person has set."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import Field, ValidationError
from sqlalchemy import Connection

from hydra_lab.areas.notifications import store
from hydra_lab.areas.notifications.model import Rule
from hydra_lab.kernel.errors import NotFound

FILE = Path(__file__).with_name("rules.yaml")


class ListedRule(Rule):
    """A rule, and whether it is as built in."""

    built_in: bool = Field(description="Whether there is a rule of this id without anybody having set one")
    changed: bool = Field(description="Whether somebody has set it")


@cache
def built_in() -> dict[str, Rule]:
    """The rules that are there from the start, by id."""
    return {one["id"]: Rule.model_validate(one) for one in yaml.safe_load(FILE.read_text())}


def listed(connection: Connection) -> list[ListedRule]:
    """Every rule, in the order in which they are tried. One that another version stored is left out if it is wrong."""
    stored = {}
    for id, data in store.stored_rules(connection).items():
        try:
            stored[id] = Rule.model_validate(data)
        except ValidationError:
            continue
    found = [
        ListedRule(**dict(rule), built_in=id in built_in(), changed=id in stored)
        for id, rule in (built_in() | stored).items()
    ]
    return sorted(found, key=lambda one: (one.place, one.id))


def in_force(connection: Connection) -> list[ListedRule]:
    """The rules that are on, in the order in which they are tried."""
    return [one for one in listed(connection) if one.enabled]


def named(connection: Connection, id: str) -> Rule:
    """A rule that is built in or was set. Raises ``NotFound``."""
    found = {one.id: one for one in listed(connection)}.get(id)
    if found is None:
        raise NotFound(f"There is no rule “{id}”.", fix="`hydra notifications rules` shows them.")
    return Rule(**{name: getattr(found, name) for name in Rule.model_fields})
