"""The LiteLLM proxy, to be measured beside Hydra: in an environment of its own that is kept for the next time."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.server import free_port

VERSION = "1.106.2"
KEY = "sk-bench-0123456789"
INSTALL_S, START_S = 1200.0, 240.0


class Absent(Exception):
    """It cannot be had here; the text says why."""


def program() -> Path:
    """The installed command. Raises ``Absent``."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "hydra-bench" / f"litellm-{VERSION}"
    done = folder / "installed"
    if not done.exists():
        print(f"installing LiteLLM {VERSION} into {folder} …", file=sys.stderr, flush=True)
        wanted = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", f"litellm[proxy]=={VERSION}"]
        try:
            for command in ([sys.executable, "-m", "venv", "--clear", folder], wanted):
                subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, timeout=INSTALL_S)
        except (subprocess.SubprocessError, OSError) as error:
            told = getattr(error, "stderr", "") or str(error)
            raise Absent(f"it cannot be installed: {last_line(told)}") from error
        done.touch()
    return folder / "bin" / "litellm"


@contextmanager
def running(folder: Path, upstream: str) -> Iterator[str]:
    """Its address, before a model server that has the model ``bench``. Raises ``Absent``."""
    command, port = program(), free_port()
    url, log = f"http://127.0.0.1:{port}", folder / "litellm.log"
    model = {"model": "openai/bench", "api_key": "none", "api_base": f"{upstream}/v1"}
    config = {
        "model_list": [{"model_name": "bench", "litellm_params": model}],
        "litellm_settings": {"telemetry": False},
        "general_settings": {"master_key": KEY},
    }
    (folder / "litellm.json").write_text(json.dumps(config))  # JSON is YAML, too
    settings = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "NO_PROXY": "127.0.0.1"}
    options = ["--config", folder / "litellm.json", "--host", "127.0.0.1", "--port", port, "--num_workers", 1]
    with log.open("wb") as output, subprocess.Popen(
        list(map(str, [command, *options, "--telemetry", "False"])), env=os.environ | settings, cwd=folder,
        stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        try:
            until_it_answers(url, process, log)
            yield url
        finally:
            process.kill()


def until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when it is ready."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/health/liveliness", timeout=5, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.25)
    raise Absent(f"it did not start: {last_line(log.read_text(errors='replace'))}")


def last_line(text: str) -> str:
    """The last thing that was said."""
    return next((line.strip()[:200] for line in reversed(text.splitlines()) if line.strip()), "nothing was said")
