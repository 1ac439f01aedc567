"""Finding out what a server is besides its OpenAI interface, by what it answers."""

from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from hydra_lab.integrations.openai_compatible.model import Found, Kind, Listing, Processes, StudioListing
from hydra_lab.kernel.model_servers import Calls

T = TypeVar("T")
PROGRAMS = {"llamacpp": "llama.cpp", "vllm": "vLLM", "llama-swap": "llama-swap"}


def detected(calls: Calls) -> Found:
    """What a server is. Raises the kernel's errors when it does not answer, or not as OpenAI's interface does."""
    listing = calls.read(Listing, "/v1/models")
    if answered(calls, Processes, "/running") is not None:
        version = text_in(calls, "/api/version", "version")
        return Found(kind=Kind.LLAMA_SWAP, program="llama-swap", version=version)
    if answered(calls, StudioListing, "/api/v1/models") is not None:
        return Found(kind=Kind.LM_STUDIO, program="LM Studio")
    if any(one.status for one in listing.data) or text_in(calls, "/props", "role") == "router":
        return Found(kind=Kind.LLAMA_ROUTER, program="llama.cpp router", version=text_in(calls, "/props", "build_info"))
    owner = next((one.owned_by for one in listing.data if one.owned_by), None)
    program = PROGRAMS.get(owner or "")
    path, name = {"vLLM": ("/version", "version"), "llama.cpp": ("/props", "build_info")}.get(program or "", ("", ""))
    return Found(kind=Kind.PLAIN, program=program, version=text_in(calls, path, name) if path else None)


def answered(calls: Calls, kind: type[T], path: str) -> T | None:
    """What a path tells, ``None`` where the server has no such path: some answer those with 200 and an error."""
    answer = calls.get(path)
    try:
        return TypeAdapter(kind).validate_json(answer.content) if answer.status_code == 200 else None
    except ValidationError:
        return None


def text_in(calls: Calls, path: str, name: str) -> str | None:
    """One text of what a path tells, ``None`` where there is none."""
    told: dict[str, Any] = answered(calls, dict[str, Any], path) or {}
    return value if isinstance(value := told.get(name), str) and value else None
