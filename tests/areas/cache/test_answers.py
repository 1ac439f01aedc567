"""Answers survive being told as a stream and put together again, and parts are not taken for wholes."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra_lab.areas.cache.asking.answers import as_json, as_stream, read_answer

call = st.fixed_dictionaries(
    {
        "id": st.text(min_size=1),
        "type": st.just("function"),
        "function": st.fixed_dictionaries({"name": st.text(min_size=1), "arguments": st.text()}),
    }
)
message = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": st.text(min_size=1)},
    optional={"tool_calls": st.lists(call, min_size=1, max_size=3), "reasoning_content": st.text(min_size=1)},
)


@settings(deadline=None)
@given(message, st.sampled_from(["stop", "tool_calls"]), st.booleans())
def test_a_streams_answer_is_the_answer(message: dict[str, Any], reason: str, with_usage: bool) -> None:
    choice = {"index": 0, "message": message, "finish_reason": reason}
    answer = {"object": "chat.completion", "id": "x", "created": 5, "model": "m", "choices": [choice]}
    answer |= {"usage": {"prompt_tokens": 3}} if with_usage else {}
    assert read_answer(as_stream(answer, with_usage=with_usage), is_stream=True) == answer
    assert read_answer(as_json(answer), is_stream=False) == answer


def test_a_text_is_told_again_as_one() -> None:
    choice = {"index": 0, "text": "and so on", "finish_reason": "stop"}
    answer = {"object": "text_completion", "model": "m", "choices": [choice]}
    assert read_answer(as_stream(answer, with_usage=True), is_stream=True) == answer


@pytest.mark.parametrize(
    "choices",
    [
        [],
        [{"message": {"content": "cut of"}, "finish_reason": "length"}],
        [{"message": {"content": "no end"}, "finish_reason": None}],
        [{"message": {"content": ""}, "finish_reason": "stop"}],
        [{"message": {"content": "a"}, "finish_reason": "stop"}] * 2,
    ],
)
def test_what_is_not_whole_is_no_answer(choices: list[Any]) -> None:
    assert read_answer(json.dumps({"choices": choices}).encode(), is_stream=False) is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"error": {"message": "no"}, "choices": []}', b"data: {"])
def test_garbage_is_no_answer(body: bytes) -> None:
    assert read_answer(body, is_stream=False) is None
    assert read_answer(body, is_stream=True) is None
