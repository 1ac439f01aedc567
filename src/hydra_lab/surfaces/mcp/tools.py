"""The tool server: lists the tools and calls operations through the gate, as whoever the key says."""

from typing import Any

import mcp_types as types
import structlog
from anyio import to_thread
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from hydra_lab.kernel.errors import HydraError, Invalid, NotFound
from hydra_lab.kernel.gate import Queued
from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.model import Item
from hydra_lab.surfaces.mcp import asking
from hydra_lab.surfaces.mcp.answers import answered, of_work, refused
from hydra_lab.surfaces.mcp.calls import Asked, asked, asks, entered, item_in, waited
from hydra_lab.surfaces.mcp.describe import CALL, SEARCH, found, tool, tools

log = structlog.get_logger()

# After a yes in the client the person looks on: they are shown what comes of it, if that is soon.
AFTER_YES_S = 30.0


class Tools:
    """What `tools/list` and `tools/call` answer."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._chosen = tools(services.registry)
        self._listed = types.ListToolsResult(tools=[*(tool(one) for one in self._chosen.values()), SEARCH, CALL])

    async def list(self, _context: Any, _params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        """The tools: the same for everybody, for what each may do is policy's to say."""
        return self._listed

    async def call(
        self, context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        """Call one tool. An error is a result that can be read; only an unknown tool is an error of the protocol."""
        try:
            return await self._called(context, params)
        except HydraError as error:
            if isinstance(error, NotFound) and params.name not in (*self._chosen, CALL.name):
                raise MCPError(types.INVALID_PARAMS, f"{error.detail} {error.fix}") from error
            return refused(error, here_of(self._services, context))
        except MCPError:
            raise
        except Exception:
            # The protocol's library would pass its words on to the agent.
            log.exception("mcp.failed", tool=params.name)
            return refused(HydraError("Something went wrong inside Hydra.", fix="Its log has the cause."))

    async def _called(
        self, context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        services, actor, given = self._services, actor_of(context), dict(params.arguments or {})
        if params.name == SEARCH.name:
            return answered(None, await self._found(given), services.scrubber)
        call = asked(services.registry, self._chosen, params.name, given)
        output: Any = None
        result: Item | types.InputRequiredResult | None = None
        if params.request_state is not None:
            item = await asking.resumed(services, params.request_state, call.operation, call.input, actor)
            output = Queued(item=item)
            result = await self._answered_before(context, params, item, actor)
        else:
            output = await entered(services, call, actor)
            before = item_in(call.operation, output)
            if before and asks(before):
                result = await self._ask(context, before, actor)
        if isinstance(result, types.InputRequiredResult):
            return result
        if isinstance(result, Item):
            call = Asked(operation=call.operation, input=call.input, cancel=call.cancel,
                         wait_s=max(call.wait_s, 0.0 if asks(result) else AFTER_YES_S))  # fmt: skip
            output = Queued(item=result)
        if not isinstance(output, Queued):
            dumped = await to_thread.run_sync(call.operation.dump, output)
            return answered(call.operation, dumped, services.scrubber, here_of(services, context))
        item = output.item
        if call.wait_s:
            item = await waited(services, context, item.id, call, actor)
        told = item if call.operation.passes_on else of_work(item, page_of(services, context, item.id))
        dumped = call.operation.dump(told) if isinstance(told, Item) else told
        return answered(None, dumped, services.scrubber, here_of(services, context))

    async def _ask(
        self, context: ServerRequestContext[Any, Any], item: Item, actor: Actor
    ) -> Item | types.InputRequiredResult | None:
        """What comes of asking the person, where the client can; ``None`` where it cannot."""
        services = self._services
        one = asking.question(services, context, item, actor, page_of(services, context, item.id))
        return await asking.answer_to(services, context, one) if one else None

    async def _answered_before(
        self, context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams, item: Item, actor: Actor
    ) -> Item:
        """The item after an answer that came with the call."""
        services = self._services
        told = (params.input_responses or {}).get(asking.KEY)
        one = asking.question(services, context, item, actor, page_of(services, context, item.id))
        if one is None or not isinstance(told, types.ElicitResult):
            return item
        return await asking.decided(services, context, one, told)

    async def _found(self, given: dict[str, Any]) -> dict[str, Any]:
        """What `operations_search` answers."""
        query, limit = given.get("query"), given.get("limit", 8)
        if not isinstance(query, str) or not isinstance(limit, int):
            raise Invalid("operations_search wants a query, and a limit that is a number.", fix="Give words in query.")
        return {"operations": await to_thread.run_sync(found, self._services.registry, query, max(1, min(limit, 25)))}


def actor_of(context: ServerRequestContext[Any, Any]) -> Actor:
    """Who asks: as the credential of this very request says."""
    assert context.request is not None
    actor: Actor = context.request.scope["state"]["visitor"].actor
    return actor


def here_of(services: Services, context: ServerRequestContext[Any, Any]) -> str:
    """The address of this Hydra, as a person can open it."""
    settings, request = services.settings.current, context.request
    if settings.public_url or request is None:
        return settings.public_url
    return f"{request.url.scheme}://{request.headers.get('host', '')}{settings.base_path}"


def page_of(services: Services, context: ServerRequestContext[Any, Any], item_id: str) -> str:
    """The address of an item's page, likewise."""
    return f"{here_of(services, context)}/ui/queue/{item_id}"
