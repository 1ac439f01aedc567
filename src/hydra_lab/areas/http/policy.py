"""Which addresses may be called: only hosts the owner named, and never what must not be reached from inside."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from hydra_lab.kernel.errors import Denied, Invalid, Unavailable
from hydra_lab.kernel.secrets.spotting import veiled

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Iterable[str]]

# Where clouds hand out credentials to whoever asks from inside. Never allowed, not even by name.
METADATA_NAMES = frozenset(
    {"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"}
)
METADATA: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(one)
    for one in (
        "169.254.0.0/16",
        "fe80::/10",
        "fd00:ec2::254/128",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.192/32",
    )
)
NAT64 = ip_network("64:ff9b::/96")
PORTS = {"http": 80, "https": 443}
NEVER = "Call another host; this rule has no exception."
FIX = "Name the host in HYDRA_HTTP__ALLOWED_HOSTS or in the setting http.allowed_hosts, e.g. lab.example:8080."


@dataclass(frozen=True, kw_only=True)
class Target:
    """A checked URL: only ``addresses`` are connected to, so that a name cannot resolve differently a moment later."""

    url: str
    scheme: str
    host: str
    port: int
    addresses: tuple[str, ...]

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: credentials are not carried from one origin to another."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """The ``Host`` header: the name, with the port where it is not the scheme's own."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"


def check(url: str, allowed: Iterable[str], resolve: Resolve) -> Target:
    """The target of a URL. Raises ``Invalid`` for what is no HTTP address, ``Denied`` for one that is not allowed.

    A host that was named exactly may be in the home network or on this machine; one that only fits a wildcard
    (``*.example.org``) must have public addresses. ``resolve(host, port)`` gives a name's addresses, all of which must
    pass.
    """
    parts = split(url)
    host, port = name_of(parts), port_of(parts)
    rule = next((one for one in allowed if fits(one, host, port)), None)
    if host in METADATA_NAMES or (rule is not None and rule.partition(":")[0] in METADATA_NAMES):
        raise Denied(f"{host} hands out a cloud's credentials; it is never called.", rule="http.metadata", fix=NEVER)
    if rule is None:
        raise Denied(
            f"The host {host}:{port} is not among those that Hydra may call.", rule="http.allowed_hosts", fix=FIX
        )
    addresses = [one.partition("%")[0] for one in resolve(host, port)]
    if not addresses:
        raise Unavailable(f"The host name {host} has no address.", fix="Check its spelling and this machine's DNS.")
    for one in addresses:
        refuse(plain(ip_address(one)), host, is_exact=not rule.startswith("*"))
    return Target(url=url, scheme=parts.scheme, host=host, port=port, addresses=tuple(addresses))


def split(url: str) -> SplitResult:
    """The URL's parts. Raises ``Invalid`` unless it is http or https with a host, and without user or password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise invalid(url, str(error)) from error
    if any(ord(sign) <= 32 or ord(sign) == 127 or sign == "\\" for sign in url):
        raise invalid(url, "it holds spaces, backslashes or control characters")
    if parts.scheme not in PORTS:
        raise invalid(url, f"only http and https are called, not {parts.scheme or 'a bare path'}")
    if not parts.hostname or port == 0:
        raise invalid(url, "it names no host or no usable port")
    if parts.username is not None or parts.password is not None:
        raise invalid(url, "it carries a user name or password; put them into the Authorization header")
    return parts


def invalid(url: str, problem: str) -> Invalid:
    """The error for something that is no address."""
    told = veiled(url)
    shown = told if len(told) <= 200 else told[:200] + "…"
    return Invalid(
        f"“{shown}” cannot be called: {problem}.",
        problems=[{"field": "url", "problem": problem}],
        fix="Write it as https://host/path.",
    )


def name_of(parts: SplitResult) -> str:
    """The host in the one form it is compared in: lower case, ASCII (IDNA), no dot at the end, addresses as such."""
    host = (parts.hostname or "").rstrip(".")
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        return host.encode("idna").decode().lower() if not host.isascii() else host.lower()
    except UnicodeError as error:
        raise invalid(parts.geturl(), f"{host} is no host name") from error


def port_of(parts: SplitResult) -> int:
    """The port, the scheme's own where none is named."""
    return parts.port or PORTS[parts.scheme]


def fits(rule: str, host: str, port: int) -> bool:
    """Whether an allowed host (``name``, ``name:port``, ``*.domain``, an address, ``[v6]:port``) covers this one."""
    parts = urlsplit(f"//{rule.strip()}" if rule.count(":") < 2 or "[" in rule else f"//[{rule.strip()}]")
    try:
        wanted_port, wanted = parts.port, name_of(parts)
    except ValueError:
        return False
    if wanted_port not in (None, port):
        return False
    if wanted.startswith("*."):
        return host.endswith(wanted[1:]) and not is_address(host)
    return host == wanted


def is_address(host: str) -> bool:
    """Whether a host is an address and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def plain(address: Address) -> Address:
    """The address that is really reached: IPv4 inside IPv6 (mapped, 6to4, NAT64) unwrapped."""
    if isinstance(address, IPv6Address):
        if inner := address.ipv4_mapped or address.sixtofour:
            return inner
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def refuse(address: Address, host: str, *, is_exact: bool) -> None:
    """Raise ``Denied`` for addresses that are never called, and for private ones that were not named exactly."""
    data: dict[str, Any] = {"host": host, "address": str(address)}
    if any(address in network for network in METADATA):
        raise Denied(
            f"{host} leads to {address}, a link-local or metadata address.", rule="http.metadata", fix=NEVER, **data
        )
    if (
        address.is_multicast
        or address.is_unspecified
        or (isinstance(address, IPv4Address) and int(address) == 2**32 - 1)
    ):
        raise Denied(
            f"{host} leads to {address}, which is no single machine.", rule="http.addresses", fix=NEVER, **data
        )
    if not address.is_global and not is_exact:
        raise Denied(
            f"{host} leads to {address}, an address inside the home network, and was allowed only by a wildcard.",
            rule="http.addresses", fix="Name this host itself in HYDRA_HTTP__ALLOWED_HOSTS.", **data,
        )  # fmt: skip
