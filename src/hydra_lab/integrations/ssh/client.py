"""Running programs on nodes: over SSH, or at once on the machine that Hydra runs on. The only network code."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from hydra_lab.integrations.ssh.settings import SshSettings
from hydra_lab.integrations.ssh.signing_in import hung_up, signed_in, silent
from hydra_lab.kernel import local
from hydra_lab.kernel.capabilities.commands import HostCommand
from hydra_lab.kernel.capabilities.hosts import Ran
from hydra_lab.kernel.errors import Denied, NotFound, Unavailable
from hydra_lab.kernel.local.running import Kept
from hydra_lab.kernel.settings.machine import Machine

if TYPE_CHECKING:
    from paramiko import Channel, Transport

PIECE = 1 << 16
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.002, 0.1
SUDOERS = "{user} ALL=(root) NOPASSWD: {program}"


class SshClient:
    """The nodes of the settings. ``patience_s`` is how long signing in may take."""

    def __init__(self, settings: SshSettings, patience_s: float) -> None:
        self.settings = settings
        self.patience_s = patience_s

    def machine(self, node: str) -> Machine:
        """A node as it is set. Raises ``NotFound``."""
        found = self.settings.nodes.get(node)
        if found is None:
            there = ", ".join(sorted(self.settings.nodes))
            raise NotFound(f"There is no node “{node}”.", fix=f"There are: {there}. /ui/nodes adds one.")
        return found

    def run(
        self,
        node: str,
        command: HostCommand,
        timeout_s: float,
        stdin: bytes | None = None,
        told: Callable[[str], None] | None = None,
    ) -> Ran:
        """Run a program to its end. Raises ``Denied`` where it needs ``sudo`` and may not."""
        machine = self.machine(node)
        if machine.user == "root" and not machine.is_local:
            command = replace(command, sudo=False)
        if machine.is_local:
            ran = local.run(command, timeout_s, stdin, told)
        else:
            ran = self._over_ssh(node, machine, command, timeout_s, stdin, told)
        if command.sudo and ran.exit_code and refused_by_sudo(ran.stderr):
            user = "Hydra's user" if machine.is_local else machine.user
            line = SUDOERS.format(user=machine.user, program=command.program)
            raise Denied(
                f"{user} may not run {command.program} as root on {node}: {first_line(ran.stderr)}.",
                fix=f"Allow just that with a line in /etc/sudoers.d/hydra on {node}: {line} "
                "(with the program's full path; docs/integrations/ssh.md has an example).",
                node=node,
            )
        return ran

    def check(self, node: str) -> None:
        """Sign in, or see that a connection is still good. Raises as ``run`` does."""
        self.run(node, HostCommand(program="true"), self.patience_s)

    def _over_ssh(
        self,
        node: str,
        machine: Machine,
        command: HostCommand,
        timeout_s: float,
        stdin: bytes | None,
        told: Callable[[str], None] | None,
    ) -> Ran:
        connections = self.settings.connections
        try:
            channel = self._session(node, machine, min(timeout_s, self.patience_s))
            try:
                return followed(node, command, channel, timeout_s, stdin, told)
            finally:
                channel.close()
        except Unavailable:
            connections.drop(node)
            raise

    def _session(self, node: str, machine: Machine, timeout_s: float) -> Channel:
        """A way to run one program; where the node hung up since the last time, over a new connection."""
        connections = self.settings.connections
        for is_last in (False, True):
            transport = connections.open(node, lambda: signed_in(node, machine, self.settings, self.patience_s))
            try:
                return self._channel(node, transport, timeout_s)
            except Unavailable:
                if is_last or transport.is_active():
                    raise
        raise AssertionError

    def _channel(self, node: str, transport: Transport, timeout_s: float) -> Channel:
        """A way to run one program. Raises ``Unavailable``."""
        import paramiko

        try:
            return transport.open_session(timeout=timeout_s)
        except paramiko.ChannelException as error:
            raise Unavailable(
                f"{node} opens no session: {error.text}.",
                fix=f"MaxSessions in sshd_config on {node} sets how many there may be at once.",
            ) from error
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise (silent(node) if transport.is_active() else hung_up(node)) from error


def followed(
    node: str,
    command: HostCommand,
    channel: Channel,
    timeout_s: float,
    stdin: bytes | None,
    told: Callable[[str], None] | None,
) -> Ran:
    """Run a program on a channel and read until it ends. Raises ``Unavailable``."""
    import paramiko

    deadline = time.monotonic() + timeout_s
    outputs = (Kept(told), Kept(told))
    try:
        channel.settimeout(timeout_s)
        channel.exec_command(command.line)
        given(channel, stdin)
        pause_s = SHORTEST_PAUSE_S
        while not (channel.exit_status_ready() and channel.eof_received):
            if time.monotonic() > deadline:
                raise TimeoutError
            if taken(channel, outputs):
                pause_s = SHORTEST_PAUSE_S
            elif channel.closed:
                break
            else:
                time.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        while taken(channel, outputs):
            pass
    except TimeoutError as error:
        raise Unavailable(
            f"{command.program} did not end within {timeout_s:g} s on {node}; it may still run there.",
            fix=f"See what it waits for on {node}.",
            node=node,
        ) from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise hung_up(node) from error
    if not channel.exit_status_ready():
        raise hung_up(node)
    for one in outputs:
        one.end()
    stdout, stderr = outputs
    return Ran(
        exit_code=channel.recv_exit_status(), stdout=stdout.text, stderr=stderr.text,
        truncated=stdout.truncated or stderr.truncated,
    )  # fmt: skip


def given(channel: Channel, stdin: bytes | None) -> None:
    """Give the program what it reads; one that has ended before is fine."""
    try:
        if stdin:
            channel.sendall(stdin)
        channel.shutdown_write()
    except TimeoutError:
        raise
    except OSError:
        return


def taken(channel: Channel, outputs: tuple[Kept, Kept]) -> bool:
    """Take what has come; whether there was anything."""
    stdout, stderr = outputs
    found = False
    if channel.recv_ready():
        stdout.add(channel.recv(PIECE))
        found = True
    if channel.recv_stderr_ready():
        stderr.add(channel.recv_stderr(PIECE))
        found = True
    return found


def refused_by_sudo(text: str) -> bool:
    """Whether it is sudo that speaks, or that is not there."""
    return any(
        line.startswith("sudo:") or "sudo: " in line or "sudo’: No such" in line or "'sudo': No such" in line
        for line in text.splitlines()
    )


def first_line(text: str) -> str:
    """The first line that says something, without a full stop."""
    return next((line.strip().rstrip(".") for line in text.splitlines() if line.strip()), "it said nothing")[:300]
