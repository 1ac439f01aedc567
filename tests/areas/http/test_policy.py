"""Which addresses may be called, as a table of what people and attackers write."""

import pytest

from hydra_lab.areas.http.policy import check
from hydra_lab.kernel.errors import Denied, HydraError, Invalid, Unavailable

DNS = {
    "lab.example": ["192.168.1.5"],
    "api.example.org": ["93.184.216.34"],
    "inside.example.org": ["10.0.0.7"],
    "evil.example": ["169.254.169.254"],
    "half.example": ["93.184.216.34", "169.254.169.254"],
    "six.example": ["::ffff:169.254.169.254"],
    "nat.example": ["64:ff9b::a9fe:a9fe"],
    "local6.example": ["fe80::1%eth0"],
    "bücher.example".encode("idna").decode(): ["93.184.216.34"],
    "localhost": ["::1", "127.0.0.1"],
    "2130706433": ["127.0.0.1"],
}
ALLOWED = (
    "lab.example", "*.example.org", "evil.example", "half.example", "six.example", "nat.example", "local6.example",
    "bücher.example", "localhost:8080", "169.254.169.254", "metadata.google.internal", "[::1]:99", "gone.example",
    "10.1.2.3", "0.0.0.0",
)  # fmt: skip


def resolve(host: str, port: int) -> list[str]:
    return DNS.get(host, [host] if host.replace(".", "").isdigit() or ":" in host else [])


@pytest.mark.parametrize(
    "url",
    [
        "http://lab.example/",
        "https://LAB.example.:8443/a?b#c",
        "https://api.example.org",
        "http://bücher.example/",
        "http://localhost:8080/x",
        "http://[::1]:99/",
        "http://10.1.2.3/",
    ],
)
def test_a_host_the_owner_named_may_be_called_also_in_the_home_network(url: str) -> None:
    assert check(url, ALLOWED, resolve).addresses


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("http://other.example/", Denied, "not among"),
        ("http://localhost/", Denied, "not among"),  # another port than the one named
        ("http://2130706433/", Denied, "not among"),
        ("http://127.0.0.1:8080/", Denied, "not among"),
        ("http://example.org/", Denied, "not among"),  # a wildcard covers what is below, not the domain itself
        ("http://notexample.org/", Denied, "not among"),
        ("http://inside.example.org/", Denied, "only by a wildcard"),
        ("http://evil.example/", Denied, "metadata"),
        ("http://half.example/", Denied, "metadata"),
        ("http://six.example/", Denied, "metadata"),
        ("http://nat.example/", Denied, "metadata"),
        ("http://local6.example/", Denied, "metadata"),
        ("http://169.254.169.254/latest/meta-data", Denied, "metadata"),
        ("http://metadata.google.internal/", Denied, "credentials"),
        ("http://0.0.0.0/", Denied, "no single machine"),
        ("http://gone.example/", Unavailable, "no address"),
        ("file:///etc/passwd", Invalid, "only http"),
        ("ftp://lab.example/", Invalid, "only http"),
        ("//lab.example/", Invalid, "only http"),
        ("http:///x", Invalid, "no host"),
        ("http://lab.example:0/", Invalid, "no usable port"),
        ("http://lab.example:99999/", Invalid, "Port"),
        ("http://user:pw@lab.example/", Invalid, "user name"),
        ("http://lab.example\\@other.example/", Invalid, "backslashes"),
        ("http://lab.example/a b", Invalid, "spaces"),
        ("http://lab.example/\r\nHost: x", Invalid, "control"),
        ("http://[::1/", Invalid, "IPv6"),
    ],
)
def test_what_must_not_be_called_is_refused_in_words(url: str, error: type[HydraError], words: str) -> None:
    with pytest.raises(error, match=words):
        check(url, ALLOWED, resolve)


def test_with_nothing_allowed_the_refusal_says_where_to_allow() -> None:
    with pytest.raises(Denied) as caught:
        check("http://lab.example/", (), resolve)
    assert "HYDRA_HTTP__ALLOWED_HOSTS" in str(caught.value.fix)
