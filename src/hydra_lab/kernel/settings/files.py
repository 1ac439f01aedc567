"""Variables whose value is in a file, as containers get their secrets: HYDRA_DATABASE_URL_FILE=/run/secrets/url."""

from collections.abc import Mapping
from pathlib import Path

from hydra_lab.kernel.errors import Invalid

SUFFIX = "_FILE"
OWN = frozenset({"HYDRA_ADMIN_TOKEN_FILE", "HYDRA_KEY_FILE"})  # read by those who need them


def with_files(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment in which ``HYDRA_X_FILE=path`` has become ``HYDRA_X=what the file says``, without end of line.

    Raises ``Invalid`` for a file that cannot be read, and where both are set: nobody could tell which one counts.
    """
    named = {key: path for key, path in environ.items() if is_named(key, path)}
    both = sorted(key for key in named if environ.get(key.removesuffix(SUFFIX)))
    if both:
        name = both[0].removesuffix(SUFFIX)
        raise Invalid(f"Both {name} and {both[0]} are set.", fix="Keep one of them, then start Hydra again.")
    rest = {key: value for key, value in environ.items() if key not in named}
    return rest | {key.removesuffix(SUFFIX): content(key, path) for key, path in named.items()}


def is_named(key: str, path: str) -> bool:
    """Whether a variable names a file that holds another variable's value."""
    return key.startswith("HYDRA_") and key.endswith(SUFFIX) and key not in OWN and bool(path)


def content(key: str, path: str) -> str:
    """What a file says. Raises ``Invalid``."""
    try:
        return Path(path).read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        refused = isinstance(error, PermissionError)
        fix = "Let the user that runs Hydra read it." if refused else f"Correct {key}."
        raise Invalid(f"{key} names {path}, which cannot be read: {reason}.", fix=fix) from error
