"""What the owner sets of the cache: for whom it is on, how alike questions must be, how long and how much it keeps."""

from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import Field

from hydra_lab.kernel.operation import Input

Name = Annotated[str, Field(min_length=1, max_length=200)]
Mode = Literal["off", "exact", "semantic"]


class Rule(Input):
    """For whom the cache is on, and how."""

    model: Name = Field(default="*", description="The model or alias asked for; * stands for any letters")
    key: Name = Field(default="*", description="The key's name; * stands for any letters")
    mode: Mode = Field(default="exact", description="Answer the same question, or also alike ones")
    shared: bool = Field(default=False, description="One key gets what another asked, too")
    hours: float = Field(default=168.0, gt=0, le=8760, description="Hours that an answer is kept")
    temperature: float = Field(
        default=0.3, ge=0, le=2, description="Only questions with at most this temperature, or with a seed"
    )
    unset: bool = Field(default=False, description="Also questions that name no temperature")

    def fits(self, model: str, key: str) -> bool:
        """Whether it speaks about a request."""
        return fnmatchcase(model, self.model) and fnmatchcase(key, self.key)


class Recorded(Input):
    """Whose questions are recorded."""

    model: Name = Field(default="*", description="The model or alias asked for; * stands for any letters")
    key: Name = Field(default="*", description="The key's name; * stands for any letters")

    def fits(self, model: str, key: str) -> bool:
        """Whether it speaks about a request."""
        return fnmatchcase(model, self.model) and fnmatchcase(key, self.key)


class Settings(Input):
    """All of it. The first rule that fits a request counts; where none does, the cache is off."""

    rules: tuple[Rule, ...] = Field(default=(), max_length=200)
    entries: int = Field(default=20_000, ge=1, le=200_000, description="Answers that are kept at most")
    mib: int = Field(default=256, ge=1, le=65_536, description="MiB that they may take; the least used goes first")

    embedder: Name | None = Field(
        default=None, description="The embedding model that says how alike questions are; semantic rules need one"
    )
    errors: float = Field(
        default=0.02, ge=0.001, le=0.5, description="The share of alike questions that may get a wrong answer"
    )
    alike: float = Field(
        default=0.8, ge=0.5, le=1, description="Questions less alike than this (cosine) are not compared"
    )
    judge: Name | None = Field(
        default=None, description="The model that says whether two answers mean the same; else the embedding model"
    )
    same_answer: float = Field(
        default=0.92, ge=0.5, le=1, description="Answers as alike as this mean the same, where no model judges"
    )
    audit: float = Field(
        default=0.05, ge=0, le=1, description="The share of answers from the cache that is asked again and compared"
    )

    records: tuple[Recorded, ...] = Field(
        default=(), max_length=200, description="Whose questions and answers are recorded, to try the cache on them"
    )
    record_days: float = Field(default=14.0, gt=0, le=365, description="Days that what was recorded is kept")
    record_questions: int = Field(default=20_000, ge=1, le=100_000, description="Questions that are recorded at most")
    record_mib: int = Field(default=64, ge=1, le=4096, description="MiB that they may take; the oldest go first")

    def is_recorded(self, model: str, key: str) -> bool:
        """Whether a request is recorded."""
        return any(one.fits(model, key) for one in self.records)

    def rule(self, model: str, key: str) -> Rule | None:
        """The rule for a request, ``None`` where the cache is off."""
        for one in self.rules:
            if one.fits(model, key):
                return None if one.mode == "off" else one
        return None

    def with_rule(self, rule: Rule) -> "Settings":
        """With a rule in place of the one for the same model and key; a new one goes before those that are wider."""
        rules = [one for one in self.rules if (one.model, one.key) != (rule.model, rule.key)]
        width = wideness(rule)
        place = next((number for number, one in enumerate(rules) if wideness(one) > width), len(rules))
        return self.model_copy(update={"rules": (*rules[:place], rule, *rules[place:])})


def wideness(rule: Rule) -> tuple[int, int]:
    """How much a rule leaves open."""
    both = rule.model + rule.key
    return both.count("*"), -len(both)
