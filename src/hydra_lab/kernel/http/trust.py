"""Whose certificates are believed: those of public authorities, and of the machine's own, a home lab's among them."""

import os
import ssl
from functools import cache

import httpx


def trusted() -> ssl.SSLContext:
    """What every call over TLS is checked by. An authority that joins is believed from the next start on."""
    return _trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@cache
def _trusted(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context
