"""What goes wrong on the way to an outside system, in the kernel's errors."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from hydra_lab.kernel.errors import Refused, Unavailable

UNBELIEVED = "CERTIFICATE_VERIFY_FAILED"
BELIEVE_IT = (
    "Add its authority to the machine's, or start Hydra with SSL_CERT_FILE naming its file; where there is a field ca, "
    "that names it."
)


@contextmanager
def translated(who: str) -> Iterator[None]:
    """Turn httpx's transport errors into ``Unavailable`` and undecodable answers into ``Refused``."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise Unavailable(
            f"{who} did not answer in time.", fix=f"See whether {who} runs and can be reached from Hydra's machine."
        ) from error
    except (httpx.DecodingError, httpx.TooManyRedirects) as error:
        raise Refused(
            f"{who} sent an answer that cannot be read.", fix=f"Check that the address really is that of {who}."
        ) from error
    except httpx.InvalidURL as error:
        raise Refused(f"The address of {who} is not a URL: {error}", fix="Write it as http://host:port.") from error
    except httpx.TransportError as error:
        if UNBELIEVED in str(error):
            words = str(error).partition("certificate verify failed: ")[2].partition(" (_ssl")[0] or "it is not trusted"
            raise Unavailable(f"The certificate of {who} is not believed: {words}.", fix=BELIEVE_IT) from error
        raise Unavailable(
            f"{who} cannot be reached: {type(error).__name__}.",
            fix=f"See whether {who} runs and can be reached from Hydra's machine.",
        ) from error
