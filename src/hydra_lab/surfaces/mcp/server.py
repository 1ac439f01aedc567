"""The protocol's server over a running Hydra: its tools, its resources and its news under one roof."""

from typing import Any

from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.models import InitializationOptions

from hydra_lab import __version__
from hydra_lab.kernel.services import Services
from hydra_lab.surfaces.mcp.news import News
from hydra_lab.surfaces.mcp.resources import Resources
from hydra_lab.surfaces.mcp.tools import Tools

INSTRUCTIONS = (
    "Hydra runs a home AI lab. Reads answer at once. Changes may need a person's yes and long work takes its time: "
    "then the answer is a work item; queue_show and queue_why tell how it goes. operations_search finds what has no "
    "tool of its own. The resource hydra://docs/operations lists everything."
)


class ToolServer(Server[Any]):
    """The official low-level server, which says to every client that the list of resources changes."""

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        """What a session of the older protocol is greeted with."""
        options = notification_options or NotificationOptions(resources_changed=True)
        return super().create_initialization_options(options, experimental_capabilities, extensions)


def tool_server(services: Services, news: News) -> ToolServer:
    """The protocol's server over these services."""
    tools, resources = Tools(services), Resources(services)
    resources.each_list(news.listed)
    return ToolServer(
        "hydra", version=__version__, title="Hydra", instructions=INSTRUCTIONS,
        on_list_tools=tools.list, on_call_tool=tools.call, on_list_resources=resources.list,
        on_list_resource_templates=resources.templates, on_read_resource=resources.read,
        on_subscribe_resource=news.subscribe, on_unsubscribe_resource=news.unsubscribe,
        on_subscriptions_listen=news.on_listen,
    )  # fmt: skip
