"""Resources: what there is to read, by address and by template, and news when it changes."""

import json
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp import Client, MCPError
from mcp.client.subscriptions import ResourcesListChanged, ResourceUpdated

from tests.server import Server
from tests.surfaces.mcp.speaking import WAYS, client, spoken


@pytest.mark.parametrize("way", WAYS, ids="-".join)
def test_the_queue_an_item_the_state_and_the_documentation_can_be_read(
    hydra: Server, stranger: str, way: tuple[str, str]
) -> None:
    item = hydra.client.post("/queue", json={"operation": "state.write", "window": "overnight"}).json()["id"]

    async def talk(one: Client) -> dict[str, str]:
        uris = [resource.uri for resource in (await one.list_resources()).resources]
        templates = [template.uri_template for template in (await one.list_resource_templates()).resource_templates]
        assert {"hydra://queue/{id}", "hydra://queue/{id}/why", "hydra://docs/operations/{name}"} <= set(templates)
        more = [f"hydra://queue/{item}", f"hydra://queue/{item}/why", "hydra://docs/operations/queue.add"]
        return {uri: (await one.read_resource(uri)).contents[0].text for uri in [*uris, *more]}  # type: ignore[union-attr]

    read = spoken(hydra.url, stranger, way, talk)
    assert {"hydra://queue", "hydra://inbox", "hydra://state", "hydra://docs/operations"} <= read.keys()
    assert "hydra://docs/guides/mcp" in read
    assert json.loads(read[f"hydra://queue/{item}"])["operation"] == "state.write"
    assert "facts" in json.loads(read["hydra://state"])
    assert "`queue.add`" in read["hydra://docs/operations"]
    assert "POST /queue" in read["hydra://docs/operations/queue.add"]


@pytest.mark.parametrize("way", WAYS, ids="-".join)
@pytest.mark.parametrize(
    "uri",
    ["hydra://nothing", "hydra://queue/nothing", "hydra://docs/guides/../../secret", "hydra://docs/operations/no.such"],
)
def test_what_is_not_there_is_the_protocols_own_error_and_says_what_to_do(
    hydra: Server, stranger: str, way: tuple[str, str], uri: str
) -> None:
    async def talk(one: Client) -> Any:
        with pytest.raises(MCPError) as caught:
            await one.read_resource(uri)
        return caught.value.error

    error = spoken(hydra.url, stranger, way, talk)
    assert error.code == (-32002 if way[0] == "legacy" else -32602)
    assert error.data["code"] == "not_found"
    assert error.data["fix"]


@pytest.mark.parametrize("transport", ["http", "stdio"])
def test_a_client_of_the_older_protocol_hears_of_changes_it_subscribed_to(
    hydra: Server, stranger: str, transport: str
) -> None:
    async def talk() -> set[str]:
        heard: set[str] = set()
        both = anyio.Event()

        async def hear(message: Any) -> None:
            if isinstance(message, types.ResourceUpdatedNotification):
                heard.add(message.params.uri)
            elif isinstance(message, types.ResourceListChangedNotification):
                heard.add("list")
            if {"list", "hydra://queue/stats"} <= heard:
                both.set()

        async with client(hydra.url, stranger, ("legacy", transport), message_handler=hear) as one:
            assert one.server_capabilities.resources.subscribe
            assert one.server_capabilities.resources.list_changed
            await one.list_resources()
            await one.subscribe_resource("hydra://queue/stats")
            with anyio.fail_after(30):
                while not both.is_set():
                    # Asked again until the client's own stream of news is open, which nothing tells of.
                    await one.call_tool("queue_add", {"operation": "state.write"})
                    with anyio.move_on_after(2):
                        await both.wait()
            await one.unsubscribe_resource("hydra://queue/stats")
        return heard

    assert "hydra://inbox" not in anyio.run(talk)


@pytest.mark.parametrize("transport", ["http", "stdio"])
def test_a_client_of_the_newer_protocol_listens(hydra: Server, stranger: str, transport: str) -> None:
    asked = {"json": {"operation": "state.write"}, "headers": {"Authorization": f"Bearer {stranger}"}}
    item = hydra.client.post("/queue", **asked).raise_for_status().json()["id"]

    async def talk() -> set[Any]:
        uri, heard = f"hydra://queue/{item}", set()
        async with (
            client(hydra.url, stranger, ("auto", transport)) as one,
            one.listen(resources_list_changed=True, resource_subscriptions=[uri]) as news,
        ):
            with anyio.fail_after(30):
                await one.call_tool("queue_add", {"operation": "state.write"})  # one more in the list
                await anyio.to_thread.run_sync(lambda: hydra.client.post(f"/queue/{item}/reject", json={}))
                while len(heard) < 2:
                    heard.add(await anext(news))
        return heard

    assert anyio.run(talk) == {ResourcesListChanged(), ResourceUpdated(uri=f"hydra://queue/{item}")}


def test_hydra_mcp_goes_on_after_the_server_was_started_again(hydra: Server, stranger: str) -> None:
    async def talk(one: Client) -> Any:
        before = await one.list_tools()
        await anyio.to_thread.run_sync(hydra.restart)
        return before, await one.list_tools(), await one.read_resource("hydra://queue/stats")

    before, after, _ = spoken(hydra.url, stranger, ("legacy", "stdio"), talk)
    assert before.tools == after.tools


def test_open_streams_do_not_keep_a_server_from_stopping(hydra: Server, stranger: str) -> None:
    async def talk() -> tuple[int, str]:
        async with (
            client(hydra.url, stranger, ("legacy", "http")) as old,
            client(hydra.url, stranger, ("auto", "http")) as new,
        ):
            await old.list_resources()
            async with new.listen(resources_list_changed=True):
                before = hydra.log.stat().st_size
                status = await anyio.to_thread.run_sync(hydra.stop)
                said = hydra.log.read_bytes()[before:].decode()
                await anyio.to_thread.run_sync(hydra.start)
        return status, said

    status, said = anyio.run(talk)
    assert status == 0
    # How long it takes is up to work that runs and to the machine; streams that stay open are cut after some seconds.
    assert "graceful shutdown exceeded" not in said
