"""HTTPS: the name in the address must be the certificate's, although an address that was checked is connected to."""

from pathlib import Path

import pytest

from hydra_lab.areas.http.exchange import Call, exchange
from hydra_lab.kernel.errors import Refused
from tests.areas.http.sites import Site
from tests.certificates import certified


@pytest.fixture
def secure(tmp_path: Path, sites: tuple[Site, Site], monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site whose certificate is for lab.example, from an authority that SSL_CERT_FILE names."""
    context, authority = certified(tmp_path, "lab.example")
    sites[0].server.socket = context.wrap_socket(sites[0].server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    return sites[0]


def get(site: Site, host: str) -> int:
    call = Call(
        method="GET", url=f"https://{host}:{site.port}/", headers={}, body=None, timeout_s=5.0, most_bytes=100
    )  # fmt: skip
    return exchange(call, [host], lambda name, port: ["127.0.0.1"]).status


def test_the_certificate_must_be_the_names_and_from_a_known_authority(
    secure: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert get(secure, "lab.example") == 200
    with pytest.raises(Refused, match="Hostname mismatch"):
        get(secure, "other.example")
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Refused, match="not believed") as caught:
        get(secure, "lab.example")
    assert "SSL_CERT_FILE" in str(caught.value.fix)
    assert len(secure.asked) == 1
