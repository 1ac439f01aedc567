"""A stand-in for Ollama that holds to its interface: streams by default, errors in its own shape, memory counted."""

import json
from typing import Any

from tests.peers.model_servers.serving import Call
from tests.peers.model_servers.serving_models import LoadFailed, ModelPeer, Weights

GIB = 1024**3
LAYERS = (("sha256:aa", 4000), ("sha256:bb", 1000))


class OllamaPeer(ModelPeer):
    """Several models as memory allows. ``library`` is what can be fetched; ``pull_s`` is how long that takes."""

    owner = "library"
    swaps = True
    library: tuple[Weights, ...] = ()
    pull_s = 0.0
    pull_ends_after: int | None = None  # lines of a pull before the connection is cut

    def control(self, call: Call) -> bool:
        """Its own interface."""
        match (call.asked.method, call.asked.path):
            case ("GET", "/api/version"):
                call.json({"version": "0.13.5"})
            case ("GET", "/api/tags"):
                call.json({"models": [self.tag(one) for one in self.models.values()]})
            case ("GET", "/api/ps"):
                call.json({"models": [self.process(one) for one in self.loaded.values()]})
            case ("POST", "/api/show" | "/api/generate" | "/api/embed" as path):
                self.about_one(call, path)
            case ("POST", "/api/pull"):
                self.pull(call)
            case _:
                return False
        return True

    def tag(self, one: Weights) -> dict[str, Any]:
        """A model that is there."""
        details = {"parent_model": "", "format": "gguf", "family": "llama", "families": ["llama"],
                   "parameter_size": "7.2B", "quantization_level": "Q4_K_M"}  # fmt: skip
        return {"name": one.name, "model": one.name, "modified_at": "2026-06-04T14:38:31.837531234-07:00",
                "size": int(one.gib * GIB), "digest": f"{one.name:0>64}", "details": details}  # fmt: skip

    def process(self, one: Weights) -> dict[str, Any]:
        """A model in memory."""
        return self.tag(one) | {"size_vram": int(one.gib * GIB), "expires_at": "2318-06-04T14:38:31.837531234-07:00",
                                "context_length": one.context}  # fmt: skip

    def about_one(self, call: Call, path: str) -> None:
        """What names a model: showing it, loading it, unloading it."""
        asked = call.body()
        if not isinstance(asked, dict) or not asked.get("model"):
            call.json({"error": "model is required"}, 400)
            return
        one = self.models.get(asked["model"])
        if one is None:
            call.json({"error": f"model '{asked['model']}' not found"}, 404)
        elif path == "/api/show":
            abilities = ["embedding"] if one.embeds else ["completion", "tools"]
            info = {"general.architecture": "llama", "llama.context_length": one.context}
            call.json({"details": self.tag(one)["details"], "model_info": info, "capabilities": abilities})
        elif path == "/api/generate" and asked.get("keep_alive") == 0:
            self.unload(one.name)
            self.told(call, asked, {"model": one.name, "response": "", "done": True, "done_reason": "unload"})
        elif path == "/api/generate" and one.embeds:
            call.json({"error": f'"{one.name}" does not support generate'}, 400)
        else:
            self.bring(call, asked, one)

    def bring(self, call: Call, asked: dict[str, Any], one: Weights) -> None:
        """Load a model."""
        try:
            list(self.load(one.name))
        except LoadFailed as error:
            call.json({"error": f"llama runner process has terminated: {error}"}, 500)
            return
        context = (asked.get("options") or {}).get("num_ctx")
        if context:
            self.loaded[one.name] = Weights(**{**vars(one), "context": context})
        self.told(call, asked, {"model": one.name, "response": "", "done": True, "done_reason": "load"})

    def told(self, call: Call, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        """Answer as one object, or as a stream of one line, which is what it does unless told otherwise."""
        if asked.get("stream", True):
            call.stream("application/x-ndjson")
            call.send(json.dumps(answer).encode() + b"\n")
            call.end()
        else:
            call.json(answer)

    def pull(self, call: Call) -> None:
        """Fetch a model, layer by layer."""
        name = (call.body() or {}).get("model")
        one = next((one for one in self.library if one.name == name), None)
        call.stream("application/x-ndjson")
        lines: list[dict[str, Any]] = [{"status": "pulling manifest"}]
        if one is None:
            lines.append({"error": "pull model manifest: file does not exist"})
        else:
            for digest, total in LAYERS:
                lines += [{"status": f"pulling {digest[7:]}", "digest": digest, "total": total, "completed": done}
                          for done in (total // 2, total)]  # fmt: skip
            lines += [{"status": "verifying sha256 digest"}, {"status": "success"}]
        for number, line in enumerate(lines):
            if number == self.pull_ends_after:
                call.cut()
            call.wait(self.pull_s / len(lines))
            call.send(json.dumps(line).encode() + b"\n")
        if one:
            self.models[one.name] = one
        call.end()
