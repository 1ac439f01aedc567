"""A machine of the lab as it is set: where it is, who signs in there, and which host key it has."""

import base64
import binascii
import hashlib
import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from hydra_lab.kernel.settings.entry import listed

LOCAL = "local"
NAME = re.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
FINGERPRINT = re.compile(r"^SHA256:[A-Za-z0-9+/]{43}$")


def machine_name(text: str) -> str:
    """The text if it can name a machine."""
    if not NAME.match(text):
        raise ValueError("a node is named with lower-case letters, digits and hyphens, such as gpu-1")
    return text


def reachable_host(text: str) -> str:
    """The text if it is a host name, an IP address, or ``local``."""
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]*|[0-9A-Fa-f:.]*)", text) and not re.fullmatch(
        r"[0-9A-Fa-f:]{2,45}", text
    ):
        raise ValueError("an address is a host name or an IP address, or local for the machine Hydra runs on")
    return text


def known_key(text: str) -> str:
    """The text if it is a public host key (``ssh-ed25519 AAAA…``) or its fingerprint (``SHA256:…``), or empty."""
    parts = text.split()
    if not parts or FINGERPRINT.match(text):
        return text
    try:
        base64.b64decode(parts[1], validate=True)
    except (IndexError, binascii.Error):
        raise ValueError("a host key is a line such as ssh-ed25519 AAAA…, or its fingerprint SHA256:…") from None
    return " ".join(parts[:2])


def fingerprint_of(key: str) -> str:
    """The fingerprint of a public host key, as OpenSSH shows it; a fingerprint stays as it is."""
    if not key or key.startswith("SHA256:"):
        return key
    digest = hashlib.sha256(base64.b64decode(key.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


Fingerprint = Annotated[str, Field(pattern=FINGERPRINT.pattern)]
MachineName = Annotated[str, AfterValidator(machine_name)]


class Machine(BaseModel):
    """One machine: ``[nodes.NAME]`` in hydra.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: Annotated[str, AfterValidator(reachable_host)] = Field(
        description="Its host name or IP address; local is the machine that Hydra runs on, without SSH."
    )
    port: int = Field(22, ge=1, le=65535, description="The port of its SSH server.")
    user: str = Field("hydra", pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,31}$", description="Who signs in there.")
    key_file: str = Field(
        "", max_length=500, description="A private key that Hydra can read; without it, the key set for SSH."
    )
    host_key: Annotated[str, AfterValidator(known_key)] = Field(
        "",
        description="Its public host key, or its fingerprint SHA256:…; without it, a person confirms the first one.",
    )
    roles: Annotated[tuple[str, ...], BeforeValidator(listed)] = Field(
        (), description="What it is for, in your words, e.g. gpu, storage."
    )
    docker: str = Field(
        "",
        max_length=200,
        description="Its Docker, whose containers are shown and healed too: ssh for over SSH, or tcp://host:2376.",
    )
    metrics: str = Field(
        "", max_length=200, description="What Prometheus calls it (label instance), where that is not its address."
    )

    @property
    def is_local(self) -> bool:
        """Whether it is the machine that Hydra runs on."""
        return self.address == LOCAL
