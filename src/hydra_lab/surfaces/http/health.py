"""Health for machines: whether the process lives, whether it can work, and its numbers for Prometheus."""

import uuid
from collections.abc import Callable, Mapping

from starlette.responses import Response

from hydra_lab import __version__
from hydra_lab.kernel.operation import Entry
from hydra_lab.surfaces.http.answers import Json
from hydra_lab.surfaces.http.ways import Call, Path, Way

Readiness = Callable[[], Mapping[str, str | None]]


def health_paths(readiness: Readiness, metrics: Callable[[], bytes], *, demo: bool = False) -> list[Path]:
    """The routes. ``readiness()`` names each part and what is wrong with it, ``None`` where nothing is."""

    boot = uuid.uuid4().hex  # a client may keep what it learnt for as long as this stays the same

    def alive(_call: Call) -> Response:
        return Json({"status": "ok", "version": __version__, "boot": boot, "demo": demo})

    def ready(_call: Call) -> Response:
        parts = readiness()
        good = not any(parts.values())
        body = {
            "status": "ready" if good else "not ready",
            "parts": {name: said or "ok" for name, said in parts.items()},
        }
        return Json(body, status_code=200 if good else 503, headers={} if good else {"Retry-After": "1"})

    def measured(_call: Call) -> Response:
        return Response(metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return [
        Path("/healthz", {"GET": Way(answer=alive, entry=Entry.PUBLIC)}),
        Path("/readyz", {"GET": Way(answer=ready, entry=Entry.PUBLIC)}),
        Path("/metrics", {"GET": Way(answer=measured)}),
    ]
