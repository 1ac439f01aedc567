"""Where model servers are: one address, several by name, each with a node, cards and a key."""

from typing import Any

import pytest
from pydantic import ValidationError

from hydra_lab.kernel.model_servers import ModelServersSettings


def settings(**values: Any) -> ModelServersSettings:
    """Settings as an owner wrote them."""
    return ModelServersSettings.model_validate(values)


def test_one_address_is_enough() -> None:
    [place] = settings(url="http://a.lab:8000/v1/", node="big", gpus="0,1").places("ollama", "Ollama")
    assert (place.id, place.title, place.url) == ("ollama", "Ollama", "http://a.lab:8000")
    assert (place.node, place.gpus, place.proof) == ("big", (0, 1), {})
    for told in ([0, 1], "[0, 1]", "0 1"):
        assert settings(url="http://a.lab", gpus=told).gpus == (0, 1)


def test_several_are_told_apart_by_name_and_have_keys_of_their_own() -> None:
    servers = {"small": "http://b.lab:1", "big": "http://a.lab:1 node=big gpus=0,1"}
    big, small = settings(servers=servers, key="k1", keys="big=k2").places("ollama", "Ollama")
    assert (big.id, big.title, big.node, big.gpus) == ("ollama:big", "Ollama big", "big", (0, 1))
    assert big.proof == {"authorization": "Bearer k2"}
    assert (small.id, small.node, small.gpus) == ("ollama:small", None, ())
    assert small.proof == {"authorization": "Bearer k1"}


def test_a_form_sends_a_line_for_each() -> None:
    sent = "big: http://a.lab:1 node=big gpus=0,1\r\nsmall: http://b.lab:1\r\n"
    assert [one.id for one in settings(servers=sent).places("ollama", "Ollama")] == ["ollama:big", "ollama:small"]


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"url": "a.lab:8000"}, {"servers": {"Big One": "http://a.lab"}}, {"servers": {"a": "http://a gpu=0"}},
        {"servers": {"a": "http://a gpus=x"}}, {"servers": "a"}, {"url": "http://a", "keys": "secret"},
    ],
)  # fmt: skip
def test_what_is_no_server_is_refused_without_telling_a_key(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(**wrong)
    assert "secret" not in str([one["msg"] for one in caught.value.errors()])
