"""Requests are put together by model, and nobody waits beyond the bound, whatever arrives."""

import math
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from hydra_lab.areas.gateway.collating import Turn, Waiting, may_go, next_model

TOGETHER_S, SWAP_S = 10.0, 5.0


@dataclass
class Simulated:
    """One server, simulated: what started when, and how many models were loaded until then."""

    at_once: int
    loaded: str | None
    order: list[Waiting] = field(default_factory=list)
    started: dict[int, float] = field(default_factory=dict)
    swaps_at: list[float] = field(default_factory=list)

    def run(self, arrivals: list[tuple[Waiting, float]]) -> "Simulated":
        """Serve all; each arrival comes with how long it runs."""
        lasts = {one.number: seconds for one, seconds in arrivals}
        coming, waiting = [one for one, _ in arrivals], list[Waiting]()
        turn, ends, now, swapped = Turn(model=self.loaded), list[float](), 0.0, 0.0
        while coming or waiting or ends:
            moments = [*([coming[0].since] if coming else []), *ends, *([swapped] if swapped > now else [])]
            now = max(now, min(moments)) if moments else now
            while coming and coming[0].since <= now:
                waiting.append(coming.pop(0))
            ends = [end for end in ends if end > now]
            newest = max((one.number for one in waiting), default=turn.newest)
            turn = Turn(model=turn.model, running=len(ends), newest=turn.newest)
            if now < swapped:
                continue
            if swapped:
                turn, swapped = Turn(model=turn.model, newest=max(newest, turn.newest)), 0.0
            going = may_go(turn, waiting, now, together_s=TOGETHER_S, at_once=self.at_once)
            if not going and not ends and waiting:
                model = next_model(waiting, now, together_s=TOGETHER_S)
                turn = Turn(model=model, newest=newest)
                if model != self.loaded:
                    self.loaded, swapped = model, now + SWAP_S
                    self.swaps_at.append(now)
                    continue
                going = may_go(turn, waiting, now, together_s=TOGETHER_S, at_once=self.at_once)
            for one in going:
                waiting.remove(one)
                self.order.append(one)
                self.started[one.number] = now
                ends.append(now + lasts[one.number])
        return self


def line(letters: str, *, since: float = 0.0, rank: int = 2) -> list[Waiting]:
    """Requests that come at the same moment, each for the model of its letter."""
    return [Waiting(number=n, model=model, rank=rank, since=since) for n, model in enumerate(letters, 1)]


def models(order: list[Waiting]) -> str:
    """The order in letters."""
    return "".join(one.model for one in order)


def test_requests_for_the_loaded_model_go_first_and_each_other_is_loaded_once() -> None:
    done = Simulated(at_once=1, loaded="A").run([(one, 1.0) for one in line("ABAACA")])
    assert (models(done.order), len(done.swaps_at)) == ("AAAABC", 2)


def test_the_more_urgent_go_first_and_the_overdue_before_them() -> None:
    waiting = [Waiting(number=1, model="B", rank=3, since=0), Waiting(number=2, model="C", rank=0, since=5)]
    assert next_model(waiting, 6, together_s=TOGETHER_S) == "C"
    assert next_model(waiting, 11, together_s=TOGETHER_S) == "B"


def test_a_stream_of_requests_for_the_loaded_model_does_not_keep_others_out_for_ever() -> None:
    arrivals = [(Waiting(number=1, model="B", rank=2, since=0.1), 1.0)]
    arrivals += [(Waiting(number=n, model="A", rank=0, since=n / 2), 1.0) for n in range(2, 200)]
    arrivals.insert(0, (Waiting(number=0, model="A", rank=0, since=0), 1.0))
    done = Simulated(at_once=4, loaded="A").run(arrivals)
    assert done.started[1] <= 0.1 + TOGETHER_S + 1.0 + SWAP_S + 1.0
    assert len(done.swaps_at) == 2


requests = st.lists(
    st.tuples(
        st.sampled_from("ABCD"), st.integers(0, 3), st.floats(0, 20, allow_subnormal=False), st.floats(0.1, 4)
    ),
    min_size=1, max_size=60,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(requests, st.integers(1, 5))
def test_nobody_waits_beyond_the_bound(asked: list[tuple[str, int, float, float]], at_once: int) -> None:
    now, arrivals = 0.0, list[tuple[Waiting, float]]()
    for number, (model, rank, pause, seconds) in enumerate(asked, 1):
        now += pause
        arrivals.append((Waiting(number=number, model=model, rank=rank, since=now), seconds))
    done = Simulated(at_once=at_once, loaded="A").run(arrivals)
    assert len(done.started) == len(arrivals)
    longest = max(seconds for _, seconds in arrivals)
    for one, _ in arrivals:
        late_at, start = one.since + TOGETHER_S, done.started[one.number]
        if start <= late_at:
            continue
        older = {other.model for other, _ in arrivals if other.number < one.number
                 and done.started[other.number] > late_at} | {one.model}  # fmt: skip
        swaps = sum(late_at < at <= start for at in done.swaps_at)
        assert swaps <= len(older)
        turn_s = SWAP_S + (math.ceil(len(arrivals) / at_once) + 1) * longest
        assert start - late_at <= (len(older) + 1) * turn_s
