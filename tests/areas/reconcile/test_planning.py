"""What is not as it is wanted: a plan after a successful apply is empty, and its order follows dependencies."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hydra_lab.areas.reconcile.desired.model import Desired, WantedContainer
from hydra_lab.areas.reconcile.desired.showing import MASK, as_yaml, by_name, difference, unmasked
from hydra_lab.areas.reconcile.model import Action, Bad
from hydra_lab.areas.reconcile.others import marked
from hydra_lab.areas.reconcile.planning import Seen, There, digest_of, ordered, planned
from hydra_lab.kernel.capabilities import Container, Silence
from hydra_lab.kernel.capabilities.making import ContainerSpec, Mounted, PublishedPort
from hydra_lab.kernel.errors import Invalid
from tests.lab import NOON

NAMES = ("db", "cache", "web", "worker", "proxy")
IMAGES = {"app:1": "sha256:1", "app:2": "sha256:2", "app": "sha256:3"}
VALUES = st.dictionaries(st.sampled_from(("A", "TOKEN", "C")), st.sampled_from(("1", "2")), max_size=2)


@st.composite
def desires(draw: st.DrawFn) -> Desired:
    """Some containers, each of which depends only on some before it."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    told: list[dict[str, Any]] = []
    for name in names:
        running = draw(st.booleans())
        before = [one["name"] for one in told if one["state"] == "running" or not running]
        told.append({
            "name": name, "image": draw(st.sampled_from(sorted(IMAGES))), "state": "running" if running else "stopped",
            "restart_policy": draw(st.sampled_from((None, "no", "always", "on-failure:3"))),
            "depends_on": draw(st.lists(st.sampled_from(before), unique=True)) if before else [],
            "env": draw(VALUES), "labels": draw(VALUES),
            "ports": draw(st.sampled_from((None, [], ["80"], [f"{8000 + len(told)}:80/udp"]))),
            "volumes": draw(st.sampled_from(([], ["data:/d"], ["/srv:/d:ro"]))),
            "networks": draw(st.sampled_from((None, [], ["lab"]))),
            "command": draw(st.sampled_from((None, "sleep 1"))),
        })  # fmt: skip
    shuffled = draw(st.permutations(told))
    return Desired.model_validate({"containers": shuffled, "prune": draw(st.booleans())})


@st.composite
def labs(draw: st.DrawFn) -> Seen:
    """Containers as somebody may have left them."""
    there = {}
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        image = draw(st.sampled_from(sorted(IMAGES)))
        spec = ContainerSpec(
            image=image, command=("sh",), env=draw(VALUES), labels=draw(VALUES), networks=("bridge",),
            ports=draw(st.sampled_from(((), (PublishedPort(port=80, host_port=8000),)))),
            mounts=draw(st.sampled_from(((), (Mounted(source="data", place="/d"),)))),
            restart_policy=draw(st.sampled_from(("no", "always"))),
        )  # fmt: skip
        state = draw(st.sampled_from(("running", "exited", "created", "restarting")))
        health = draw(st.sampled_from((None, "healthy", "unhealthy"))) if state == "running" else None
        there[name] = There(container=container(name, spec, state, health), spec=spec)
    return Seen(now=NOON, containers=there, images=IMAGES)


def container(name: str, spec: ContainerSpec, state: str, health: str | None = None) -> Container:
    """A container made from a description."""
    return Container(
        id=name, name=name, image=spec.image, image_id=IMAGES[spec.image], state=state, health=health,
        restart_policy=spec.restart_policy, labels=spec.labels or {},
    )  # fmt: skip


def seen_by(desired: Desired, lab: Seen) -> Seen:
    """A lab as it is seen: what nobody names is apart."""
    wanted = {one.name for one in desired.containers}
    assert lab.containers is not None
    return replace(
        lab, containers={name: one for name, one in lab.containers.items() if name in wanted},
        others=[one.container for name, one in lab.containers.items() if name not in wanted],
    )  # fmt: skip


def after(desired: Desired, lab: Seen, action: Action) -> Seen:
    """A lab after an action that went well, as Docker would be."""
    there = dict(lab.containers or {})
    old = there.pop(action.name, None)
    if action.what == "remove":
        return replace(lab, containers=there, others=[one for one in lab.others if one.name != action.name])
    one = next(each for each in desired.containers if each.name == action.name)
    spec = old.spec if old else ContainerSpec(image=one.image, networks=("bridge",), restart_policy="no")
    if action.what in ("create", "recreate"):
        spec = merged(spec, one.spec)
    spec = replace(spec, restart_policy=one.restart_policy or spec.restart_policy)
    state = "exited" if one.state == "stopped" else "running"
    if action.what == "set restart policy" and old:
        state = old.container.state
    there[one.name] = There(container=container(one.name, spec, state), spec=spec)
    return replace(lab, containers=there)


def merged(old: ContainerSpec, new: ContainerSpec) -> ContainerSpec:
    """What is made from what is said, and in all else as before."""
    said = {name: value for name, value in vars(new).items() if value is not None}
    mounts = {one.place: one for one in (*(old.mounts or ()), *(new.mounts or ()))}
    networks = new.networks if new.networks is None else new.networks or ("none",)
    env, labels = (old.env or {}) | (new.env or {}), (old.labels or {}) | (new.labels or {})
    said |= {"env": env, "labels": labels, "mounts": tuple(mounts.values()), "networks": networks or old.networks}
    return replace(old, **said)


@settings(max_examples=150, deadline=None)
@given(desires(), labs())
def test_a_plan_after_a_successful_apply_is_empty_and_follows_dependencies(desired: Desired, lab: Seen) -> None:
    seen = seen_by(desired, lab)
    actions = planned(desired, seen)
    place = {one.name: at for at, one in enumerate(actions) if one.what not in ("stop", "remove")}
    for one in desired.containers:
        assert all(place[name] < place[one.name] for name in one.depends_on if name in place and one.name in place)
    for action in actions:
        assert action.why_not is None
        seen = after(desired, seen, action)
    assert planned(desired, seen) == []


def test_every_mistake_is_told_at_once_with_the_name_of_what_it_is_about() -> None:
    with pytest.raises(ValidationError) as told:
        Desired.model_validate({
            "containers": {
                "db": {"image": "db:1", "depends_on": ["web"], "state": "runing"},
                "web": {"depends_on": ["db", "cache"], "ports": ["80:80:80:80"], "imge": "web:1"},
            },
            "silences": {"night": {"matchers": ["node"], "until": "soon", "reason": "Quiet"}},
            "schedules": [{"name": "tidy", "operation": "images.cleanup", "cron": "0 3 * *"}],
        })  # fmt: skip
    places = {".".join(map(str, one["loc"])) for one in told.value.errors()}
    assert places == {
        "containers.db.depends_on", "containers.db.state", "containers.web.image", "containers.web.imge",
        "containers.web.depends_on.1", "containers.web.ports.0", "silences.night.until", "silences.night.matchers.0",
        "schedules.tidy.cron",
    }  # fmt: skip


def test_a_circle_is_refused_by_its_names() -> None:
    three = {name: {"image": "a:1", "depends_on": [on]} for name, on in (("a", "b"), ("b", "c"), ("c", "a"))}
    with pytest.raises(ValidationError, match="a → b → c → a") as told:
        Desired.model_validate({"containers": three})
    assert told.value.error_count() == 1


def test_what_is_secret_is_neither_shown_nor_in_a_difference_and_comes_back_as_it_was() -> None:
    env = {"DB_PASSWORD": "hunter2-hunter2", "URL": "postgres://me:hunter2-hunter2@db/x", "MODE": "fast"}
    first = Desired.model_validate({"containers": {"db": {"image": "db:1", "env": env}}})
    second = Desired.model_validate(
        {"containers": {"db": {"image": "db:2", "env": env | {"DB_PASSWORD": "other-one"}}}}
    )
    shown = {"DB_PASSWORD": MASK, "URL": f"postgres://me:{MASK}@db/x", "MODE": "fast"}
    assert by_name(first)["containers"]["db"]["env"] == shown
    told = as_yaml(first) + difference(first, second) + difference(None, second)
    assert "hunter2" not in told
    assert "other-one" not in told
    edited = Desired.model_validate({"containers": {"db": by_name(first)["containers"]["db"] | {"image": "db:3"}}})
    assert unmasked(edited, first, lambda name: {}).containers[0].env == env
    assert unmasked(edited, None, lambda name: env).containers[0].env == env
    with pytest.raises(Invalid) as refused:
        unmasked(edited, None, lambda name: {})
    assert [one["field"] for one in refused.value.problems] == [
        "containers.db.env.DB_PASSWORD", "containers.db.env.URL"
    ]  # fmt: skip


def test_the_input_of_a_schedule_keeps_its_secret_to_itself() -> None:
    input = {"url": "http://lab/x", "headers": [{"name": "a", "api_token": "hunter2-hunter2"}]}
    call = {"operation": "http.call", "cron": "0 3 * * *", "input": input}
    first = Desired.model_validate({"schedules": {"call": call}})
    assert "hunter2" not in as_yaml(first)
    assert "http://lab/x" in as_yaml(first)
    edited = Desired.model_validate(by_name(first))
    assert unmasked(edited, first, lambda name: {}).schedules[0].input == input
    with pytest.raises(Invalid, match="Masked"):
        unmasked(edited, None, lambda name: {})


def test_a_description_that_did_not_work_is_not_tried_until_it_or_its_image_is_another() -> None:
    wanted = WantedContainer(name="web", image="app:1")
    spec = ContainerSpec(image="app:2", restart_policy="no")
    seen = Seen(
        now=NOON, containers={"web": There(container=container("web", spec, "running"), spec=spec)}, images=IMAGES
    )
    bad = Bad(
        name="web", digest=digest_of(wanted, IMAGES["app:1"]), revision=3, at=NOON, why="it ended with exit code 1"
    )
    (action,) = planned(Desired(containers=[wanted]), seen, [bad])
    assert action.drift == ["wrong image"]
    assert "revision 3 tried it: it ended with exit code 1" in (action.why_not or "")
    rebuilt = replace(seen, images={"app:1": "sha256:new"})
    assert [one.why_not for one in planned(Desired(containers=[wanted]), rebuilt, [bad])] == [None]


def test_containers_nobody_names_stay_unless_they_are_to_go_and_protected_ones_always_do() -> None:
    one, kept = (container(name, ContainerSpec(image="app:1"), "running") for name in ("old", "hydra"))
    seen = Seen(now=NOON, containers={}, others=[one, replace(kept, labels={"hydra.protected": "true"})])
    assert planned(Desired(), seen) == []
    told = {each.name: (each.what, each.why_not) for each in planned(Desired(prune=True), seen)}
    assert told == {"old": ("remove", None), "hydra": ("remove", "its label hydra.protected says so")}


def test_a_silence_is_made_changed_and_ended_by_its_mark_and_lapses_with_its_end() -> None:
    wanted = Desired.model_validate({"silences": {"night": {
        "matchers": ['node=~"a|b"', "severity!=info"], "reason": "Move",
        "until": (NOON + timedelta(hours=2)).isoformat(),
    }}})  # fmt: skip
    (one,) = wanted.silences
    there = Silence(id="1", state="active", matchers=one.conditions[::-1], starts_at=NOON, ends_at=one.until,
                    owner=one.owner, reason=marked(one))  # fmt: skip
    other = replace(there, id="2", reason="made by hand")

    def whats(desired: Desired, *silences: Silence, hours: int = 0) -> list[str]:
        return [each.what for each in planned(desired, Seen(now=NOON + timedelta(hours=hours), silences=silences))]

    assert whats(wanted) == ["make"]
    assert whats(wanted, there, other) == []
    assert whats(wanted, replace(there, ends_at=NOON)) == ["change"]
    assert whats(Desired(), there, other) == ["end"]
    assert whats(wanted, hours=3) == []


def test_order_is_by_dependencies_whatever_the_order_of_the_document() -> None:
    told = {"web": ["db", "cache"], "cache": ["db"], "db": []}
    desired = Desired.model_validate(
        {"containers": {name: {"image": "a", "depends_on": on} for name, on in told.items()}}
    )
    assert [one.name for one in ordered(desired.containers)] == ["db", "cache", "web"]
