"""SSH against a real OpenSSH server: measuring, cards and their limits, and everything that goes wrong on the way."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hydra_lab.integrations.ssh import SshGpus, SshMeter, SshSettings, SshShell, probe
from hydra_lab.kernel.capabilities import CommandTemplate, HostCommand, Text
from hydra_lab.kernel.errors import Denied, HydraError, Invalid, NotFound, Refused, Unavailable
from hydra_lab.kernel.http import HttpClient
from tests.peers import sshd
from tests.peers.sshd import Sshd

ECHO = CommandTemplate(program="printf", arguments=("%s|", Text(name="text", pattern=r".*")))


@pytest.fixture(scope="module")
def server() -> Iterator[Sshd]:
    """One server for all tests here; each leaves it as it was."""
    with sshd.running({}, {"uuid": "GPU-2", "power.draw": None, "temperature.gpu": None}) as one:
        yield one


@pytest.fixture
def settings(server: Sshd) -> SshSettings:
    """The server as the only node."""
    return SshSettings.model_validate({"nodes": {"gpu-1": server.node}})


PATIENT, SHORT = HttpClient(timeout_s=10), HttpClient(timeout_s=1)


def failing(call: Callable[[], object]) -> HydraError:
    """What a call raises; it says what to do."""
    with pytest.raises(HydraError) as caught:
        call()
    assert caught.value.fix
    assert "gpu-1" in caught.value.detail
    return caught.value


def test_a_node_is_measured_over_one_connection(server: Sshd, settings: SshSettings) -> None:
    meter = SshMeter(settings, PATIENT)
    first, second = meter.read("gpu-1"), meter.read("gpu-1")
    assert first.cpu_percent
    assert 0 <= first.cpu_percent.value <= 100
    assert second.memory_total_bytes
    assert second.memory_available_bytes
    assert None not in (second.load_1m, second.uptime_s)
    assert second.memory_total_bytes.value > second.memory_available_bytes.value > 0
    assert any(one.mount == "/" and 0 < one.used_percent < 100 for one in second.file_systems)
    assert len(server.sessions()) <= 2, "one session: its monitor and its user's process"


def test_cards_are_told_and_what_the_driver_does_not_tell_is_unknown(settings: SshSettings) -> None:
    one, two = SshGpus(settings, PATIENT).gpus()
    assert (one.name, one.memory_used_gib, one.memory_total_gib) == ("NVIDIA GeForce RTX 3090", 8.0, 24.0)
    assert (one.power_min_w, one.power_max_w, one.source) == (100.0, 400.0, "nvidia-smi over SSH")
    assert (two.uuid, two.power_w, two.temperature_c) == ("GPU-2", None, None)


def test_a_limit_is_set_read_back_and_kept_within_the_cards_own_bounds(server: Sshd, settings: SshSettings) -> None:
    host = SshGpus(settings, PATIENT)
    assert host.set_power_limit("gpu-1", "GPU-2", 250).power_limit_w == 250.0
    assert [card["power.limit"] for card in server.cards()] == [350.0, 250.0]
    asked = len(server.calls())
    assert type(failing(lambda: host.set_power_limit("gpu-1", "GPU-2", 99))) is Invalid
    assert type(failing(lambda: host.set_power_limit("gpu-1", "GPU-3", 200))) is NotFound
    assert not any("-pl" in call for call in server.calls()[asked:])


def test_without_sudo_a_limit_is_denied_with_the_line_that_would_allow_it(server: Sshd, settings: SshSettings) -> None:
    with server.being("no-sudo"):
        error = failing(lambda: SshGpus(settings, PATIENT).set_power_limit("gpu-1", "GPU-2", 200))
    assert type(error) is Denied
    assert "a password is required" in error.detail
    assert f"{server.user} ALL=(root) NOPASSWD: nvidia-smi" in str(error.fix)


def test_no_value_reaches_the_nodes_shell(settings: SshSettings, tmp_path: Path) -> None:
    shell = SshShell(settings, PATIENT)
    made = tmp_path / "made"
    hostile = f"$(touch {made}); touch {made} | `touch {made}` ' \" \\ && *"
    assert shell.run("gpu-1", ECHO.of(text=hostile), 5).stdout == hostile + "|"
    assert not made.exists()
    for wrong in ("--output=/etc/passwd", "two\nlines", "nul\0"):
        with pytest.raises(Invalid):
            ECHO.of(text=wrong)


def test_a_program_gets_its_input_tells_its_lines_and_ends_with_its_code(settings: SshSettings) -> None:
    shell = SshShell(settings, PATIENT)
    heard: list[str] = []
    ran = shell.run("gpu-1", HostCommand(program="cat"), 5, stdin=b"one\ntwo\n" * 3, told=heard.append)
    assert (ran.exit_code, heard) == (0, ["one", "two"] * 3)
    assert shell.run("gpu-1", HostCommand(program="sh", arguments=("-c", "exit 7")), 5).exit_code == 7
    assert shell.run("gpu-1", HostCommand(program="no-such-program"), 5).exit_code == 127
    much = shell.run("gpu-1", HostCommand(program="seq", arguments=("1000000",)), 30)
    assert much.truncated
    assert much.stdout.endswith("1000000\n")


def test_a_program_that_takes_too_long_is_given_up_on(settings: SshSettings) -> None:
    begun = time.monotonic()
    error = failing(
        lambda: SshShell(settings, PATIENT).run("gpu-1", HostCommand(program="sleep", arguments=("20",)), 1)
    )
    assert type(error) is Unavailable
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(("what", "kind"), [("fail", Unavailable), ("garbage", Refused)])
def test_a_broken_driver_and_nonsense_are_no_cards(
    server: Sshd, settings: SshSettings, what: str, kind: type[HydraError]
) -> None:
    with server.being(what):
        assert type(failing(SshGpus(settings, PATIENT).gpus)) is kind


def test_a_node_that_hangs_is_given_up_on_and_is_back_at_once(server: Sshd, settings: SshSettings) -> None:
    meter = SshMeter(settings, PATIENT)
    meter.read("gpu-1")
    with server.hung():
        begun = time.monotonic()
        for _ in range(2):  # over the connection that was open, and over a new one
            assert type(failing(lambda: SshMeter(settings, SHORT).read("gpu-1"))) is Unavailable
        assert time.monotonic() - begun < 6
    assert meter.read("gpu-1").memory_total_bytes


def test_a_key_that_nobody_confirmed_and_one_that_changed_let_nothing_through(
    server: Sshd, settings: SshSettings
) -> None:
    unknown = SshSettings.model_validate({"nodes": {"gpu-1": server.node | {"host_key": ""}}})
    error = failing(lambda: probe(unknown, PATIENT))
    assert (type(error), error.data["host_key"]) == (Denied, server.fingerprint)
    before = server.fingerprint
    server.kill()
    server.start_again(with_another_key=True)
    after = server.fingerprint
    try:
        wait_for(lambda: type(failing(lambda: probe(settings, PATIENT))) is Denied)
        error = failing(lambda: probe(settings, PATIENT))
        assert (error.data["host_key"], error.data["expected"]) == (after, before)
        asked = len(server.calls())
        failing(SshGpus(settings, PATIENT).gpus)
        assert len(server.calls()) == asked, "nothing is run on a stranger"
    finally:
        trusted = SshSettings.model_validate({"nodes": {"gpu-1": server.node}})
        probe(trusted, PATIENT)


def test_a_wrong_key_is_denied_with_the_line_to_add(server: Sshd) -> None:
    wrong = {"nodes": {"gpu-1": server.node | {"key_file": str(server.folder / "host_key")}}}
    error = failing(lambda: probe(SshSettings.model_validate(wrong), PATIENT))
    assert type(error) is Denied
    assert "authorized_keys" in str(error.fix)
    assert "ssh-ed25519 AAAA" in str(error.fix)


def test_a_connection_that_was_lost_is_made_again(server: Sshd) -> None:
    meter = SshMeter(SshSettings.model_validate({"nodes": {"gpu-1": server.node}}), PATIENT)
    meter.read("gpu-1")
    server.kill()
    assert type(failing(lambda: meter.read("gpu-1"))) is Unavailable
    server.start_again()
    wait_for(lambda: meter_reads(meter))
    for pid in server.sessions():
        signal_quietly(pid)
    assert meter.read("gpu-1").memory_total_bytes, "a connection that the node ended is opened anew"


def meter_reads(meter: SshMeter) -> bool:
    """Whether it answers now."""
    try:
        return meter.read("gpu-1").memory_total_bytes is not None
    except HydraError:
        return False


def signal_quietly(pid: int) -> None:
    """End a session's process, if the one before did not take it along."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def wait_for(found: Callable[[], bool], seconds: float = 20) -> None:
    """Return when something is so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if found():
                return
        except AssertionError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds:.0f} s")
