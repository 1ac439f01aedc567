"""Presence: the states a home can be in, the rules that lead to them, and what each of them changes."""

from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from hydra_lab.kernel.operation import Input, Output

Mode = Literal["home", "away", "sleep", "vacation"]
MODES: tuple[Mode, ...] = get_args(Mode)
Value = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Watts = Annotated[float, Field(gt=0, le=5000)]


class Condition(Input):
    """What must be so of persons, zones or switches."""

    of: str = Field(
        default="person.*", min_length=1, max_length=200,
        description="Which, by their ids such as person.owner; * and ? stand for any text",
    )  # fmt: skip
    every: bool = Field(default=True, description="Whether each of them must be so, or any one")
    is_one_of: list[Value] = Field(
        default_factory=list, max_length=50, description="home, not_home, a place, an option"
    )
    is_none_of: list[Value] = Field(default_factory=list, max_length=50)
    for_minutes: float = Field(default=0, ge=0, le=10_080, description="For how long it must have been so")

    @model_validator(mode="after")
    def one_of_both(self) -> "Condition":
        """Refuse a condition that says nothing, and one that says two things."""
        if bool(self.is_one_of) == bool(self.is_none_of):
            raise ValueError("takes either is_one_of or is_none_of")
        return self


class Rule(Input):
    """When all of this is so, that is the state. The rule with the highest priority decides."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    state: Mode
    priority: int = Field(default=50, ge=0, le=1000)
    when: list[Condition] = Field(min_length=1, max_length=10)
    hours: str | None = Field(default=None, max_length=40, description="Only in a window, such as overnight")
    paused: bool = False


class Rules(Input):
    """All rules."""

    rules: list[Rule] = Field(max_length=50)

    @model_validator(mode="after")
    def names_differ(self) -> "Rules":
        """Refuse two rules of one name."""
        ids = [rule.id for rule in self.rules]
        twice = sorted({id for id in ids if ids.count(id) > 1})
        if twice:
            raise ValueError(f"there are two rules named {', '.join(twice)}")
        return self


class Profile(Input):
    """What a state changes in the lab."""

    watts: Watts | None = Field(
        default=None, description="The most that each card may draw; as it was before where it is left out"
    )
    cards: dict[str, Watts] = Field(
        default_factory=dict, max_length=100, description="Other figures for single cards, by uuid or as node/index"
    )
    heavy_lanes: Literal["open", "closed"] = "open"
    idle_models: Literal["stay", "unload"] = Field(
        default="stay", description="Whether models that nobody uses are unloaded when it begins"
    )


def usual_profiles() -> dict[Mode, Profile]:
    """What a lab begins with."""
    return {
        "home": Profile(watts=450), "away": Profile(watts=200), "sleep": Profile(watts=100),
        "vacation": Profile(watts=100),
    }  # fmt: skip


class Plan(Input):
    """What follows from the states. A card's limit is never raised above what it was before Hydra lowered it."""

    eco: bool = Field(default=True, description="Whether anything is changed at all; without it all is put back")
    profiles: dict[Mode, Profile] = Field(
        default_factory=usual_profiles,
        description="By state; one that is left out leaves everything as it was",
    )  # fmt: skip
    lanes: list[Value] = Field(
        default_factory=lambda: ["inference", "gpu:*"], max_length=50,
        description="The heavy lanes: no limit changes while work runs there",
    )  # fmt: skip
    cooldown_s: float = Field(default=30, ge=0, le=86_400, description="Pause between two changes that rules make")
    drain_minutes: float = Field(default=120, gt=0, le=1200, description="How long running work is waited for")

    def profile(self, mode: Mode | None) -> Profile:
        """What holds in a state; while none is known, and without eco mode, everything is as it was."""
        return self.profiles.get(mode, Profile()) if self.eco and mode else Profile()


DEFAULT_RULES = Rules(
    rules=[
        Rule(id="vacation", state="vacation", priority=100,
             when=[Condition(of="input_select.house_mode", is_one_of=["vacation"])]),
        Rule(id="asleep", state="sleep", priority=90,
             when=[Condition(of="input_select.house_mode", is_one_of=["sleep"])]),
        Rule(id="everyone-left", state="away", priority=50, when=[Condition(is_none_of=["home"], for_minutes=5)]),
        Rule(id="somebody-home", state="home", priority=10, when=[Condition(every=False, is_one_of=["home"])]),
    ]
)  # fmt: skip


class Seen(Output):
    """A person, a zone or a switch. ``value`` is empty where nobody knows it now; ``last`` is what was told last."""

    source: str
    id: str
    name: str
    value: str | None
    last: str | None
    since: AwareDatetime = Field(description="Since when it has its last value")


class Source(Output):
    """Something that tells of presence. What a source told that is lost, or not heard from yet, is unknown."""

    name: str
    told_at: AwareDatetime | None = Field(description="When it last showed that it is there")
    lost_at: AwareDatetime | None
    detail: str | None
    fresh: bool


class Override(Output):
    """What a person decided instead of the rules."""

    state: Mode
    until: AwareDatetime | None
    by: str
    reason: str | None


class Standing(Output):
    """The state that presence is in, as it is kept; ``state`` is empty before anything was known."""

    state: Mode | None = None
    since: AwareDatetime | None = None
    by: str | None = None
    why: str | None = None
    override: Override | None = None
    change: str | None = None


class CardResult(Output):
    """What became of one card, or of a node whose cards could not be asked."""

    node: str
    uuid: str | None
    name: str | None
    before_w: float | None
    wanted_w: float | None
    now_w: float | None
    outcome: Literal["set", "already so", "failed", "skipped"]
    detail: str | None = None


class Applied(Output):
    """What a state changed."""

    state: Mode | None
    outcome: Literal["applied", "in part", "failed", "overtaken", "not applied"]
    detail: str | None = None
    cards: list[CardResult] = Field(default_factory=list)
    lanes_closed: list[str] = Field(default_factory=list)
    at: AwareDatetime | None = None


class Change(Output):
    """A state that began, why, and what it changed."""

    id: str
    at: AwareDatetime
    before: Mode | None
    state: Mode
    by: str
    why: str
    item: str | None = None
    applied: Applied | None = None
