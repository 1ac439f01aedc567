"""Where model servers are: one address, or several by name, each on a node and its graphics cards."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, WithJsonSchema
from pydantic import model_validator as validated

from hydra_lab.kernel.integration import WEB_ADDRESS, IntegrationSettings

NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,29}$")
# A large model is read from a slow disk for minutes, and not every server tells how far it is.
LOAD_SILENCE_S = 900.0
KEY = re.compile(r"^(?P<name>[a-z0-9][a-z0-9-]{0,29})=(?P<key>\S+)$")


class At(BaseModel):
    """One server: its address, the node it runs on, and the indices of the cards it uses there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(pattern=WEB_ADDRESS)
    node: str | None = None
    gpus: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Place:
    """A server as it is reached. ``id`` is ``<integration>`` or ``<integration>:<name>``."""

    id: str
    title: str
    url: str
    key: SecretStr | None
    node: str | None
    gpus: tuple[int, ...]
    load_silence_s: float = LOAD_SILENCE_S

    @property
    def proof(self) -> dict[str, str]:
        """The header that lets a request in."""
        key = self.key.get_secret_value() if self.key else ""
        return {"authorization": f"Bearer {key}"} if key else {}


def numbers(value: Any) -> Any:
    """Card indices, given as a list or as a text such as ``0,1``; a form shows a list in brackets."""
    return [part for part in re.split(r"[,\s]+", value.strip("[] ")) if part] if isinstance(value, str) else value


def written(value: Any) -> Any:
    """A server written as ``http://big.lab:11434 node=big gpus=0,1``. Raises ``ValueError``."""
    if not isinstance(value, str):
        return value
    url, *rest = value.split() or [""]
    told: dict[str, Any] = {}
    for part in rest:
        name, equals, text = part.partition("=")
        if name not in ("node", "gpus") or not equals or not text or name in told:
            raise ValueError(f"“{part}” is neither node=NAME nor gpus=0,1")
        told[name] = numbers(text) if name == "gpus" else text
    return {"url": url, **told}


def by_name(value: Any) -> Any:
    """Servers by name; a form sends a line ``big: http://big.lab:11434 node=big`` for each. Raises ``ValueError``."""
    if not isinstance(value, str):
        return value
    parts = [line.partition(":") for line in value.splitlines() if line.strip()]
    if any(not rest.strip() for _, _, rest in parts):
        raise ValueError("each line is NAME: ADDRESS")
    return {name.strip(): rest.strip() for name, _, rest in parts}


def plain(url: str) -> str:
    """The address without what paths are added behind: many programs are told it with ``/v1``."""
    return url.rstrip("/").removesuffix("/v1").rstrip("/")


def named(servers: dict[str, At]) -> dict[str, At]:
    """Servers whose names can stand in an id. Raises ``ValueError``."""
    if wrong := [name for name in servers if not NAME.match(name)]:
        raise ValueError(f"“{wrong[0]}” is no name: write small letters, digits and dashes")
    return servers


def keys_in(text: str) -> dict[str, str]:
    """Keys by server, of ``big=KEY small=KEY``. Raises ``ValueError``, without any key in its words."""
    found = {}
    for number, part in enumerate(text.split(), start=1):
        if (match := KEY.match(part)) is None:
            raise ValueError(f"number {number} is not SERVER=KEY")
        found[match["name"]] = match["key"]
    return found


def readable(secret: SecretStr | None) -> SecretStr | None:
    """The keys, if they have the shape of such."""
    keys_in(secret.get_secret_value() if secret else "")
    return secret


Gpus = Annotated[tuple[int, ...], BeforeValidator(numbers), WithJsonSchema({"type": "string"})]
ServerText = Annotated[At, BeforeValidator(written), WithJsonSchema({"type": "string"})]


class ModelServersSettings(IntegrationSettings):
    """Base of the settings of what serves models."""

    url: str | None = Field(
        title="Address", pattern=WEB_ADDRESS, description="Where the server answers, e.g. http://gpu-1.lab:8000."
    )
    key: SecretStr | None = Field(default=None, title="Key", description="Only if the servers ask for one.")
    node: str | None = Field(
        default=None, title="Node", description="The machine it runs on, as it is called under Nodes."
    )
    gpus: Gpus = Field(
        default=(), title="Graphics cards", description="The cards it uses there, as nvidia-smi counts them, e.g. 0,1."
    )
    servers: Annotated[dict[str, ServerText], BeforeValidator(by_name), AfterValidator(named)] = Field(
        default_factory=dict, title="More servers",
        description="Others of its kind by name, each with its node and cards if you like: "
        "big: http://big.lab:8000 node=big gpus=0,1",
    )  # fmt: skip
    keys: Annotated[SecretStr | None, AfterValidator(readable)] = Field(
        default=None, title="Keys of theirs", description="For those with a key of their own: big=KEY small=KEY"
    )

    load_silence_s: float = Field(
        default=LOAD_SILENCE_S, gt=0, le=3600, title="Patience with loads",
        description="Seconds without a word that a load is given; then what was loaded before is brought back.",
    )  # fmt: skip

    @validated(mode="before")
    @classmethod
    def an_address_is_enough(cls, values: Any) -> Any:
        """The first address may be left out where servers are named."""
        return {"url": None, **values} if isinstance(values, Mapping) and values.get("servers") else values

    def places(self, integration: str, title: str) -> tuple[Place, ...]:
        """Every server, the one without a name first."""
        keys = keys_in(self.keys.get_secret_value()) if self.keys else {}
        found = []
        if self.url:
            found.append(Place(id=integration, title=title, url=plain(self.url), key=self.key, node=self.node,
                               gpus=self.gpus, load_silence_s=self.load_silence_s))  # fmt: skip
        for name, at in sorted(self.servers.items()):
            key = SecretStr(keys[name]) if name in keys else self.key
            found.append(Place(id=f"{integration}:{name}", title=f"{title} {name}", url=plain(at.url), key=key,
                               node=at.node, gpus=at.gpus, load_silence_s=self.load_silence_s))  # fmt: skip
        return tuple(found)
