"""One HTTP exchange with an allowed host: connected to the address that was checked, redirects followed with care."""

import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from hydra_lab.areas.http.policy import Resolve, Target, check
from hydra_lab.kernel.errors import Denied, Invalid, Refused, Unavailable
from hydra_lab.kernel.http import UNBELIEVED, translated, trusted
from hydra_lab.kernel.secrets.spotting import veiled

MOST_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
# Who the connection is with, and how the body is framed, is not the caller's to say.
OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "proxy-authorization", "upgrade", "te"})
CREDENTIALS = frozenset({"authorization", "cookie", "x-api-key"})


@dataclass(frozen=True, kw_only=True)
class Call:
    """What to send. ``timeout_s`` bounds the whole exchange with its redirects, ``most_bytes`` what is read."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    timeout_s: float
    most_bytes: int


@dataclass(frozen=True, kw_only=True)
class Received:
    """What came back. ``truncated``: the body was longer than was read."""

    status: int
    url: str
    headers: dict[str, str]
    body: bytes
    truncated: bool
    elapsed_s: float
    redirects: tuple[str, ...]


def resolve(host: str, port: int) -> list[str]:
    """A name's addresses, as this machine's resolver gives them. Raises ``Unavailable`` when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        detail = f"The host name {host} cannot be resolved."
        raise Unavailable(detail, fix="Check its spelling and this machine's DNS.") from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def exchange(call: Call, allowed: Iterable[str], resolver: Resolve = resolve) -> Received:
    """Send and follow redirects to allowed hosts, at most five.

    Raises ``Denied`` when the host or a redirect's host is not allowed, ``Unavailable`` when it does not answer in
    time, ``Refused`` on a redirect that goes nowhere or round and round.
    """
    allowed = tuple(allowed)
    started = time.monotonic()
    seen: list[str] = []
    while True:
        target = checked(call, allowed, resolver, seen)
        status, headers, body, truncated = send(call, target, started + call.timeout_s)
        location = headers.get("location")
        if status not in REDIRECTS or not location:
            return Received(
                status=status, url=call.url, headers=headers, body=body, truncated=truncated,
                elapsed_s=round(time.monotonic() - started, 3), redirects=tuple(seen),
            )  # fmt: skip
        seen.append(call.url)
        if len(seen) > MOST_REDIRECTS:
            raise Refused(
                f"{target.host} redirects more than {MOST_REDIRECTS} times.",
                fix="Call the address at the end of the redirects.",
            )
        call = redirected(call, target, status, urljoin(call.url, location), allowed, resolver)


def checked(call: Call, allowed: tuple[str, ...], resolver: Resolve, seen: list[str]) -> Target:
    """The call's target; a refusal of a redirect says that it was one."""
    wrong = sorted(name for name in call.headers if name.lower() in OURS)
    if wrong:
        problems = [{"field": f"headers.{name}", "problem": "is set by Hydra"} for name in wrong]
        raise Invalid(
            f"These headers cannot be set: {', '.join(wrong)}.",
            problems=problems,
            fix="Leave them out; Hydra sets them by itself.",
        )
    try:
        return check(call.url, allowed, resolver)
    except (Denied, Invalid) as error:
        if not seen:
            raise
        detail = f"{veiled(seen[-1])} redirects to {veiled(call.url)}, which is not followed: {error.detail}"
        raise Denied(detail, rule="http.redirect", fix=error.fix) from error


def redirected(call: Call, target: Target, status: int, url: str, allowed: tuple[str, ...], resolver: Resolve) -> Call:
    """The call that follows a redirect (RFC 9110 section 15.4): 303 and a POST's 301, 302 become GET without body.

    Credentials stay with the origin they were meant for.
    """
    as_get = status == 303 or (status in (301, 302) and call.method == "POST")
    headers = dict(call.headers)
    following = checked(Call(**{**vars(call), "url": url}), allowed, resolver, [call.url])
    if following.origin != target.origin:
        headers = {name: value for name, value in headers.items() if name.lower() not in CREDENTIALS}
    if as_get:
        headers = {name: value for name, value in headers.items() if not name.lower().startswith("content-")}
    return Call(
        method="GET" if as_get and call.method != "HEAD" else call.method, url=url, headers=headers,
        body=None if as_get else call.body, timeout_s=call.timeout_s, most_bytes=call.most_bytes,
    )  # fmt: skip


def send(call: Call, target: Target, deadline: float) -> tuple[int, dict[str, str], bytes, bool]:
    """One request to a checked address; the name still decides ``Host`` header and certificate.

    The next address is tried only where connecting failed, so nothing is sent twice. Raises ``Unavailable`` when the
    answer is not complete at the deadline, however slowly it trickles in.
    """
    who = f"{call.method} {target.scheme}://{target.authority}"
    *others, last = target.addresses
    for address in others:
        try:
            return to_address(call, target, address, deadline, who)
        except Unavailable as error:
            if not isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout):
                raise
    return to_address(call, target, last, deadline, who)


def to_address(
    call: Call, target: Target, address: str, deadline: float, who: str
) -> tuple[int, dict[str, str], bytes, bool]:
    """One request to one address."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise Unavailable(
            f"{who} did not answer in time.", fix="Give it more time with `timeout_s`, or see whether it is well."
        )
    url = httpx.URL(call.url).copy_with(host=address, port=target.port)
    headers = {"Accept-Encoding": "identity", "User-Agent": "hydra-lab", **call.headers, "Host": target.authority}
    verify = trusted() if target.scheme == "https" else False
    with believed(), translated(who), httpx.Client(timeout=left, trust_env=False, verify=verify) as client:
        request = client.build_request(
            call.method, url, headers=headers, content=call.body, extensions={"sni_hostname": target.host}
        )
        response = client.send(request, stream=True, follow_redirects=False)
        try:
            body, truncated = read(response, call.most_bytes, deadline, who)
        finally:
            response.close()
    return response.status_code, {name.lower(): value for name, value in response.headers.items()}, body, truncated


@contextmanager
def believed() -> Iterator[None]:
    """Turn a certificate that is not believed into ``Refused``: no later try will mend it."""
    try:
        yield
    except Unavailable as error:
        if UNBELIEVED in str(error.__cause__):
            raise Refused(error.detail, fix=error.fix) from error
        raise


def read(response: httpx.Response, most: int, deadline: float, who: str) -> tuple[bytes, bool]:
    """Up to ``most`` bytes of a body, and whether there was more."""
    kept = bytearray()
    for chunk in response.iter_bytes():
        kept += chunk
        if len(kept) > most:
            return bytes(kept[:most]), True
        if time.monotonic() > deadline:
            raise Unavailable(
                f"{who} did not finish its answer in time.",
                fix="Give it more time with `timeout_s`, or see whether it is well.",
            )
    return bytes(kept), False
