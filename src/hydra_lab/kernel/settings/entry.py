"""Settings of the ways in: sign-in by an identity provider or a proxy, and what agents' clients may answer."""

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from hydra_lab.kernel.settings.address import readable_address

FROZEN = ConfigDict(frozen=True, extra="forbid")
HEADER = re.compile(r"^[A-Za-z0-9-]+$")
WHO = "e-mail addresses, user names, group:NAME, sub:ID, or * for anybody it lets in"
LOOPBACK = ("127.0.0.0/8", "::1/128")


def listed(value: object) -> object:
    """A list, also from one line with commas, as environment variables and forms give it."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def network(text: str) -> str:
    """The text if it is an IP address or a network such as 172.18.0.0/16."""
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise ValueError(f"{text!r} is no address; write 10.0.0.2 or a network such as 172.18.0.0/16") from error


def header(text: str) -> str:
    """The text if it names a header."""
    if text and not HEADER.match(text):
        raise ValueError(f"{text!r} is no header's name; such as Remote-User")
    return text


Names = Annotated[tuple[str, ...], BeforeValidator(listed)]
Networks = Annotated[tuple[Annotated[str, AfterValidator(network)], ...], BeforeValidator(listed)]
HeaderName = Annotated[str, AfterValidator(header)]


class Mcp(BaseModel):
    """What agents' clients may do."""

    model_config = FROZEN
    approve_in_client: Names = Field(
        (), description="Names of agents' keys whose user's answer in the client counts as the owner's yes."
    )


class Grants(BaseModel):
    """Who gets which scopes. Nobody gets any who is not named."""

    model_config = FROZEN
    admin: Names = Field((), description=f"Who may do everything: {WHO}.")
    approve: Names = Field((), description=f"Who may approve: {WHO}.")
    write: Names = Field((), description=f"Who may change things: {WHO}.")
    read: Names = Field((), description=f"Who may look: {WHO}.")


class Oidc(Grants):
    """Sign-in by an identity provider (OpenID Connect)."""

    issuer: Annotated[str, AfterValidator(readable_address)] = Field(
        "", description="The identity provider's issuer address; sign-in by it is off while this is empty."
    )
    client_id: str = Field("", description="Under which name the identity provider knows this Hydra.")
    client_secret: SecretStr | None = Field(None, description="The secret that goes with it, where it wants one.")
    title: str = Field("single sign-on", max_length=60, description="What the sign-in page calls it.")
    scope: str = Field("openid profile email", description="What the identity provider is asked for.")
    groups_claim: str = Field("groups", description="The claim that lists a person's groups.")
    session_h: float = Field(168.0, gt=0, le=8760, description="Hours until one has to sign in by it again.")

    @property
    def is_on(self) -> bool:
        """Whether anybody can sign in by it."""
        return bool(self.issuer and self.client_id)


class ForwardAuth(Grants):
    """Sign-in by a reverse proxy that has asked who it is."""

    proxies: Networks = Field(
        (), description="Addresses of the proxies whose word on who it is counts; nobody's while this is empty."
    )
    user_header: HeaderName = Field("Remote-User", description="The header with the user's name.")
    email_header: HeaderName = Field("Remote-Email", description="The header with the e-mail address, if any.")
    groups_header: HeaderName = Field("Remote-Groups", description="The header with the groups, with commas, if any.")
