"""An SSH server in this process, for what can go wrong; the tests beside it ask a real one."""

import io
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import paramiko

from hydra_lab.kernel.capabilities import HostCommand
from hydra_lab.kernel.settings.machine import fingerprint_of
from tests.integrations.faults import Fault
from tests.server import free_port

PROC = "cpu  100 0 50 850 0 0 0 0 0 0\ncpu0 100 0 50 850 0 0 0 0 0 0\n"
MEMORY = "MemTotal:       16384000 kB\nMemAvailable:    8192000 kB\n0.50 0.40 0.30 1/200 4711\n1234.56 2345.67\n"
DF = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 100000000 40000000 60000000 40% /\n"
CARD = "0, GPU-1, NVIDIA A40, 550.54.14, 5, 512, 46068, 41, 30.5, 300.00, 300.00, 100.00, 300.00\n"


def told(command: str) -> tuple[str, int]:
    """What a Linux machine with one card answers."""
    if "/proc/stat" in command:
        return PROC + MEMORY, 0
    if " df " in command:
        return DF, 0
    return (CARD, 0) if "nvidia-smi" in command else ("", 0)


class Server(paramiko.ServerInterface):
    """Lets in one key, and runs what is asked."""

    def __init__(self, key: paramiko.PKey, fault: Fault | None) -> None:
        self.key, self.fault = key, fault

    def get_allowed_auths(self, username: str) -> str:
        """Keys alone."""
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """Whether it is the one."""
        good = key.asbytes() == self.key.asbytes() and self.fault is not Fault.DENIED
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """A server that is broken opens no session."""
        if self.fault is Fault.BROKEN:
            return paramiko.OPEN_FAILED_RESOURCE_SHORTAGE
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        """Answer in a thread of its own: the request is confirmed first."""
        threading.Thread(target=self.answer, args=(channel, command.decode()), daemon=True).start()
        return True

    def answer(self, channel: paramiko.Channel, command: str) -> None:
        """Answer once the caller has nothing more to say, which is after it heard that its request is taken; end."""
        with suppress(OSError):
            while channel.recv(1024):
                pass
            text, code = told(command)
            channel.sendall(text.encode())
            channel.send_exit_status(code)
            channel.close()


class SshHarness:
    """A node with a fault or none. Its private key is the secret."""

    def __init__(self) -> None:
        self._host, self._own = paramiko.ECDSAKey.generate(), paramiko.ECDSAKey.generate()
        text = io.StringIO()
        self._own.write_private_key(text)
        self.secret = text.getvalue()
        self.probe_asks = True
        self.calls: Mapping[str, Callable[[Any], Any]] = {
            "host_shell": lambda shell: shell.run("gpu-1", HostCommand(program="uptime"), 5.0),
            "host_meter": lambda meter: meter.read("gpu-1"),
            "gpu_host": lambda host: host.gpus(),
        }

    def values(self, port: int) -> dict[str, Any]:
        """Settings that lead there."""
        pin = fingerprint_of(f"{self._host.get_name()} {self._host.get_base64()}")
        return {"nodes": {"gpu-1": {"address": "127.0.0.1", "port": port, "host_key": pin}}, "private_key": self.secret}

    @contextmanager
    def running(self, fault: Fault | None) -> Iterator[dict[str, Any]]:
        """The server with a fault or none."""
        if fault is Fault.GONE:
            yield self.values(free_port())
            return
        open_: list[Any] = []
        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=self.serve, args=(listener, fault, open_), daemon=True).start()
            try:
                yield self.values(listener.getsockname()[1])
            finally:
                listener.shutdown(socket.SHUT_RDWR)
                for one in open_:
                    one.close()

    def serve(self, listener: socket.socket, fault: Fault | None, open_: list[Any]) -> None:
        """Take calls until the listener is closed."""
        said = {
            Fault.CUT: b"SSH-2.0-OpenSSH_9.2\r\n", Fault.BUSY: b"Exceeded MaxStartups\r\n",
            Fault.GARBAGE: b"220 mail.lab ESMTP\r\n",
        }  # fmt: skip
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            open_.append(connection)
            with suppress(OSError, paramiko.SSHException, EOFError):
                if fault in said:
                    connection.sendall(said[fault])
                    connection.shutdown(socket.SHUT_RDWR)
                elif fault is not Fault.SLOW:
                    transport = paramiko.Transport(connection)
                    open_.append(transport)
                    transport.add_server_key(self._host)
                    transport.start_server(server=Server(self._own, fault), event=threading.Event())


HARNESS = SshHarness()
