"""Latency of models, measured at servers of which a test knows how quick they are and how they fail."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hydra_lab.areas.benchmarks import AREA
from hydra_lab.areas.benchmarks.operations import ToRun, run
from hydra_lab.integrations.openai_compatible import INTEGRATION
from hydra_lab.kernel.errors import Conflict, NotConfigured, Unavailable
from tests.lab import Lab
from tests.peers.model_servers.openai_servers import LlamaSwapPeer, PlainPeer
from tests.peers.model_servers.serving_models import ModelPeer, Weights

SMALL = {"prompt_words": [20], "output_tokens": [6], "concurrency": [1, 2], "repetitions": 2, "silence_s": 2}


@pytest.fixture
def beside(make_lab: Callable[..., Lab]) -> Callable[[ModelPeer], Lab]:
    """A Hydra beside a model server."""

    def made(peer: ModelPeer) -> Lab:
        variables = {"HYDRA_OPENAI_COMPATIBLE__URL": peer.url}
        return make_lab(areas=(AREA,), integrations=(INTEGRATION,), environ=variables)

    return made


def measure(lab: Lab, **parameters: Any) -> Any:
    """Run it once; the run that is kept."""
    told = run(lab.context(), ToRun(suite="inference.latency", parameters=SMALL | parameters))
    return lab.call("benchmarks.show", id=told.runs[0])


def test_times_are_those_of_the_server(beside: Callable[[ModelPeer], Lab]) -> None:
    with PlainPeer(Weights(name="org/a", tokens_per_s=25, context=4096)) as peer:
        peer.first_token_s = 0.2
        found = measure(beside(peer))
        figures = {(one.name, one.case): one for one in found.figures}
        alone, both = (f"20 words in, up to 6 tokens out, {who}" for who in ("alone", "2 at once"))
        first = figures["time to first token", alone]
        assert (first.count, figures["time to first token", both].count) == (2, 4)
        assert first.least >= 200
        ends = [a + 5 * b for a, b in zip(first.samples, figures["between tokens", alone].samples, strict=True)]
        assert min(ends) >= 1000 * (0.2 + 6 / 25) - 1, "the last token comes no sooner than it was made"
        assert 0 < figures["all answers", alone].most <= 6 / (0.2 + 6 / 25)
        assert (found.target, found.stamp["model"]) == ("openai_compatible/org/a", "org/a")
        assert {name for name in ("gpu", "machine", "quantisation", "driver") if found.stamp[name] is None} == {
            "gpu", "machine", "quantisation", "driver",
        }, "what nobody tells is unknown"  # fmt: skip
        assert found.remarks == []
        starts = [json.loads(one.body)["messages"][0]["content"][:8] for one in peer.asked if one.body]
        assert len(set(starts)) == len(starts) == 1 + 2 + 4, "no request begins like another"


def test_only_what_is_loaded_is_measured(beside: Callable[[ModelPeer], Lab]) -> None:
    with LlamaSwapPeer(Weights(name="a"), Weights(name="b"), loaded="b") as peer:
        lab = beside(peer)
        told = run(lab.context(), ToRun(suite="inference.latency", parameters=SMALL))
        assert [one.target for one in lab.call("benchmarks.latest").runs] == ["openai_compatible/b"]
        assert peer.happened == ["load b", "loaded b"], "nothing is swapped by measuring"
        assert told.summary.startswith("inference.latency on openai_compatible/b: time to first token")
        peer.unload("b")
        with pytest.raises(Conflict, match="nothing to measure"):
            measure(lab)


def test_requests_that_fail_are_told_and_not_counted_as_quick(beside: Callable[[ModelPeer], Lab]) -> None:
    with PlainPeer(Weights(name="a")) as peer:
        lab = beside(peer)
        peer.error_after = 3
        with pytest.raises(Conflict, match="CUDA error"):
            measure(lab, warm_up=0)
        [kept] = lab.call("benchmarks.latest").runs
        assert (kept.state, kept.figures) == ("failed", [])
        peer.error_after, peer.cut_after = None, 2
        with pytest.raises(Unavailable):  # an outage is waited for
            measure(lab)


def test_without_a_model_server_it_waits_for_one(make_lab: Callable[..., Lab]) -> None:
    lab = make_lab(areas=(AREA,), integrations=(INTEGRATION,))
    with pytest.raises(NotConfigured):
        measure(lab)
