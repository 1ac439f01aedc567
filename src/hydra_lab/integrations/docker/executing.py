"""Running a command in a container, and what it ended with."""

from collections.abc import Sequence
from urllib.parse import quote

from hydra_lab.integrations.docker.client import WHO, DockerClient
from hydra_lab.integrations.docker.logs import frames
from hydra_lab.kernel.capabilities import Executed
from hydra_lab.kernel.errors import Refused

MOST = 64 * 1024  # bytes that are read of what it writes
KEPT = 2000  # characters that are kept of it, from the end


def execute(client: DockerClient, id: str, command: Sequence[str], timeout_s: float) -> Executed:
    """Run it without a shell. The Engine cannot end a command that takes too long: that goes on by itself."""
    asked = {"AttachStdout": True, "AttachStderr": True, "Cmd": list(command)}
    run = client.make(f"/containers/{quote(id, safe='')}/exec", asked)
    body = client.written(f"/exec/{run}/start", {"Detach": False, "Tty": False}, timeout_s, MOST)
    code = client.read(f"/exec/{run}/json").get("ExitCode")
    if not isinstance(code, int):
        raise Refused(f"{WHO} does not say what the command ended with.", fix="See whether the container still runs.")
    text = b"".join(piece for _, piece in frames(body, tty=False)).decode("utf-8", "replace")
    return Executed(exit_code=code, output=text.strip()[-KEPT:])
