"""HTTPS to a lab's own systems: the machine's authorities are believed, others are told of with what helps."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hydra_lab.kernel.errors import Unavailable
from hydra_lab.kernel.http import HttpClient
from tests.areas.http.sites import Site
from tests.certificates import certified


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[Site, Path]]:
    """A site on HTTPS, and the file of its authority."""
    site = Site()
    context, authority = certified(tmp_path, "localhost")
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    yield site, authority
    site.close()


def got(http: HttpClient, url: str) -> bytes:
    return http.request("Lab", "GET", url).content


def posted(http: HttpClient, url: str) -> bytes:
    async def ask() -> bytes:
        try:
            async with http.sender.post("Lab", url, b"{}", {}, silence_s=5) as sent:
                return b"".join([chunk async for chunk in sent.chunks()])
        finally:
            await http.sender.close()

    return asyncio.run(ask())


@pytest.mark.parametrize("ask", [got, posted])
def test_an_authority_of_the_machine_is_believed_and_another_is_told_of(
    ask: Callable[[HttpClient, str], bytes], secure: tuple[Site, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, authority = secure
    url = f"https://localhost:{site.port}/"
    with pytest.raises(Unavailable, match="of Lab is not believed: self-signed") as caught:
        ask(HttpClient(), url)
    assert "SSL_CERT_FILE" in str(caught.value.fix)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    assert ask(HttpClient(), url) == b"fine"
    with pytest.raises(Unavailable, match="mismatch"):
        ask(HttpClient(), url.replace("localhost", "127.0.0.1"))
    assert len(site.asked) == 1
