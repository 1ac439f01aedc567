"""What a container's own health check wrote is told in one line, without the secrets of its environment."""

from typing import Any

from hydra_lab.integrations.docker.model import Inspected, plain
from tests.integrations.docker.harness import INSPECTED


def told(*outputs: str | None, env: tuple[str, ...] = ()) -> str | None:
    """What is told of a container whose check wrote this."""
    health: dict[str, Any] = {"Status": "unhealthy", "Log": [{"ExitCode": 1, "Output": one} for one in outputs]}
    state = {**INSPECTED["State"], "Health": health}
    config = {**INSPECTED["Config"], "Env": [*env]}
    return Inspected.model_validate({**INSPECTED, "State": state, "Config": config}).as_container.check


def test_the_last_look_counts_and_is_one_line() -> None:
    assert told("all is well\n", "Health check exceeded\n  timeout (1s)\n") == "Health check exceeded timeout (1s)"
    assert (told(), told(""), told(None)) == (None, None, None)


def test_a_secret_of_its_environment_is_masked_and_a_long_text_cut() -> None:
    said = told("no entry for hunter2-of-the-lab " + "x" * 1000, env=("API_TOKEN=hunter2-of-the-lab",))
    assert said is not None
    assert said.startswith("no entry for ••• ")
    assert len(said) == 300


def test_what_went_wrong_is_told_without_the_names_of_the_programs_it_went_through() -> None:
    through = "failed to create shim task: OCI runtime create failed: runc create failed: "
    assert plain(f'Cannot restart container {"ab" * 32}: {through}exec: "/no/such": no such file') == (
        'Cannot restart container abababababab: exec: "/no/such": no such file'
    )
    assert (plain(""), plain(None)) == (None, None)
