"""Health: a check that breaks or hangs shows as unknown and never hides the others."""

import time
from collections.abc import Callable

from hydra_lab.areas.health import checking
from hydra_lab.areas.health.model import worst
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Check, CheckResult
from hydra_lab.kernel.errors import Unavailable
from tests.lab import Lab
from tests.server import Server


def fine(ctx: Context) -> CheckResult:
    return CheckResult(status="ok", detail="seen with hunter2-hunter2")


def broken(ctx: Context) -> CheckResult:
    raise Unavailable("The lamp is out.", fix="Change it.")


def hanging(ctx: Context) -> CheckResult:
    time.sleep(30)
    return fine(ctx)


def test_broken_and_hanging_checks_are_unknown_and_secrets_are_masked(make_lab: Callable[..., Lab]) -> None:
    lab = make_lab()
    lab.services.scrubber.add("hunter2-hunter2")
    checks = [Check(name=one.__name__, title=one.__name__, run=one) for one in (hanging, broken, fine)]
    began = time.monotonic()
    late, failed, ok = checking.run(lab.context(), checks, longest_s=0.5)
    assert time.monotonic() - began < 5
    assert (late.status, failed.status, ok.status) == ("unknown", "unknown", "ok")
    assert "The lamp is out." in failed.detail
    assert failed.fix == "Change it."
    assert "hunter2" not in ok.detail


def test_the_whole_is_as_bad_as_its_worst_part() -> None:
    assert worst(["ok", "unknown", "warn"]) == "warn"
    assert worst(["ok", "bad", "warn"]) == "bad"
    assert worst(["ok", "unknown"]) == "unknown", "what could not be looked at is not healthy"
    assert worst([]) == "unknown"


def test_a_new_hydra_is_well_and_says_so_check_by_check(server: Server) -> None:
    shown = server.client.get("/health").raise_for_status().json()
    statuses = {one["name"]: one["status"] for one in shown["checks"]}
    assert statuses.items() >= {"database": "ok", "data": "ok", "key": "ok", "work": "ok"}.items()
    assert shown["status"] == worst(statuses.values())
    (server.data / "key").write_text("x")
    (server.data / "key").chmod(0o644)
    (key,) = (one for one in server.client.get("/health").json()["checks"] if one["name"] == "key")
    assert key["status"] == "bad"
    assert key["fix"].startswith("chmod 600")
