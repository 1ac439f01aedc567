"""Signing in to a node: the host key first, then ours. Whatever goes wrong says what to do about it."""

from __future__ import annotations

import io
import logging
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hydra_lab.integrations.ssh.settings import SshSettings
from hydra_lab.kernel.errors import Busy, Denied, Refused, Unavailable
from hydra_lab.kernel.settings.machine import Machine, fingerprint_of

if TYPE_CHECKING:
    from paramiko import PKey, Transport

GREETING = 255  # the longest first line, by RFC 4253
RSA = ("rsa-sha2-512", "rsa-sha2-256")


def signed_in(name: str, machine: Machine, settings: SshSettings, patience_s: float) -> Transport:
    """A connection to a node that showed the host key it must show, and let Hydra in.

    Raises ``Denied`` for a host key that nobody confirmed or that has changed (``data`` has ``host_key`` and
    ``expected``) and where the node refuses our key, ``Busy`` where it has too many callers, ``Unavailable`` where it
    does not answer in time, and ``Refused`` where something else than SSH answers.
    """
    import paramiko

    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # what goes wrong is said by our own errors
    deadline = time.monotonic() + patience_s
    connection = dialled(name, machine, patience_s)
    try:
        greeted(name, connection, deadline)
        transport = paramiko.Transport(connection)
    except BaseException:
        connection.close()
        raise
    try:
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = patience_s
        transport.daemon = True
        if kinds := key_kinds(machine.host_key):
            transport.get_security_options().key_types = kinds
        known(name, machine, fingerprint(shaken(name, machine, transport, deadline)))
        let_in(name, machine, transport, own_key(name, machine, settings))
    except BaseException:
        transport.close()
        raise
    transport.set_keepalive(30)
    return transport


def dialled(name: str, machine: Machine, patience_s: float) -> socket.socket:
    """A connection to its SSH port. Raises ``Unavailable``."""
    where = f"{machine.address}:{machine.port}"
    try:
        return socket.create_connection((machine.address, machine.port), timeout=patience_s)
    except TimeoutError as error:
        raise Unavailable(
            f"{name} does not answer ({where}): nothing came within {patience_s:g} s.",
            fix=f"See that {name} is on, in the network, and that no firewall drops port {machine.port}.",
        ) from error
    except socket.gaierror as error:
        raise Unavailable(
            f"{name} is not found: nobody knows the name {machine.address}.",
            fix=f"Correct the address of {name} at /ui/nodes.",
        ) from error
    except OSError as error:
        raise Unavailable(
            f"{name} cannot be reached ({where}): {error.strerror or error}.",
            fix=f"See that {name} is on and that its SSH server runs: systemctl status ssh.",
        ) from error


def greeted(name: str, connection: socket.socket, deadline: float) -> None:
    """Look at the first line without taking it. Raises ``Busy``, ``Refused`` and ``Unavailable``."""
    seen = b""
    try:
        while b"\n" not in seen and len(seen) < GREETING:
            connection.settimeout(max(0.05, deadline - time.monotonic()))
            more = connection.recv(GREETING, socket.MSG_PEEK)
            if not more or time.monotonic() > deadline:
                break
            if more == seen:
                time.sleep(0.01)
            seen = more
    except TimeoutError as error:
        raise silent(name) from error
    except OSError as error:
        raise hung_up(name) from error
    if seen.startswith(b"SSH-") and b"\n" in seen:
        return
    if b"MaxStartups" in seen:
        raise Busy(
            f"{name} has too many callers that are signing in.",
            fix="Nothing is needed: it is asked again later. MaxStartups in its sshd_config sets how many.",
        )
    if not seen or seen.startswith(b"SSH-"):
        raise hung_up(name)
    raise Refused(
        f"What answers for {name} is no SSH server.", fix=f"Correct the address and the port of {name} at /ui/nodes."
    )


def shaken(name: str, machine: Machine, transport: Transport, deadline: float) -> PKey:
    """Agree on keys for the connection; the host key it showed.

    Raises ``Unavailable``, and ``Refused`` where there is nothing in common.
    """
    import paramiko
    from paramiko.ssh_exception import IncompatiblePeer

    try:
        transport.start_client(timeout=max(0.05, deadline - time.monotonic()))
        return transport.get_remote_server_key()
    except IncompatiblePeer as error:
        if machine.host_key:
            raise changed(name, "", fingerprint_of(machine.host_key)) from error
        raise Refused(
            f"{name} and Hydra have no way of encrypting in common.", fix=f"Bring the SSH server of {name} up to date."
        ) from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        timed_out = time.monotonic() >= deadline or "Timeout" in str(error)
        raise (silent(name) if timed_out else hung_up(name)) from error


def known(name: str, machine: Machine, shown: str) -> None:
    """See that a node is the one it was. Raises ``Denied``."""
    expected = fingerprint_of(machine.host_key)
    if not expected:
        raise Denied(
            f"Nobody has confirmed that {name} is the machine it says: its host key is {shown}.",
            fix=f"Compare it with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on {name}, then confirm it at "
            f"/ui/nodes/{name}.",
            node=name,
            host_key=shown,
        )
    if shown != expected:
        raise changed(name, shown, expected)


def changed(name: str, shown: str, expected: str) -> Denied:
    """The error of a host key that is another than the one confirmed."""
    now = f"it is {shown} now, and was {expected}" if shown else f"it has no key of the kind of {expected} any more"
    return Denied(
        f"The host key of {name} has changed: {now}. Hydra does nothing there.",
        fix=f"If {name} was set up anew, confirm its key at /ui/nodes/{name}; if not, somebody may be in between.",
        node=name,
        host_key=shown,
        expected=expected,
    )


def let_in(name: str, machine: Machine, transport: Transport, key: PKey) -> None:
    """Sign in with a key. Raises ``Denied`` and ``Unavailable``."""
    import paramiko

    try:
        transport.auth_publickey(machine.user, key)
    except paramiko.AuthenticationException as error:
        if not transport.is_active() or "timeout" in str(error).lower():
            raise (silent(name) if "timeout" in str(error).lower() else hung_up(name)) from error
        raise Denied(
            f"{name} does not let {machine.user} in with Hydra's key.",
            fix=f"Add the key's public half to ~{machine.user}/.ssh/authorized_keys on {name}: "
            f"{key.get_name()} {key.get_base64()} hydra",
            node=name,
        ) from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise hung_up(name) from error


def own_key(name: str, machine: Machine, settings: SshSettings) -> PKey:
    """Hydra's own key for a node. Raises ``Denied`` where there is none that can be used."""
    import paramiko

    secret = settings.passphrase.get_secret_value() if settings.passphrase else None
    given = settings.private_key.get_secret_value() if settings.private_key else ""
    where = machine.key_file or "the private key of SSH's settings"
    try:
        if machine.key_file:
            return read_key(Path(machine.key_file).expanduser().read_text(), secret)
        if given:
            return read_key(given, secret)
    except (paramiko.SSHException, OSError, ValueError, TypeError) as error:
        why = "there is no such file" if isinstance(error, FileNotFoundError) else "it cannot be read or opened"
        raise Denied(
            f"Hydra has no key for {name}: {where}: {why}.",
            fix="Give a private key that Hydra's user can read, and its passphrase if it has one.",
            node=name,
        ) from None
    raise Denied(
        f"Hydra has no key for {name}.",
        fix="Set a private key at /ui/integrations/ssh, or a key file for the node at /ui/nodes.",
        node=name,
    )


def read_key(text: str, passphrase: str | None) -> PKey:
    """A private key from its text, of whatever kind it is. Raises ``SSHException``."""
    import paramiko

    text = text.replace("\r\n", "\n").strip() + "\n"
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text), passphrase)
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise paramiko.SSHException("no key of a kind that is known")


def key_kinds(host_key: str) -> tuple[str, ...]:
    """The kinds of host key to ask for, so that a node shows the one that was confirmed; empty for whichever."""
    kind = host_key.split()[0] if " " in host_key else ""
    return RSA if kind == "ssh-rsa" else (kind,) if kind else ()


def fingerprint(key: PKey) -> str:
    """A key's fingerprint as OpenSSH shows it."""
    return fingerprint_of(f"{key.get_name()} {key.get_base64()}")


def silent(name: str) -> Unavailable:
    """The error of a node that took the call and says nothing."""
    return Unavailable(
        f"{name} took the call and does not answer: it may hang.", fix=f"Look at {name}: its load, disks and memory."
    )


def hung_up(name: str) -> Unavailable:
    """The error of a node that ended the connection."""
    return Unavailable(
        f"{name} hung up.", fix=f"See what its SSH server says: journalctl --unit ssh on {name}.", node=name
    )
