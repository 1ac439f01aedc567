"""Stand-ins for servers with OpenAI's interface: a plain one, vLLM, llama-swap, llama.cpp's router, LM Studio."""

import threading
from typing import Any

from tests.peers.model_servers.serving import Call
from tests.peers.model_servers.serving_models import LoadFailed, ModelPeer, Weights

GIB = 1024**3


class PlainPeer(ModelPeer):
    """OpenAI's interface and nothing else; what it has is in memory from the start."""

    def __init__(self, *models: Weights, **more: Any) -> None:
        super().__init__(*models, **more)
        for one in models:
            list(self.load(one.name))


class VllmPeer(PlainPeer):
    """vLLM, which tells its version and how long a context may be."""

    owner = "vllm"

    def listed(self, one: Weights) -> dict[str, Any]:
        """A model in ``/v1/models``."""
        return super().listed(one) | {"root": one.name, "parent": None, "max_model_len": one.context}

    def control(self, call: Call) -> bool:
        """Its version."""
        if call.asked.path == "/version":
            call.json({"version": "0.11.2"})
            return True
        return False


class LlamaSwapPeer(ModelPeer):
    """llama-swap: one model runs at a time, started when a request names it. ``old`` knows no unload of one model."""

    owner = "llama-swap"
    swaps = True
    holds_many = False
    old = False

    def control(self, call: Call) -> bool:
        """Its own interface."""
        path, method = call.asked.path, call.asked.method
        if (method, path) == ("GET", "/running"):
            call.json({"running": [{"model": name, "state": "ready", "cmd": "llama-server", "proxy": "http://x",
                                    "ttl": 0, "name": "", "description": ""} for name in self.loaded]})  # fmt: skip
        elif (method, path) == ("GET", "/api/version"):
            call.json({"version": "180", "commit": "abc", "build_date": "2026-01-01"})
        elif (method, path) == ("GET", "/unload"):
            for name in list(self.loaded):
                self.unload(name)
            call.raw(b"OK")
        elif path.startswith("/api/models/unload/") and method == "POST" and not self.old:
            self.unload(path.removeprefix("/api/models/unload/"))
            call.raw(b"OK")
        elif path.startswith("/upstream/"):
            self.upstream(call, path.removeprefix("/upstream/"))
        else:
            return False
        return True

    def upstream(self, call: Call, rest: str) -> None:
        """Pass a request on to a model's own server, started for it."""
        name = rest.rpartition("/")[0]
        if name not in self.models:
            call.raw(b"model id required in path", 400)
            return
        try:
            list(self.load(name))
        except LoadFailed as error:
            call.raw(f"unable to start process: {error}".encode(), 502)
            return
        call.json({"status": "ok"})


class LlamaRouterPeer(ModelPeer):
    """llama.cpp's server in router mode: a load is answered at once and goes on beside."""

    owner = "llamacpp"
    swaps = True

    def __init__(self, *models: Weights, **more: Any) -> None:
        self.starting: set[str] = set()
        self.failed: set[str] = set()
        super().__init__(*models, **more)

    def listed(self, one: Weights) -> dict[str, Any]:
        """A model in ``/v1/models``."""
        value = "loaded" if one.name in self.loaded else "loading" if one.name in self.starting else "unloaded"
        status: dict[str, Any] = {"value": value, "args": ["llama-server", "-ctx", str(one.context)]}
        if one.name in self.failed:
            status |= {"failed": True, "exit_code": 1}
        told = {"meta": {"n_ctx": one.context, "n_ctx_train": 131072, "size": int(one.gib * GIB)}}
        return super().listed(one) | {"status": status} | (told if value == "loaded" else {})

    def control(self, call: Call) -> bool:
        """Its own interface."""
        match (call.asked.method, call.asked.path):
            case ("GET", "/props"):
                call.json({"role": "router", "max_instances": 4, "build_info": "b7389-abc"})
            case ("POST", "/models/load" | "/models/unload" as path):
                name = (call.body() or {}).get("model")
                if name not in self.models:
                    call.json({"error": {"code": 404, "message": "model not found", "type": "not_found_error"}}, 404)
                elif path == "/models/unload":
                    self.unload(name)
                    call.json({"success": True})
                elif name in self.loaded or name in self.starting:
                    call.json({"error": {"code": 400, "message": "model is already running"}}, 400)
                else:
                    self.starting.add(name)
                    threading.Thread(target=self.start, args=(name,), daemon=True).start()
                    call.json({"success": True})
            case _:
                return False
        return True

    def start(self, name: str) -> None:
        """Start a model's process."""
        try:
            self.failed.discard(name)
            list(self.load(name))
        except LoadFailed:
            self.failed.add(name)
        finally:
            self.starting.discard(name)


class LmStudioPeer(ModelPeer):
    """LM Studio: unknown paths are answered with 200 and an error."""

    owner = "organization_owner"
    swaps = True

    def control(self, call: Call) -> bool:
        """Its own interface."""
        asked = call.body() or {}
        match (call.asked.method, call.asked.path):
            case ("GET", "/api/v1/models"):
                call.json({"models": [self.entry(one) for one in self.models.values()]})
            case ("POST", "/api/v1/models/load"):
                self.bring(call, asked)
            case ("POST", "/api/v1/models/unload"):
                self.unload(asked["instance_id"])
                call.json({"instance_id": asked["instance_id"]})
            case (method, path):
                call.json({"error": f"Unexpected endpoint or method. ({method} {path})"})
        return True

    def entry(self, one: Weights) -> dict[str, Any]:
        """A model as its own interface lists it."""
        instance = {"id": one.name, "config": {"context_length": one.context}}
        return {
            "type": "embedding" if one.embeds else "llm", "key": one.name, "architecture": "llama",
            "quantization": {"name": "Q4_K_M", "bits_per_weight": 4}, "size_bytes": int(one.gib * GIB),
            "params_string": "7B", "loaded_instances": [instance] if one.name in self.loaded else [],
            "max_context_length": one.context, "format": "gguf",
            "capabilities": {"vision": False, "trained_for_tool_use": True},
        }  # fmt: skip

    def bring(self, call: Call, asked: dict[str, Any]) -> None:
        """Load a model; what it does not know is refused, and so is a field it does not know."""
        if set(asked) - {"model", "context_length", "flash_attention", "echo_load_config"}:
            call.json({"error": {"message": "Unrecognized key(s) in object"}}, 400)
            return
        try:
            list(self.load(asked["model"]))
        except (LoadFailed, KeyError) as error:
            call.json({"error": {"message": f"Failed to load model: {error}"}}, 500)
            return
        call.json({"type": "llm", "instance_id": asked["model"], "load_time_seconds": 0.1, "status": "loaded"})
