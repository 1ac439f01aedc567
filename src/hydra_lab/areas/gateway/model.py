"""What the owner sets of the gateway: names for models, rules of routing, what each key may use, patience."""

from fnmatch import fnmatchcase
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from hydra_lab.kernel.capabilities import Ability
from hydra_lab.kernel.operation import Input

Name = Annotated[str, Field(min_length=1, max_length=200)]
PRIORITIES = ("critical", "high", "medium", "low")


class Target(Input):
    """A model that answers, and on which server if not on any that has it."""

    model: Name = Field(description="The model, as its server calls it")
    server: Name | None = Field(default=None, description="The server's id; any that has the model if left out")


class Alias(Input):
    """A name that callers use for one model or a group of them. The first that can answers; the others stand in."""

    name: Name = Field(description="The name callers use")
    targets: tuple[Target, ...] = Field(min_length=1, max_length=16, description="Models, the preferred one first")


class Aliases(Input):
    """Every alias."""

    aliases: tuple[Alias, ...] = Field(default=(), max_length=500)

    @model_validator(mode="after")
    def names_are_not_doubled(self) -> Self:
        """Each name means one thing."""
        names = [one.name for one in self.aliases]
        if len(names) != len(set(names)):
            raise ValueError("a name is there twice")
        return self

    def of(self, name: str) -> tuple[Target, ...]:
        """What a name stands for: its targets, or just the model of that name."""
        return next((one.targets for one in self.aliases if one.name == name), (Target(model=name),))


class Rule(Input):
    """Sends requests elsewhere than they ask for. Every part that is set must fit; the first rule that fits counts."""

    model: Name | None = Field(default=None, description="The name asked for; * stands for any letters")
    key: Name | None = Field(default=None, description="The key's name; * stands for any letters")
    ability: Ability | None = Field(default=None, description="What the request needs of a model")
    tokens_over: int | None = Field(default=None, ge=1, description="Prompts longer than about so many tokens")
    busy_over: int | None = Field(default=None, ge=1, description="More requests than these wait for the model")
    use: Name = Field(description="The model or alias that answers instead")

    def fits(self, *, model: str, key: str, abilities: frozenset[Ability], tokens: int, busy: int) -> bool:
        """Whether it speaks about a request."""
        return (
            (self.model is None or fnmatchcase(model, self.model))
            and (self.key is None or fnmatchcase(key, self.key))
            and (self.ability is None or self.ability in abilities)
            and (self.tokens_over is None or tokens > self.tokens_over)
            and (self.busy_over is None or busy > self.busy_over)
        )


class Rules(Input):
    """The rules of routing, in order."""

    rules: tuple[Rule, ...] = Field(default=(), max_length=200)


class KeyLimit(Input):
    """What a key may use. What is not set is not limited."""

    key: Name = Field(description="The key's name; * stands for any letters")
    models: tuple[Name, ...] = Field(default=("*",), description="Names it may ask for; * stands for any letters")
    priority: Literal["critical", "high", "medium", "low"] = Field(
        default="medium", description="Who goes first where requests wait"
    )
    at_once: int | None = Field(default=None, ge=1, description="Requests at the same time")
    requests_a_day: int | None = Field(default=None, ge=0, description="Requests a day")
    tokens_a_day: int | None = Field(default=None, ge=0, description="Tokens a day, those of prompts and of answers")


class Limits(Input):
    """What keys may use; the first entry whose name fits a key counts."""

    limits: tuple[KeyLimit, ...] = Field(default=(), max_length=500)

    def of(self, key: str) -> KeyLimit:
        """A key's limits."""
        return next((one for one in self.limits if fnmatchcase(key, one.key)), KeyLimit(key=key))


class Patience(Input):
    """How long the gateway waits for what, and how much it holds."""

    swap: bool = Field(default=True, description="Load a model that is not loaded, in place of the one that is")
    together_s: float = Field(
        default=30.0, ge=0, le=3600,
        description="Seconds that requests for another model may wait while those for the loaded one go first",
    )  # fmt: skip
    deadline_s: float = Field(default=600.0, gt=0, le=86400, description="Seconds that a request may take in all")
    silence_s: float = Field(default=120.0, gt=0, le=3600, description="Seconds without a byte that a server is given")
    at_once: int = Field(default=64, ge=1, le=10_000, description="Requests that one server gets at the same time")
    waiting: int = Field(default=256, ge=0, le=100_000, description="Requests that may wait for one server")
    failures: int = Field(default=3, ge=1, le=100, description="Failures in a row after which a server is left alone")
    rest_s: float = Field(default=30.0, ge=0, le=3600, description="Seconds for which it is left alone")
