"""OpenAI's interface, as far as several rooms speak it: its paths, and its way to tell errors."""

from typing import Any

CHAT, COMPLETIONS, EMBEDDINGS = "/v1/chat/completions", "/v1/completions", "/v1/embeddings"
SCOPE = "models"
KINDS = {
    400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "invalid_request_error",
    409: "invalid_request_error", 413: "invalid_request_error", 422: "invalid_request_error", 429: "rate_limit_error",
}  # fmt: skip


def as_openai(problem: dict[str, Any]) -> dict[str, Any]:
    """An error as OpenAI's interface tells it, what to do included in its message."""
    message = " ".join(str(problem[part]) for part in ("detail", "fix") if problem.get(part))
    kind = KINDS.get(int(problem.get("status", 500)), "server_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": problem.get("code")}}
