"""Ports, volumes and matchers as people write them."""

import re

from hydra_lab.kernel.capabilities import Matcher
from hydra_lab.kernel.capabilities.making import Mounted, PublishedPort

PORT = re.compile(
    r"^(?:(?:(?P<ip>[0-9.]+|\[[0-9a-fA-F:]+\]):)?(?P<host>\d{0,5}):)?(?P<port>\d{1,5})(?:/(?P<proto>tcp|udp|sctp))?$"
)
MATCHER = re.compile(
    r'^\s*(?P<name>[a-zA-Z_][a-zA-Z0-9_]*)\s*(?P<sign>=~|!~|!=|=)\s*(?P<value>"(?:[^"\\]|\\.)*"|[^"]*)\s*$'
)
LAST_PORT = 65535


def published(text: str) -> PublishedPort:
    """A port. Raises ``ValueError``."""
    found = PORT.match(text)
    if not found or not 0 < int(found["port"]) <= LAST_PORT or int(found["host"] or 0) > LAST_PORT:
        raise ValueError(f"“{text}” is no port such as 8080:80 or 127.0.0.1:8080:80/tcp")
    host = int(found["host"]) if found["host"] else None
    return PublishedPort(
        port=int(found["port"]), protocol=found["proto"] or "tcp", host_ip=(found["ip"] or "").strip("[]"),
        host_port=host,
    )  # fmt: skip


def mounted(text: str) -> Mounted:
    """A volume or folder. Raises ``ValueError``."""
    source, _, rest = text.partition(":")
    place, _, options = rest.partition(":")
    if not source or not place.startswith("/") or options not in ("", "ro", "rw") or source.startswith("."):
        raise ValueError(f"“{text}” is no volume such as data:/var/lib/db or /srv/web:/www:ro")
    return Mounted(source=source, place=place, read_only=options == "ro")


def matcher(text: str) -> Matcher:
    """A condition on a label. Raises ``ValueError``."""
    found = MATCHER.match(text)
    if not found:
        raise ValueError(f'“{text}” is no condition such as alertname="DiskFull" or node=~"a|b"')
    value = found["value"].strip()
    if value.startswith('"'):
        value = re.sub(r"\\(.)", lambda one: "\n" if one[1] == "n" else one[1], value[1:-1])
    return Matcher(
        name=found["name"], value=value, is_regex="~" in found["sign"], is_equal=not found["sign"].startswith("!")
    )
