"""A stand-in for TabbyAPI: one model at a time, a load that answers 200 before it begins and may fail after."""

from typing import Any

from tests.peers.model_servers.serving import Call, Cut
from tests.peers.model_servers.serving_models import LoadFailed, ModelPeer, Weights


class TabbyapiPeer(ModelPeer):
    """``key`` is the admin key. ``drafts`` has a draft model load before each, with an end of its own.

    ``cut_load_after`` and ``stall_load_after`` are modules of a load before the connection is cut, or falls silent; the
    load itself goes on, as TabbyAPI's does.
    """

    owner = "tabbyAPI"
    holds_many = False
    drafts = False
    cut_load_after: int | None = None
    stall_load_after: int | None = None

    def lets_in(self, call: Call) -> bool:
        """Admin endpoints take the key in a header of their own, too; health is open."""
        headers = call.asked.headers
        if call.asked.path == "/health":
            return True
        given = {headers.get("authorization", "").removeprefix("Bearer ")}
        if call.asked.path.startswith(("/v1/model/", "/v1/model/list")):
            given.add(headers.get("x-admin-key", ""))
        return self.key in given

    def served(self, name: str, call: Call) -> Weights | None:
        """Whatever is loaded answers, whatever the request names."""
        one = next(iter(self.loaded.values()), None)
        if one is None:
            call.json({"detail": "No models are currently loaded."}, 503)
        return one

    def control(self, call: Call) -> bool:
        """Its own interface."""
        loaded = next(iter(self.loaded.values()), None)
        match (call.asked.method, call.asked.path):
            case ("GET", "/health"):
                call.json({"status": "healthy", "issues": []})
            case ("GET", "/v1/model/list"):
                call.json({"object": "list", "data": [self.listed(one) for one in self.models.values()]})
            case ("GET", "/v1/model") if loaded is None:
                call.json({"detail": "No models are currently loaded."}, 503)
            case ("GET", "/v1/model") if loaded:
                call.json(self.listed(loaded) | {"parameters": {"max_seq_len": loaded.context, "cache_mode": "FP16"}})
            case ("POST", "/v1/model/unload") if loaded is None:
                call.json({"detail": "No models are currently loaded."}, 503)
            case ("POST", "/v1/model/unload") if loaded:
                self.unload(loaded.name)
                call.json(None)
            case ("POST", "/v1/model/load"):
                self.bring(call)
            case _:
                return False
        return True

    def listed(self, one: Weights) -> dict[str, Any]:
        """A model as it lists one."""
        return super().listed(one) | {"parameters": None}

    def bring(self, call: Call) -> None:
        """Load a model in place of the one that is there, telling of each module."""
        asked = call.body()
        if not isinstance(asked, dict) or not isinstance(asked.get("model_name"), str):
            call.json({"detail": [{"loc": ["body", "model_name"], "msg": "Field required"}]}, 422)
            return
        one = self.models.get(asked["model_name"])
        if one is None:
            call.json({"detail": "Could not find the model path for load. Check model name or config.yml?"}, 400)
            return
        call.stream()
        if one.name in self.loaded:
            call.event(progress(one.modules, one.modules, "finished"))
            call.end()
            return
        if self.drafts:
            call.event(progress(1, 1, "processing", "draft"))
            call.event(progress(1, 1, "finished", "draft"))
        open_ = True
        try:
            for module in self.load(one.name):
                if module == self.cut_load_after:
                    open_ = False
                open_ = open_ and self.event(call, module, one)
        except LoadFailed as error:
            call.event({"error": {"message": str(error), "trace": "Traceback (most recent call last):"}})
            call.end()
            return
        if asked.get("max_seq_len"):
            self.loaded[one.name] = Weights(**{**vars(one), "context": asked["max_seq_len"]})
        if not open_:
            call.cut()
        call.event(progress(one.modules, one.modules, "finished"))
        call.end()

    def event(self, call: Call, module: int, one: Weights) -> bool:
        """Tell of one module; whether the caller is still there."""
        if module == self.stall_load_after:
            call.hang()
        try:
            call.event(progress(module, one.modules, "processing"))
        except Cut:
            return False
        return True


def progress(module: int, modules: int, status: str, kind: str = "model") -> dict[str, Any]:
    """One event of a load."""
    return {"model_type": kind, "module": module, "modules": modules, "status": status}
