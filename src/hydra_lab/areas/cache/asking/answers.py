"""Answers as they are kept: put together from a stream, looked at for completeness, and told again as a stream."""

import json
from typing import Any

WELL_ENDED = frozenset({"stop", "tool_calls", "function_call"})
TEXTS = ("content", "reasoning_content", "reasoning", "refusal")
KNOWN = frozenset({"role", "tool_calls", *TEXTS})
ABOUT = ("id", "created", "model", "system_fingerprint")


def read_answer(body: bytes, *, is_stream: bool) -> dict[str, Any] | None:
    """A complete answer: one choice with its end, no error, nothing cut; ``None`` where it is anything else."""
    try:
        answer = put_together(body) if is_stream else json.loads(body)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    if not isinstance(answer, dict) or answer.get("error") is not None:
        return None
    choices = answer.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], dict):
        return None
    return answer if choices[0].get("finish_reason") in WELL_ENDED and said(answer) else None


def said(answer: dict[str, Any]) -> bool:
    """Whether there is anything in it."""
    message = answer["choices"][0].get("message")
    return bool(words(answer) or (isinstance(message, dict) and message.get("tool_calls")))


def words(answer: dict[str, Any]) -> str:
    """What an answer says, empty where it only calls tools."""
    choice = answer["choices"][0]
    message = choice.get("message")
    found = message.get("content") if isinstance(message, dict) else choice.get("text")
    return found if isinstance(found, str) else ""


def calls_tools(answer: dict[str, Any]) -> bool:
    """Whether it calls any."""
    message = answer["choices"][0].get("message")
    return isinstance(message, dict) and bool(message.get("tool_calls") or message.get("function_call"))


def put_together(body: bytes) -> dict[str, Any] | None:
    """One answer of a stream's events; ``None`` where a piece is of a kind that cannot be told again as it was."""
    answer: dict[str, Any] = {}
    message: dict[str, Any] = {"role": "assistant", "content": None}
    text, reason, is_chat = "", None, True
    for event in events_in(body):
        if event.get("error") is not None:
            return None
        answer |= {name: event[name] for name in ABOUT if event.get(name) is not None}
        if isinstance(event.get("usage"), dict):
            answer["usage"] = event["usage"]
        for choice in event.get("choices") or ():
            if choice.get("index", 0) or choice.get("logprobs"):
                return None
            reason = choice.get("finish_reason") or reason
            if "text" in choice:
                is_chat, text = False, text + (choice["text"] or "")
            elif not add_delta(message, choice.get("delta") or {}):
                return None
    choice = {"message": message} if is_chat else {"text": text}
    kind = "chat.completion" if is_chat else "text_completion"
    return {"object": kind, **answer, "choices": [{"index": 0, **choice, "finish_reason": reason}]}


def events_in(body: bytes) -> list[dict[str, Any]]:
    """The JSON of each event."""
    lines = (line[5:].strip() for line in body.splitlines() if line.startswith(b"data:"))
    found = [json.loads(line) for line in lines if line and line != b"[DONE]"]
    return [one for one in found if isinstance(one, dict)]


def add_delta(message: dict[str, Any], delta: dict[str, Any]) -> bool:
    """Add a piece to a message; whether all of it is of a known kind."""
    if any(value is not None and name not in KNOWN for name, value in delta.items()):
        return False
    for name in TEXTS:
        if isinstance(delta.get(name), str):
            message[name] = (message.get(name) or "") + delta[name]
    for piece in delta.get("tool_calls") or ():
        calls: list[dict[str, Any]] = message.setdefault("tool_calls", [])
        place = piece.get("index", len(calls))
        while len(calls) <= place:
            calls.append({"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
        call, function = calls[place], piece.get("function") or {}
        call["id"] = piece.get("id") or call["id"]
        call["type"] = piece.get("type") or call["type"]
        call["function"]["name"] += function.get("name") or ""
        call["function"]["arguments"] += function.get("arguments") or ""
    return True


def as_json(answer: dict[str, Any]) -> bytes:
    """An answer in one piece."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def as_stream(answer: dict[str, Any], *, with_usage: bool) -> bytes:
    """An answer as a stream's events: the words, then the end, then what was used if that was asked for."""
    choice = answer["choices"][0]
    about = {name: answer[name] for name in ABOUT if name in answer}
    reason, message = choice.get("finish_reason"), choice.get("message")
    if isinstance(message, dict):
        about["object"] = "chat.completion.chunk"
        calls = [{"index": place, **call} for place, call in enumerate(message.get("tool_calls") or ())]
        delta = {"role": "assistant", **{name: value for name, value in message.items() if value is not None}}
        if calls:
            delta["tool_calls"] = calls
        pieces = [{"delta": delta, "finish_reason": None}, {"delta": {}, "finish_reason": reason}]
    else:
        about["object"] = "text_completion"
        pieces = [{"text": choice.get("text") or "", "finish_reason": None}, {"text": "", "finish_reason": reason}]
    told: list[dict[str, Any]] = [{**about, "choices": [{"index": 0, **piece}]} for piece in pieces]
    if with_usage and isinstance(answer.get("usage"), dict):
        told.append({**about, "choices": [], "usage": answer["usage"]})
    return b"".join(b"data: " + as_json(one) + b"\n\n" for one in told) + b"data: [DONE]\n\n"
