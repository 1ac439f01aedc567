"""The web server below REST, pages and MCP: who asks, which host names, how large a body, how an error looks.

A surface makes ``Path(path, {method: Way(answer=…)})`` and hands them to ``create_app``. An ``answer`` takes a ``Call``
(the request, its ``visitor``, its body or ``form``) and returns a Starlette response; it runs in a thread. Raise the
kernel's errors: they become problem+json, or what the application's ``error_page`` makes of them for a browser.
"""

from hydra_lab.surfaces.http.answers import Json, raw_response
from hydra_lab.surfaces.http.application import create_app
from hydra_lab.surfaces.http.health import health_paths
from hydra_lab.surfaces.http.proxies import place_of
from hydra_lab.surfaces.http.streams import Streams, event_stream
from hydra_lab.surfaces.http.visitors import Visitor, end_session, start_session
from hydra_lab.surfaces.http.ways import Call, Path, Way

__all__ = [
    "Call",
    "Json",
    "Path",
    "Streams",
    "Visitor",
    "Way",
    "create_app",
    "end_session",
    "event_stream",
    "health_paths",
    "place_of",
    "raw_response",
    "start_session",
]
