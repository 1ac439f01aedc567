"""Asking a container once whether it does its work: over HTTP, by opening a connection, or by a command in it."""

import socket
from urllib.parse import urlsplit, urlunsplit

from hydra_lab.areas.containers.model import exit_words, masked
from hydra_lab.areas.containers.probes.model import Answer, Probe, command_of
from hydra_lab.kernel.capabilities import Container, ContainerHost
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Denied, HydraError, Invalid, NotFound, Refused, TimedOut

ANYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - what a published port is said to listen on
HERE = ("127.0.0.1", "::1")
LONGEST, SHOWN = 300, 100


def ask(ctx: Context, probe: Probe, one: Container) -> Answer:
    """Ask once. Raises what the host raises when it is the host that does not answer."""
    if probe.check.startswith("command:"):
        return by_command(ctx, probe, one)
    try:
        parts = urlsplit(probe.check)
        host, port = address_of(one, parts.hostname or "", parts.port)
    except (HydraError, ValueError) as error:
        return Answer(good=False, detail=str(error))
    if parts.scheme == "tcp":
        return by_connection(probe, host, port)
    netloc = f"[{host}]" if ":" in host else host
    return by_http(ctx, probe, urlunsplit((parts.scheme, f"{netloc}:{port}" if port else netloc, *parts[2:])))


def address_of(one: Container, host: str, port: int | None) -> tuple[str, int | None]:
    """Where to ask. Without a host it is the container's own address, else where the port is published."""
    if host:
        return host, port
    if one.addresses:
        return one.addresses[0], port
    for each in one.ports:
        if each.port == port and each.host_port:
            there = each.host_ip or ""
            if one.node and there in HERE:
                raise Invalid(f"{one.name} publishes it to its own machine only.", fix="Publish it, or use command:.")
            return "127.0.0.1" if there in ANYWHERE else there, each.host_port
    raise Invalid(f"{one.name} has no address of its own; name a host in its probe.", fix="Write tcp://host:port.")


def by_http(ctx: Context, probe: Probe, url: str) -> Answer:
    """Whether an address answers with a status that is good."""
    try:
        with ctx.services.http.stream("It", "GET", url, timeout=probe.timeout_s) as response:
            status = response.status_code
    except HydraError as error:
        return Answer(good=False, detail=error.detail)
    return Answer(good=probe.takes(status), detail=f"It answers HTTP {status}.")


def by_connection(probe: Probe, host: str, port: int | None) -> Answer:
    """Whether somebody takes a connection."""
    try:
        socket.create_connection((host, port or 0), timeout=probe.timeout_s).close()
    except TimeoutError:
        return Answer(good=False, detail="It did not answer in time.")
    except OSError as error:
        return Answer(good=False, detail=f"It takes no connection: {error.strerror or error}.")
    return Answer(good=True, detail="It takes connections.")


def by_command(ctx: Context, probe: Probe, one: Container) -> Answer:
    """Whether a command in the container ends well."""
    scrub = ctx.services.scrubber.text
    command = probe.check.partition(":")[2].strip()
    try:
        done = ctx.capability(ContainerHost).execute(one.id, command_of(probe.check), probe.timeout_s)
    except (Denied, Refused, NotFound, TimedOut) as error:
        return Answer(good=False, detail=error.detail)
    shown, said = masked(scrub(command)), scrub(done.output)[:LONGEST]
    shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
    ended = f"“{shown}” ended with {exit_words(done.exit_code)}"
    return Answer(good=done.exit_code == 0, detail=f"{ended}: {said}" if said else f"{ended}.")
