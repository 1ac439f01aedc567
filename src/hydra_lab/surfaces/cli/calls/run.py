"""Running one command: from the words typed to the call, its answer and the exit code."""

import json
import sys
from typing import Any
from urllib.parse import quote

from hydra_lab.kernel.errors import Invalid
from hydra_lab.surfaces.cli.calls.arguments import Given, parse
from hydra_lab.surfaces.cli.calls.catalogue import Verb, read_catalogue
from hydra_lab.surfaces.cli.calls.connection import Reply, Server, Told, checked
from hydra_lab.surfaces.cli.calls.help import area_help, verb_help
from hydra_lab.surfaces.cli.say import aside, say

READS = ("GET", "DELETE")


def run(server: Server, words: list[str]) -> int:
    """Run `hydra WORDS…`; returns the exit code. Raises the kernel's errors."""
    catalogue = read_catalogue(server)
    plain = [word for word in words if not word.startswith("-")]
    found = catalogue.named(leading(words))
    if found is None:
        if len(plain) == 1 and plain[0].replace("-", "_") in catalogue.areas:
            say(area_help(catalogue, plain[0].replace("-", "_")))
            return 0
        raise catalogue.unknown(plain)
    verb, rest = found
    given = parse(verb, rest + words[len(leading(words)) :])
    if given.help:
        say(verb_help(verb))
        return 0
    return follow(server, verb, given) if verb.kind == "stream" else call(server, verb, given)


def leading(words: list[str]) -> list[str]:
    """The words before the first option."""
    return words[: next((at for at, word in enumerate(words) if word.startswith("-")), len(words))]


def request_of(verb: Verb, given: Given) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
    """Path, query and body of a call."""
    rest = dict(given.input)
    path = verb.path
    for name in verb.path_fields:
        if name not in rest:
            raise Invalid(
                f"`hydra {verb.words}` wants {name.upper()}.", fix=f"`hydra {verb.words} --help` shows what it takes."
            )
        value = str(rest.pop(name))
        path = path.replace(f"{{{name}:path}}", quote(value)).replace(f"{{{name}}}", quote(value, safe=""))
    if verb.method not in READS:
        return path, {}, rest
    return path, {name: in_query(value) for name, value in rest.items() if value is not None}, None


def in_query(value: Any) -> Any:
    """A value as it is written in a query."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, dict) else value


def call(server: Server, verb: Verb, given: Given) -> int:
    """Call an operation and show its answer."""
    path, query, body = request_of(verb, given)
    if given.wait is not None:
        query["wait"] = given.wait
    headers = {"X-Confirm": given.confirm} if given.confirm is not None else {}
    wait_s = float(given.wait) if given.wait and given.wait.replace(".", "", 1).isdigit() else 0.0
    reply = checked(server.call(verb.method, path, query=query, body=body, headers=headers, timeout_s=60 + wait_s))
    if given.watch and is_item(reply.body):
        return watch(server, reply.body["id"], as_json=given.as_json)
    show_reply(reply, as_json=given.as_json)
    return 0


def watch(server: Server, item_id: str, *, as_json: bool) -> int:
    """Watch an item to its end, then show it."""
    from hydra_lab.surfaces.cli.calls.watch import Watch, exit_code

    try:
        item = Watch(server=server, item_id=item_id, interactive=sys.stderr.isatty()).until_over()
    except KeyboardInterrupt:
        aside(f"\nIt goes on without you: hydra queue show {item_id}")
        return 130
    show_reply(Reply(status=200, body=item, headers={}), as_json=as_json)
    return exit_code(item)


def show_reply(reply: Reply, *, as_json: bool) -> None:
    """Show an answer; one that became work says what happens next."""
    from hydra_lab.surfaces.cli.calls.show import show, show_json

    if as_json:
        show_json(reply.body)
        return
    show(reply.body)
    if reply.status == 202 and is_item(reply.body):
        asks = any(hold["kind"] == "approval" for hold in reply.body["holds"])
        verb = "approve" if asks else "show"
        aside(f"It is work now: hydra queue {verb} {reply.body['id']}")


def is_item(body: Any) -> bool:
    """Whether an answer is a work item."""
    return isinstance(body, dict) and {"id", "state", "holds"} <= body.keys()


def follow(server: Server, verb: Verb, given: Given) -> int:
    """Print a stream's frames, one a line, until it ends or Ctrl-C."""
    path, query, _ = request_of(verb, given)
    try:
        for event in server.stream(path, query=query):
            if event.event == "error":
                raise Told(json.loads(event.data))
            say(event.data if given.as_json else in_a_line(event.event, event.data))
    except KeyboardInterrupt:
        return 130
    return 0


def in_a_line(event: str, data: str) -> str:
    """A frame for people."""
    try:
        read = json.loads(data)
    except ValueError:
        return data
    if not isinstance(read, dict):
        return str(read)
    if "text" in read:
        return str(read["text"])
    words = [str(read.get(name)) for name in ("at", "name", "actor", "subject", "item") if read.get(name)]
    return "  ".join(words) if words else f"{event}  {data}"
