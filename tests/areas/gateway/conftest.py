"""What the gateway's tests share: a Hydra in this process that has model servers and does work."""

import logging
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import structlog

from hydra_lab import app
from hydra_lab.areas.gateway.serving.router import Router
from hydra_lab.kernel.area import Area
from hydra_lab.kernel.capabilities import LoadedModel, Loading, LoadOptions, Model
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Refused, Unavailable
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, IntegrationSettings, Probe
from hydra_lab.kernel.operation import Durable, Effect, Input, operation
from hydra_lab.kernel.registry import Registry
from hydra_lab.surfaces.http.serve import Server, listen
from tests.areas.gateway.backend import Backend

AS_IT_IS = LoadOptions()


@dataclass
class Said:
    """An answer as it comes."""

    response: httpx.Response

    @property
    def status(self) -> int:
        """Its status."""
        return self.response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers."""
        return dict(self.response.headers)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Its bytes."""
        try:
            async for chunk in self.response.aiter_raw():
                yield chunk
        except httpx.HTTPError as error:
            raise Unavailable(f"It was cut: {type(error).__name__}.") from error


@dataclass
class ToyServer:
    """A server of models whose memory is in the test's hands."""

    id: str
    backend: Backend
    has: tuple[str, ...]
    in_memory: list[str] = field(default_factory=list)
    loads: bool = False
    swaps: bool = False
    holds_many: bool = False
    pulls: bool = False
    node: str | None = None
    gpus: tuple[int, ...] = ()
    title: str = "Toy"

    def models(self) -> Sequence[Model]:
        """What it has."""
        return [Model(name=one) for one in self.has]

    def loaded(self) -> Sequence[LoadedModel] | None:
        """What is in memory."""
        return [LoadedModel(name=one) for one in self.in_memory]

    def load(self, model: str, options: LoadOptions = AS_IT_IS) -> Iterator[Loading]:
        """Load a model."""
        time.sleep(0.02)
        if model.startswith("broken"):
            raise Refused(f"{model} does not fit.")
        self.in_memory.append(model)
        yield Loading(message="loaded")

    def unload(self, model: str) -> None:
        """Unload a model."""
        self.in_memory.remove(model)

    def pull(self, model: str) -> Iterator[Loading]:
        """Fetch nothing."""
        yield Loading(message="no")

    @asynccontextmanager
    async def send(
        self, path: str, body: bytes, headers: Mapping[str, str], *, silence_s: float
    ) -> AsyncIterator[Said]:
        """Send a body."""
        async with httpx.AsyncClient(timeout=silence_s, trust_env=False) as client:
            try:
                request = client.build_request("POST", self.backend.url + path, content=body, headers=dict(headers))
                response = await client.send(request, stream=True)
            except httpx.HTTPError as error:
                raise Unavailable(f"{self.id} cannot be reached: {type(error).__name__}.") from error
            try:
                yield Said(response)
            finally:
                await response.aclose()


SERVERS: list[ToyServer] = []


class ToySettings(IntegrationSettings):
    """Nothing is needed."""


class ToyBackend:
    """The servers of the test."""

    def __init__(self, settings: ToySettings, http: HttpClient) -> None:
        pass

    def servers(self) -> Sequence[ToyServer]:
        """All of them."""
        return list(SERVERS)


TOY = Integration(
    name="toy_models", title="Toy models", what="Serves toy models.", settings=ToySettings,
    probe=lambda settings, http: Probe(detail="well"), secret_name="nothing", how_to="Nothing.",
    reference="https://example.com", provides={"model_backend": ToyBackend},
)  # fmt: skip


class Switch(Input):
    """Which model, where."""

    server: str
    model: str
    context: int | None = None


@operation("models.switch", effect=Effect.WRITE, durable=Durable(attempts=1), path="POST /models/switch")
def switch(ctx: Context, input: Switch) -> str:
    """Load another model in place of the one that is loaded."""
    server = next(one for one in SERVERS if one.id == input.server)
    with ctx.services.doors.shut(server.id, wait_s=10):
        before = list(server.in_memory)
        for model in before:
            server.unload(model)
        try:
            list(server.load(input.model))
        except Refused:
            server.in_memory = before
            raise
    return input.model


class Lab:
    """One Hydra, a client signed in as its owner, and what its servers are."""

    def __init__(self, application: app.Application, url: str) -> None:
        self.application, self.url = application, url
        self.services = application.services
        self.token = (self.services.settings.current.data_dir / "cli-token").read_text()
        self.client = self.signed_in(self.token)

    def signed_in(self, token: str) -> httpx.Client:
        """A client with a token."""
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=30)

    def serves(self, *servers: ToyServer) -> None:
        """From now on these are the model servers, and nothing is set."""
        SERVERS[:] = servers
        for name in ("aliases", "rules", "keys", "patience"):
            self.client.put(f"/gateway/{name}", json={}).raise_for_status()
        self.services._lasting.pop(Router, None)

    def chat(self, model: str, **more: Any) -> httpx.Response:
        """A question."""
        body = {"model": model, "messages": [{"role": "user", "content": "Who are you?"}], **more}
        return self.client.post("/v1/chat/completions", json=body)

    def key(self, name: str, *scopes: str, kind: str = "person") -> httpx.Client:
        """A client with a key of its own."""
        made = self.client.post("/keys", json={"name": name, "kind": kind, "scopes": scopes})
        return self.signed_in(made.raise_for_status().json()["token"])


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A Hydra with toy models, for all tests of a file."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    found = app.found_rooms()
    models = Area(name="models", title="Models", operations=(sys.modules[__name__],))
    registry = Registry(areas={**found.areas, "models": models}, integrations={"toy_models": TOY})
    data = tmp_path_factory.mktemp("gateway") / "data"
    sources = app.layers(overrides={"data_dir": data, "time_zone": "UTC"}, registry=registry)
    application = app.Application(sources, registry=registry).open()
    asgi = app.web_server(application)
    sock, ready = listen("127.0.0.1", 0), threading.Event()
    server = Server(asgi, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    port = sock.getsockname()[1]
    thread.start()
    assert ready.wait(30)
    one = Lab(application, f"http://127.0.0.1:{port}")
    yield one
    one.client.close()
    asgi.state.streams.close()
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def backend() -> Iterator[Backend]:
    """A model server's interface."""
    one = Backend()
    yield one
    one.close()


@pytest.fixture
def spare() -> Iterator[Backend]:
    """Another one."""
    one = Backend()
    yield one
    one.close()
