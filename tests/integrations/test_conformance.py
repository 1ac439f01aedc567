"""Every integration fails in the same few ways, says nothing of its secrets, and is described for its page."""

import importlib
import traceback
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from pydantic import BaseModel

import hydra_lab.integrations
from hydra_lab.kernel import capabilities
from hydra_lab.kernel.errors import Busy, Denied, HydraError, Refused, Unavailable, describe
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, IntegrationSettings
from hydra_lab.kernel.integrations import Status
from hydra_lab.kernel.integrations.merge import is_secret
from hydra_lab.kernel.integrations.need import capability_name
from hydra_lab.kernel.registry import discover
from tests.integrations.faults import PATIENCE_S, Fault, Harness
from tests.lab import OWNER, Lab

INTEGRATIONS = discover(hydra_lab.integrations, "INTEGRATION", Integration)
EXPECTED: dict[Fault, type[HydraError]] = {
    Fault.DENIED: Denied,
    Fault.GONE: Unavailable,
    Fault.SLOW: Unavailable,
    Fault.CUT: Unavailable,
    Fault.BROKEN: Unavailable,
    Fault.BUSY: Busy,
    Fault.GARBAGE: Refused,
}
STATUS = {Denied: Status.DENIED, Unavailable: Status.UNREACHABLE, Busy: Status.UNREACHABLE, Refused: Status.UNREACHABLE}
each_integration = pytest.mark.parametrize("one", INTEGRATIONS.values(), ids=INTEGRATIONS)
each_fault = pytest.mark.parametrize("fault", list(Fault))


def harness_of(one: Integration) -> Harness:
    """The fault harness that the integration's tests supply."""
    harness: Harness = importlib.import_module(f"tests.integrations.{one.name}.harness").HARNESS
    return harness


def calls_of(one: Integration) -> dict[str, Callable[[Any, HttpClient], Any]]:
    """Everything that is called on it: its probe and each capability."""
    found: dict[str, Callable[[Any, HttpClient], Any]] = {"probe": one.probe}
    for name, call in harness_of(one).calls.items():
        found[name] = lambda settings, http, call=call, build=one.provides[name]: call(build(settings, http))
    return found


def asking_calls_of(one: Integration) -> dict[str, Callable[[Any, HttpClient], Any]]:
    """Those of them that reach the system."""
    found = calls_of(one)
    return found if harness_of(one).probe_asks else {name: call for name, call in found.items() if name != "probe"}


def failing(one: Integration, fault: Fault, call: Callable[[Any, HttpClient], Any]) -> HydraError:
    """What a call raises while the system has a fault."""
    http = HttpClient(timeout_s=PATIENCE_S)
    with harness_of(one).running(fault) as values, pytest.raises(HydraError) as caught:
        call(one.settings.model_validate(values), http)
    http.close()
    return caught.value


@each_integration
def test_it_works_while_all_is_well(one: Integration) -> None:
    http = HttpClient(timeout_s=5)
    with harness_of(one).running(None) as values:
        for call in calls_of(one).values():
            call(one.settings.model_validate(values), http)
    http.close()


@each_integration
@each_fault
def test_each_fault_is_one_of_the_kernels_errors(one: Integration, fault: Fault) -> None:
    for name, call in asking_calls_of(one).items():
        assert type(failing(one, fault, call)) is EXPECTED[fault], name


@each_integration
@each_fault
def test_no_error_tells_a_secret(one: Integration, fault: Fault) -> None:
    secret = harness_of(one).secret
    for call in asking_calls_of(one).values():
        error = failing(one, fault, call)
        said = "".join(traceback.format_exception(error)) + repr(error) + repr(describe(error))
        assert secret not in said
        assert str(error).endswith(".")


@each_integration
@each_fault
def test_a_probe_that_fails_leaves_its_secret_nowhere(
    one: Integration, fault: Fault, make_lab: Callable[..., Lab], caplog: pytest.LogCaptureFixture
) -> None:
    secret = harness_of(one).secret
    lab = make_lab(integrations=[one])
    lab.services.http = HttpClient(timeout_s=PATIENCE_S)
    with structlog.testing.capture_logs() as logs, harness_of(one).running(fault) as values:
        with lab.services.database.begin() as connection:
            lab.services.integrations.configure(connection, one.name, values, OWNER)
        state = lab.services.integrations.state(one.name)
    asks = harness_of(one).probe_asks
    assert state.status is (STATUS[EXPECTED[fault]] if asks else Status.CONNECTED)
    assert lab.names("integrations.") == ["integrations.configured", f"integrations.{'lost' if asks else 'connected'}"]
    told = repr((state, lab.events(), lab.services.integrations.fields(one.name), logs, caplog.text))
    assert secret not in told
    lab.close()
    assert secret.encode() not in lab.services.settings.current.data_dir.joinpath("hydra.db").read_bytes()


@each_integration
def test_its_settings_do_not_show_their_secrets(one: Integration) -> None:
    with harness_of(one).running(Fault.GONE) as values:
        settings = one.settings.model_validate(values)
    assert harness_of(one).secret not in f"{settings!r} {settings} {settings.model_dump_json()}"


@each_integration
def test_absent_settings_mean_not_configured(one: Integration, make_lab: Callable[..., Lab]) -> None:
    assert issubclass(one.settings, IntegrationSettings)
    assert issubclass(one.settings, BaseModel)
    lab = make_lab(integrations=[one])
    assert lab.services.integrations.state(one.name).status is Status.NOT_CONFIGURED


@each_integration
def test_its_form_explains_itself(one: Integration) -> None:
    fields = one.settings.model_fields
    assert [name for name, info in fields.items() if not info.description] == []
    assert {"name", "values"} & set(fields) == set(), "these are fields of integrations.configure itself"
    assert [name for name, info in fields.items() if is_secret(info) and info.default not in (None, ...)
            and not info.is_required()] == []  # fmt: skip
    assert one.what.endswith(".")
    assert one.how_to.endswith(".")
    assert one.reference.startswith("https://")
    assert one.secret_name.startswith(("a ", "an ", "the "))


@each_integration
def test_it_provides_capabilities_that_exist(one: Integration) -> None:
    protocols = {
        capability_name(kind): kind for kind in vars(capabilities).values() if getattr(kind, "_is_protocol", 0)
    }
    assert set(one.provides) <= set(protocols)
    assert set(one.provides) == set(harness_of(one).calls), "its harness calls each capability"
    with harness_of(one).running(Fault.GONE) as values:
        for name, build in one.provides.items():
            built = build(one.settings.model_validate(values), HttpClient())
            assert isinstance(built, protocols[name])
