"""The gateway: how much later an answer comes through it than from the model server itself."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from statistics import median

import httpx

from benchmarks.place import Place
from benchmarks.result import Result
from tests.server import TOKEN

BUDGETS_MS = {1: 3.0, 16: 30.0}
BODY = json.dumps({"model": "bench", "messages": [{"role": "user", "content": "Hello"}]}).encode()
PATH = "/v1/chat/completions"


def measure(place: Place) -> list[Result]:
    """A server that answers at once, asked by itself and through Hydra, in turns."""
    command = [sys.executable, "-m", "benchmarks.rounds.model_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as backend:
        try:
            assert backend.stdout
            bare = backend.stdout.readline().strip()
            with closing(place.server("gateway", HYDRA_OPENAI_COMPATIBLE__URL=bare)) as server:
                server.start()
                return [
                    result(callers, times(callers, bare, server.url, place.sizes.samples)) for callers in BUDGETS_MS
                ]
        finally:
            backend.kill()


def result(callers: int, told: tuple[float, float]) -> Result:
    """The difference of the medians."""
    bare_ms, through_ms = told
    return Result(
        what=f"gateway: added at {callers} caller{'s' if callers > 1 else ''}, p50", measured=through_ms - bare_ms,
        unit="ms", budget=BUDGETS_MS[callers], note=f"{bare_ms:.1f} ms without it, {through_ms:.1f} ms with it",
    )  # fmt: skip


def times(callers: int, bare: str, through: str, samples: int) -> tuple[float, float]:
    """Medians in milliseconds, without and with the gateway; the two take turns, so that both meet the same machine."""
    found: dict[str, list[float]] = {bare: [], through: []}
    for round_ in range(4):
        for url, kept in found.items():
            took = asked(url, callers, samples)
            if round_:  # the first warms up
                kept += took
    return median(found[bare]), median(found[through])


def asked(url: str, callers: int, samples: int) -> list[float]:
    """Milliseconds of each answer; every caller has a connection of its own and asks one after another."""

    def one(_number: int) -> list[float]:
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False) as client:
            client.post(PATH, content=BODY).raise_for_status()
            return [timed(lambda: client.post(PATH, content=BODY).raise_for_status()) for _ in range(samples)]

    with ThreadPoolExecutor(callers) as pool:
        return [took for times_ in pool.map(one, range(callers)) for took in times_]


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that something takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
