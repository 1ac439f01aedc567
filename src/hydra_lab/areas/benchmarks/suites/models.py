"""The models that can be measured now, and what their figures depend on."""

from collections.abc import Iterator

from hydra_lab.kernel.capabilities import Ability, LoadedModel, Model, ModelBackend, ModelServer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import SuiteTarget
from hydra_lab.kernel.errors import HydraError, NotFound


def targets(ctx: Context) -> list[SuiteTarget]:
    """Every model that answers without another one being unloaded: what is in memory, or is always served.

    A server that does not answer now has none.
    """
    found: list[SuiteTarget] = []
    for integration, server in servers(ctx):
        try:
            models, loaded = {one.name: one for one in server.models()}, server.loaded()
        except HydraError:
            continue
        there = {one.name: one for one in loaded or ()}
        names = sorted(models) if loaded is None or not server.loads else sorted(there)
        version = ctx.services.integrations.state(integration).version
        found += [
            target(server, version, models.get(name) or Model(name=name), there.get(name))
            for name in names
            if chats(models.get(name))
        ]
    return found


def servers(ctx: Context) -> Iterator[tuple[str, ModelServer]]:
    """Every model server, with its integration."""
    for integration, backend in ctx.services.integrations.capabilities(ModelBackend).items():
        yield from ((integration, one) for one in backend.servers())


def server_of(ctx: Context, target: SuiteTarget) -> ModelServer:
    """The server that a target is on. Raises ``NotFound`` where it was taken away."""
    for _, server in servers(ctx):
        if target.name == f"{server.id}/{target.stamp.get('model')}":
            return server
    raise NotFound(f"The server of {target.title} is not configured any more.", fix="See /ui/integrations.")


def chats(model: Model | None) -> bool:
    """Whether a model can be talked to; one of which nothing is told may."""
    return model is None or model.abilities is None or Ability.CHAT in model.abilities


def target(server: ModelServer, version: str | None, model: Model, loaded: LoadedModel | None) -> SuiteTarget:
    """A model on a server, with what its figures depend on."""
    return SuiteTarget(
        name=f"{server.id}/{model.name}",
        title=f"{model.name} on {server.title}",
        node=server.node,
        gpus=tuple(server.gpus),
        uses_gpu=True,
        stamp={
            "backend": server.title,
            "backend_version": version,
            "model": model.name,
            "digest": model.digest,
            "quantisation": model.quantisation,
            "context": (loaded.context if loaded else None) or model.context,
        },
    )
