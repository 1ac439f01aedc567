"""The web server as one ASGI application: routes of every surface behind one guard."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from difflib import get_close_matches
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.services import Services
from hydra_lab.surfaces.http.below import Below, check_base
from hydra_lab.surfaces.http.guard import Guard
from hydra_lab.surfaces.http.problems import on_http_error, on_hydra_error
from hydra_lab.surfaces.http.streams import Streams
from hydra_lab.surfaces.http.ways import Literal, Path, literal_first

THREADS = 40


def create_app(
    services: Services,
    paths: Sequence[Path],
    *,
    streams: Streams,
    base: str = "",
    start: Callable[[], None] = lambda: None,
    stop: Callable[[], None] = lambda: None,
    on_close: Sequence[Callable[[], Awaitable[None]]] = (),
    error_page: Callable[[Request, Mapping[str, Any]], Response | None] | None = None,
) -> Starlette:
    """Build the application, for a proxy that shows it below the path ``base``.

    ``start`` and ``stop`` run in a thread when serving begins and ends, ``on_close`` on the event loop before
    ``stop``. ``error_page(request, problem)`` may show an error as a page where a browser asked; ``None`` from it
    means problem+json.
    """

    check_base(base, (path.path for path in paths))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            await to_thread.run_sync(start)
        except HydraError as error:
            app.state.failure = error  # ``serve`` ends at once and raises it
        try:
            yield
        finally:
            streams.close()
            await asyncio.gather(*(close() for close in on_close), return_exceptions=True)
            await to_thread.run_sync(stop)

    routes = joined(paths)
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[
            Middleware(Below, base=base),
            Middleware(
                Guard,
                hosts=lambda: services.settings.current.hosts,
                proxies=lambda: services.settings.current.trusted_proxies,
            ),
        ],
        exception_handlers={HydraError: on_hydra_error, HTTPException: on_http_error},
    )
    app.router.redirect_slashes = False
    app.router.middleware_stack = Literal(app.router.middleware_stack, routes)
    app.state.services = services
    app.state.streams = streams
    app.state.threads = CapacityLimiter(THREADS)
    app.state.error_page = error_page
    app.state.failure = None
    plain = sorted({path.path for path in paths})
    app.state.near_paths = lambda asked: get_close_matches(asked, plain, n=2, cutoff=0.6)
    return app


def joined(paths: Sequence[Path]) -> list[Path]:
    """The routes in matching order, literal ones before those with braces; one path's methods under one route."""
    merged: dict[str, Path] = {}
    for one in paths:
        if one.path not in merged:
            merged[one.path] = one
            continue
        twice = set(merged[one.path].ways) & set(one.ways) - {"HEAD"}
        if twice:
            raise ValueError(f"{one.path} has two ways in for {', '.join(sorted(twice))}")
        merged[one.path] = Path(one.path, {**merged[one.path].ways, **one.ways})
    return sorted(merged.values(), key=lambda one: literal_first(one.path))
