"""Watching: drift that lasts is put right, what flickers is left alone, and what comes back is waited for longer."""

from datetime import timedelta

from hydra_lab.areas.reconcile.model import Action, Plan
from hydra_lab.areas.reconcile.watching import Rules, SeenSoFar, acts_at, noticed
from tests.areas.containers.waiting import until
from tests.areas.running import ended
from tests.lab import NOON
from tests.peers.docker import IMAGE, Docker
from tests.server import Server

LOOP = "trap 'exit 0' TERM; while :; do sleep 0.1; done"
RULES = Rules(on=True, damping_s=60)


def plan(*names: str) -> Plan:
    """A plan that starts containers."""
    actions = [Action(kind="container", name=one, drift=["stopped"], what="start", cost="") for one in names]
    return Plan(revision=1, summary="", in_sync=not actions, actions=actions, extra=[])


def test_drift_must_last_without_a_break_before_anything_is_done() -> None:
    seen = noticed(SeenSoFar(), plan("web"), NOON)
    assert acts_at(RULES, seen) == NOON + timedelta(seconds=60)
    later = NOON + timedelta(seconds=50)
    assert acts_at(RULES, noticed(seen, plan("web"), later)) == NOON + timedelta(seconds=60)
    assert acts_at(RULES, noticed(seen, plan("web", "db"), later)) == later + timedelta(seconds=60)
    gone = noticed(seen, plan(), later)
    assert acts_at(RULES, gone) is None
    assert acts_at(RULES, noticed(gone, plan("web"), later)) == later + timedelta(seconds=60)


def test_the_same_drift_again_is_waited_for_twice_as_long_each_time_and_a_day_at_most() -> None:
    first = noticed(SeenSoFar(), plan("web"), NOON)
    waits = []
    for tries in (0, 1, 2, 30):
        acted = first.model_copy(update={"acted": {first.drift: [NOON] * tries}})
        at = acts_at(RULES, noticed(acted, plan("web"), NOON))
        waits.append(at - NOON if at else None)
    assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4), timedelta(days=1)]
    acted = first.model_copy(update={"acted": {first.drift: [NOON]}})
    next_day = NOON + timedelta(days=1)
    assert acts_at(RULES, noticed(acted, plan("db"), next_day)) == next_day + timedelta(seconds=60)


def test_it_is_off_at_first_and_puts_right_what_stays_stopped_when_it_is_on(lab: Server, docker: Docker) -> None:
    docker.clear()
    docker.run("web", LOOP)
    wanted = {"containers": {"web": {"image": IMAGE}}}
    lab.client.put("/reconcile/desired", json=wanted).raise_for_status()
    assert lab.client.get("/reconcile/watch").json()["on"] is False
    told = lab.client.put("/reconcile/watch", json={"on": True, "damping_s": 5}).raise_for_status().json()
    assert told["on"] is True
    try:
        docker("stop", "web")
        item = until(lambda: lab.client.get("/reconcile/watch").json()["item"])
        assert ended(lab, item)["state"] == "done"
        assert docker.state("web")["Running"]
        assert lab.client.get(f"/queue/{item}").json()["created_by"] == "schedule:reconcile"
        drifted = lab.client.get("/activity", params={"topic": "reconcile", "limit": 50}).json()["events"]
        assert {"reconcile.drifted", "reconcile.applied"} <= {one["name"] for one in drifted}
    finally:
        lab.client.put("/reconcile/watch", json={"on": False}).raise_for_status()
