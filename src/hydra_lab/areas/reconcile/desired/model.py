"""What the owner wants to be so: containers, silences, schedules, workflows and models."""

import shlex
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, ModelWrapValidatorHandler, ValidationError, model_validator

from hydra_lab.areas.reconcile.desired.checking import problems_of, reported
from hydra_lab.areas.reconcile.desired.reading import matcher, mounted, published
from hydra_lab.kernel.capabilities import Matcher
from hydra_lab.kernel.capabilities.containers import AT, node_of, placed
from hydra_lab.kernel.capabilities.making import ContainerSpec
from hydra_lab.kernel.documents import read_document
from hydra_lab.kernel.operation import Input

NAME = r"^[a-zA-Z0-9][a-zA-Z0-9_.-]*$"
PLACED = r"^[a-zA-Z0-9][a-zA-Z0-9_.-]*(@[a-z0-9][a-z0-9-]{0,62})?$"
NODE = r"^([a-z0-9][a-z0-9-]{0,62})?$"


def as_texts(given: Any) -> Any:
    """Names with values, also from ``NAME=value`` in a list; numbers and switches as text."""
    if isinstance(given, list) and all(isinstance(one, str) for one in given):
        given = {name: value for name, _, value in (one.partition("=") for one in given)}
    if not isinstance(given, Mapping):
        return given
    return {name: as_text(value) for name, value in given.items()}


def as_text(value: Any) -> Any:
    """A plain value as an environment has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def as_words(given: Any) -> Any:
    """A command in words; a text is split as a shell does."""
    if not isinstance(given, str):
        return given
    try:
        return shlex.split(given)
    except ValueError as error:
        raise ValueError(f"is no command: {error}") from error


def as_ports(given: Any) -> Any:
    """Ports as text, also where YAML took one for a number."""
    return [as_text(one) for one in given] if isinstance(given, list) else given


Texts = Annotated[dict[str, str], BeforeValidator(as_texts), Field(max_length=300)]


class WantedContainer(Input):
    """A container. Of what is left out nothing is wanted: it stays as it is."""

    name: str = Field(
        pattern=PLACED, max_length=192, description="On another node than Docker's own with it: web@gpu-1"
    )
    node: str = Field(default="", pattern=NODE, description="Whose Docker runs it; the one set for Docker if left out")
    image: str = Field(pattern=r"^[^\s]+$", max_length=300)
    state: Literal["running", "stopped"] = "running"
    restart_policy: str | None = Field(
        default=None, pattern=r"^(no|always|unless-stopped|on-failure(:[1-9]\d{0,3})?)$",
        description="no, always, unless-stopped, on-failure or on-failure:3",
    )  # fmt: skip
    depends_on: list[str] = Field(default=[], max_length=50, description="Containers here that come before it")
    command: Annotated[list[str] | None, BeforeValidator(as_words)] = Field(default=None, max_length=200)
    env: Texts = Field(default={}, repr=False, description="Its environment; what is secret is never shown")
    labels: Texts = {}
    ports: Annotated[list[str] | None, BeforeValidator(as_ports)] = Field(
        default=None, max_length=100, description="As compose writes them: `8080:80`, `127.0.0.1:8080:80/tcp`"
    )
    volumes: list[str] = Field(
        default=[], max_length=100, description="As compose writes them: `data:/var/lib/db`, `/srv/web:/www:ro`"
    )
    networks: list[str] | None = Field(default=None, max_length=20, description="Names, or only `host` or `none`")

    @property
    def spec(self) -> ContainerSpec:
        """What it is to be made with."""
        return ContainerSpec(
            image=self.image, command=None if self.command is None else tuple(self.command), env=self.env,
            labels=self.labels, ports=None if self.ports is None else tuple(map(published, self.ports)),
            mounts=tuple(map(mounted, self.volumes)),
            networks=None if self.networks is None else tuple(self.networks), restart_policy=self.restart_policy,
        )  # fmt: skip


class WantedSilence(Input):
    """A silence that is there until its end."""

    name: str = Field(pattern=NAME, max_length=64)
    matchers: list[str] = Field(min_length=1, max_length=50, description='`alertname="DiskFull"`, `node=~"a|b"`')
    until: AwareDatetime
    reason: str = Field(min_length=1, max_length=1000)
    owner: str = Field(default="desired state", min_length=1, max_length=200)

    @property
    def conditions(self) -> tuple[Matcher, ...]:
        """Its matchers."""
        return tuple(map(matcher, self.matchers))


class WantedSchedule(Input):
    """Recurring work of Hydra's."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", description="Its id")
    operation: str = Field(min_length=1, max_length=100)
    cron: str = Field(max_length=120, description="minute hour day month weekday, e.g. `0 3 * * *`")
    time_zone: str | None = Field(default=None, max_length=80, description="IANA name; default: the lab's")
    input: dict[str, Any] = {}
    title: str | None = Field(default=None, max_length=300)
    paused: bool = False


class WantedWorkflow(Input):
    """A workflow of n8n's, which is there already."""

    name: str = Field(min_length=1, max_length=200, description="Its name, or its id")
    active: bool | None = None
    error_workflow: str | None = Field(
        default=None, max_length=200, description="Name or id of what runs when it fails"
    )


class WantedModels(Input):
    """What a model server is to have in memory."""

    name: str = Field(min_length=1, max_length=100, description="The server's id, e.g. tabbyapi or ollama:big")
    loaded: list[Annotated[str, Field(min_length=1, max_length=500)]] = Field(
        default=[], max_length=20, description="Names of models, as models.available has them"
    )
    context: int | None = Field(default=None, ge=1, le=100_000_000, description="Tokens; any if left out")
    only: bool = Field(default=False, description="Nothing else is to be in memory there")


class Desired(Input):
    """All that is wanted. Each part is a list, or has its things by their names."""

    prune: bool = Field(default=False, description="Containers that are not named here are to go; a person is asked")
    containers: list[WantedContainer] = Field(default=[], max_length=500)
    silences: list[WantedSilence] = Field(default=[], max_length=200)
    schedules: list[WantedSchedule] = Field(default=[], max_length=200)
    workflows: list[WantedWorkflow] = Field(default=[], max_length=500)
    models: list[WantedModels] = Field(default=[], max_length=100)

    @classmethod
    def opened(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of what was given."""
        return dict(given)

    @model_validator(mode="wrap")
    @classmethod
    def whole(cls, given: Any, handler: ModelWrapValidatorHandler["Desired"]) -> "Desired":
        """Everything that is wrong is told at once, each with the name of what it is about."""
        if isinstance(given, cls):
            return given
        plain = listed(cls.opened(given)) if isinstance(given, Mapping) else given
        more = problems_of(plain)
        try:
            made = handler(plain)
        except ValidationError as error:
            raise reported(cls.__name__, error, more, plain) from error
        if more:
            raise reported(cls.__name__, None, more, plain)
        return made


PARTS = ("containers", "silences", "schedules", "workflows", "models")


def listed(given: Mapping[str, Any]) -> dict[str, Any]:
    """A document whose parts are lists; nothing said of a part is an empty one."""
    told = dict(given)
    for part in PARTS:
        there = told.get(part)
        if isinstance(there, Mapping):
            told[part] = [
                {"name": name} | dict(one) if isinstance(one, Mapping) else {"name": name} if one is None else one
                for name, one in there.items()
            ]
        elif part in told and there is None:
            told[part] = []
    if isinstance(told.get("containers"), list):
        told["containers"] = at_nodes(told["containers"])
    return told


def at_nodes(given: list[Any]) -> list[Any]:
    """Containers with the node in their names, and in the names of what they depend on there."""
    told = [dict(one) if isinstance(one, Mapping) else one for one in given]
    plain = [one for one in told if isinstance(one, dict) and isinstance(one.get("name"), str)]
    for one in plain:
        node = one.get("node")
        if AT in one["name"]:
            one.setdefault("node", node_of(one["name"]))
        elif node and isinstance(node, str):
            one["name"] = placed(one["name"], node)
    names = {one["name"] for one in plain}
    for one in plain:
        node, needs = node_of(one["name"]), one.get("depends_on")
        if node and isinstance(needs, list):
            there = [placed(each, node) if isinstance(each, str) and AT not in each else each for each in needs]
            one["depends_on"] = [new if new in names else old for old, new in zip(needs, there, strict=True)]
    return told


def read(text: str) -> dict[str, Any]:
    """The fields of a document. Raises ``Invalid``."""
    found = read_document(text)
    return dict(found) if isinstance(found, Mapping) else {"(document)": found} if found is not None else {}
