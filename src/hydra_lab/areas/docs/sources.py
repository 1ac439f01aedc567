"""Where an OpenAPI document comes from: Hydra itself, a file, or an allowed address."""

import json
from pathlib import Path
from typing import Any

from hydra_lab.areas.docs.reference import openapi
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid, Refused
from hydra_lab.kernel.openapi import document as own_document
from hydra_lab.kernel.secrets.spotting import veiled

SELF = "self"
MOST_BYTES = 32 << 20


def document(ctx: Context, source: str) -> dict[str, Any]:
    """The document of a source: ``self``, a URL or a file's path.

    Raises ``Denied`` for a host that is not allowed, ``Invalid`` for a file that cannot be read, ``Refused`` for what
    is no OpenAPI document.
    """
    if source == SELF:
        # Through JSON, as anybody else gets it.
        return openapi.parse(json.dumps(own_document(ctx.services.registry), default=str), "Hydra")
    if "://" in source:
        fetched = ctx.call("http.fetch", url=source, accept="application/json, application/yaml;q=0.9, */*;q=0.5")
        if fetched.truncated:
            raise Refused(
                f"{veiled(source)} is longer than what is read of an address.",
                fix="Save it as a file on Hydra's machine and give that path.",
            )
        return openapi.parse(fetched.text, veiled(source))
    return openapi.parse(file_text(Path(source).expanduser()), source)


def file_text(path: Path) -> str:
    """A file's text. Raises ``Invalid`` when it cannot be read."""
    try:
        size = path.stat().st_size
        if not path.is_file() or size > MOST_BYTES:
            raise Invalid(
                f"{path} is no file of at most {MOST_BYTES >> 20} MiB.",
                fix="Give the path of an OpenAPI document on Hydra's machine.",
            )
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        detail = f"{path} cannot be read as text: {getattr(error, 'strerror', None) or 'it is not UTF-8'}."
        raise Invalid(
            detail,
            problems=[{"field": "source", "problem": "cannot be read"}],
            fix="Give the path of a file that the user Hydra runs as can read.",
        ) from error
