"""`hydra token`: a way back in for whoever owns the data directory."""

from pathlib import Path

from hydra_lab.kernel.errors import NotFound
from hydra_lab.surfaces.cli.calls.connection import DEFAULT_URL, written
from hydra_lab.surfaces.cli.program import Application, Program


def sign_in_link(program: Program, data: Path, config: Path | None) -> str:
    """A link that signs in as the owner, once. Works while Hydra runs and while it is stopped."""
    application = opened(program, data, config)
    code = application.services.credentials.sign_in_link_code()
    settings = application.services.settings.current
    here = f"{written(data).get('url') or DEFAULT_URL}{settings.base_path}"
    return f"{settings.public_url or here}/ui/sign-in?token={code}"


def reset(program: Program, data: Path, config: Path | None) -> str:
    """Another administrator's token in place of the lost one."""
    return opened(program, data, config).services.credentials.reset_admin()


def opened(program: Program, data: Path, config: Path | None) -> Application:
    """The credentials of a data directory, beside whatever serves it. Raises ``NotFound`` where none are kept."""
    application = program.application({"data_dir": data}, config)
    path = application.services.database.path
    if path is not None and not path.exists():
        raise NotFound(f"There is no Hydra in {data}.", fix="Name its folder with --data, or start one: `hydra up`.")
    return application
