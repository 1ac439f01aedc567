"""What must be known to send through Apprise."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from hydra_lab.kernel.integration import IntegrationSettings

ADDRESS = re.compile(r"^(?:(?P<name>[a-z0-9][a-z0-9-]{0,29})=)?(?P<url>(?P<scheme>[a-z][a-z0-9]*)://\S+)$")


def addresses(text: str) -> dict[str, str]:
    """Addresses by name. One without a name is called as its scheme is, the second of a kind ``ntfy-2``.

    Raises ``ValueError`` for what is no address, and for a name given twice; no address is in its words.
    """
    found: dict[str, str] = {}
    for number, part in enumerate(text.split(), start=1):
        match = ADDRESS.match(part)
        if match is None:
            raise ValueError(f"number {number} is no address; one looks like ntfys://TOPIC or phone=ntfys://TOPIC")
        name = match["name"]
        if name in found:
            raise ValueError(f"the name {name} is given twice")
        scheme, count = match["scheme"], 1
        while not name or (match["name"] is None and name in found):
            name = scheme if count == 1 else f"{scheme}-{count}"
            count += 1
        found[name] = match["url"]
    if not found:
        raise ValueError("at least one address is needed")
    return found


def readable(secret: SecretStr) -> SecretStr:
    """The addresses, if they have the shape of such."""
    addresses(secret.get_secret_value())
    return secret


class AppriseSettings(IntegrationSettings):
    """The addresses that messages go to. Each holds its own credential."""

    urls: Annotated[SecretStr, AfterValidator(readable)] = Field(
        title="Addresses",
        description="Apprise addresses with spaces between them, each with a name before it if you like: "
        "phone=ntfys://TOPIC mail=mailtos://USER:PASSWORD@gmail.com",
    )

    @property
    def by_name(self) -> dict[str, str]:
        """The addresses by name. They hold secrets."""
        return addresses(self.urls.get_secret_value())
