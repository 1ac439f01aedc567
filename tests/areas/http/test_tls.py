"""HTTPS: the name in the address must be the certificate's, although an address that was checked is connected to."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hydra_lab.areas.http.exchange import Call, exchange
from hydra_lab.kernel.errors import Refused
from tests.areas.http.sites import Site


@pytest.fixture
def secure(tmp_path: Path, sites: tuple[Site, Site], monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site whose certificate is for lab.example, from an authority that SSL_CERT_FILE names."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lab.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("lab.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "own.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "both.pem").write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    sites[0].server.socket = context.wrap_socket(sites[0].server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
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
