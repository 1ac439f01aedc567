"""The gateway: how much later an answer comes through it than from the model server itself, and through LiteLLM."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from statistics import median

import httpx

from benchmarks import litellm
from benchmarks.place import Place
from benchmarks.result import Result
from tests.server import TOKEN

BUDGETS_MS = {1: 3.0, 16: 30.0}
SHARE = 0.2  # at most so much of what LiteLLM adds
BODY = json.dumps({"model": "bench", "messages": [{"role": "user", "content": "Hello"}]}).encode()
PATH = "/v1/chat/completions"
BARE, HYDRA, LITELLM = "bare", "hydra", "litellm"


@dataclass(frozen=True, kw_only=True)
class Way:
    """Where to ask, and the key for it."""

    url: str
    key: str = TOKEN


def measure(place: Place) -> list[Result]:
    """A server that answers at once, asked by itself, through Hydra and through LiteLLM, in turns."""
    command = [sys.executable, "-m", "benchmarks.rounds.model_server"]
    with ExitStack() as stack:
        backend = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        stack.callback(backend.kill)
        assert backend.stdout
        bare = backend.stdout.readline().strip()
        server = stack.enter_context(closing(place.server("gateway", HYDRA_OPENAI_COMPATIBLE__URL=bare)))
        server.start()
        ways, absent = {BARE: Way(url=bare), HYDRA: Way(url=server.url)}, ""
        try:
            beside = stack.enter_context(litellm.running(place.folder, bare))
            ways[LITELLM] = Way(url=beside, key=litellm.KEY)
        except litellm.Absent as error:
            absent = str(error)
        told = {callers: times(callers, ways, place.sizes.samples) for callers in BUDGETS_MS}
    return [result(callers, ms) for callers, ms in told.items()] + [
        shared(callers, ms, absent) for callers, ms in told.items()
    ]


def result(callers: int, ms: Mapping[str, float]) -> Result:
    """The difference of the medians."""
    return Result(
        what=f"gateway: added at {many(callers)}, p50", measured=ms[HYDRA] - ms[BARE], unit="ms",
        budget=BUDGETS_MS[callers], note=f"{ms[BARE]:.1f} ms without it, {ms[HYDRA]:.1f} ms with it",
    )  # fmt: skip


def shared(callers: int, ms: Mapping[str, float], absent: str) -> Result:
    """What Hydra adds by what LiteLLM adds."""
    what = f"gateway: added at {many(callers)}, by what LiteLLM adds"
    if absent:
        return Result(what=what, measured=None, unit="×", budget=SHARE, note=f"LiteLLM is not here: {absent}")
    ours, theirs = ms[HYDRA] - ms[BARE], ms[LITELLM] - ms[BARE]
    note = f"LiteLLM {litellm.VERSION} adds {theirs:.1f} ms, Hydra {ours:.1f} ms"
    return Result(what=what, measured=ours / theirs, unit="×", budget=SHARE, note=note)


def many(callers: int) -> str:
    """A number of callers in words."""
    return f"{callers} caller{'s' if callers > 1 else ''}"


def times(callers: int, ways: Mapping[str, Way], samples: int) -> dict[str, float]:
    """Medians in milliseconds; the ways take turns, so that all meet the same machine."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for round_ in range(4):
        for name, way in ways.items():
            took = asked(way, callers, samples)
            if round_:  # the first warms up
                found[name] += took
    return {name: median(took) for name, took in found.items()}


def asked(way: Way, callers: int, samples: int) -> list[float]:
    """Milliseconds of each answer; every caller has a connection of its own and asks one after another."""

    def one(_number: int) -> list[float]:
        headers = {"Authorization": f"Bearer {way.key}", "Content-Type": "application/json"}
        with httpx.Client(base_url=way.url, headers=headers, trust_env=False, timeout=60) as client:
            client.post(PATH, content=BODY).raise_for_status()
            return [timed(lambda: client.post(PATH, content=BODY).raise_for_status()) for _ in range(samples)]

    with ThreadPoolExecutor(callers) as pool:
        return [took for times_ in pool.map(one, range(callers)) for took in times_]


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that something takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
