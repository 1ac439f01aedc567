"""The commands of this machine: starting, mending and saving a Hydra."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from hydra_lab import __version__
from hydra_lab.surfaces.cli import places
from hydra_lab.surfaces.cli.calls.connection import checked, find_server
from hydra_lab.surfaces.cli.program import Program
from hydra_lab.surfaces.cli.say import aside, say

Data = Annotated[Path | None, typer.Option("--data", help="The data directory.", show_default=False)]
Config = Annotated[Path | None, typer.Option(help="The settings file to read instead of DATA/hydra.toml.")]
JsonLogs = Annotated[bool | None, typer.Option("--log-json/--log-plain", help="Logs as JSON lines, or for people.")]


def run_here(program: Program, words: list[str]) -> int:
    """Run one of these commands; returns its exit code. Raises the kernel's errors."""
    app = commands(program)
    try:
        app(args=["version"] if words[0] == "--version" else words, prog_name="hydra")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    return 0


def commands(program: Program) -> typer.Typer:
    """The commands, bound to the program they start."""
    app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
    token = typer.Typer(no_args_is_help=True, help="Sign-in links and the administrator's token.")
    app.add_typer(token, name="token")

    @app.command()
    def up(
        host: Annotated[str | None, typer.Option(help="The address to listen on; 127.0.0.1 unless set.")] = None,
        port: Annotated[int | None, typer.Option(help="The port; 8700 unless set, 0 takes any free one.")] = None,
        data: Data = None,
        backlog: Annotated[Path | None, typer.Option(help="A backlog to import when there is no database yet.")] = None,
        config: Config = None,
        log_json: JsonLogs = None,
        demo: Annotated[bool, typer.Option("--demo", help="A lab to look around in; it is gone at the end.")] = False,
    ) -> None:
        """Start Hydra on this machine."""
        from hydra_lab.surfaces.cli.demo import demo as show
        from hydra_lab.surfaces.cli.up import up as start

        given = {"host": host, "port": port, "data_dir": data, "log_json": log_json}
        if demo:
            others = {"data": given.pop("data_dir"), "backlog": backlog, "config": config}
            raise typer.Exit(show(program, given_only(given), others))
        raise typer.Exit(start(program, given_only(given), config, backlog))

    @app.command()
    def worker(
        lanes: Annotated[str, typer.Option(help="The lanes to run, as default,gpu:attic:0 or default=4 with slots.")],
        node: Annotated[str | None, typer.Option(help="This machine's name among the nodes.")] = None,
        data: Data = None,
        config: Config = None,
        log_json: JsonLogs = None,
    ) -> None:
        """Run lanes of a Hydra on Postgres on this machine too.

        Ends with 0 when it is asked to, with 75 when other nodes took it for dead:
        then it must be started again, as systemd's Restart=on-failure does.
        """
        from hydra_lab.surfaces.cli.worker import work

        given = {"node": node, "data_dir": data, "log_json": log_json}
        raise typer.Exit(work(program, given_only(given), config, lanes))

    @app.command()
    def doctor(
        data: Data = None, as_json: Annotated[bool, typer.Option("--json", help="Print the checks as JSON.")] = False
    ) -> None:
        """Check everything, also while Hydra is stopped, and say how to mend what is wrong.

        Where HYDRA_URL points to another machine, it is the Hydra there that is checked.
        """
        from hydra_lab.surfaces.cli.doctor import examine

        raise typer.Exit(examine(data, as_json=as_json))

    @app.command()
    def backup(data: Data = None, config: Config = None) -> None:
        """Make a consistent copy of the data and check it, also while Hydra runs."""
        from hydra_lab.surfaces.cli.backup import back_up

        raise typer.Exit(back_up(program, data, config))

    @app.command()
    def restore(
        backup: Annotated[str | None, typer.Argument(help="Its name or folder; the newest one if left out.")] = None,
        data: Data = None,
        config: Config = None,
    ) -> None:
        """Put a backup in place of the data. Hydra must be stopped; what was there is kept aside."""
        from hydra_lab.surfaces.cli.backup import restore as put_back

        raise typer.Exit(put_back(program, backup, places.data_dir(data), config))

    @token.command()
    def link(data: Data = None, config: Config = None) -> None:
        """Print a link that signs you in, once and within 15 minutes."""
        from hydra_lab.surfaces.cli.token import sign_in_link

        say(sign_in_link(program, places.data_dir(data), config))

    @token.command()
    def reset(data: Data = None, config: Config = None) -> None:
        """Replace a lost or leaked administrator's token; it is printed once, and everyone is signed out."""
        from hydra_lab.surfaces.cli.token import reset as make_another

        say(make_another(program, places.data_dir(data), config))
        aside("This is the new token; it is shown this once. Every session has ended.")
        if os.environ.get("HYDRA_ADMIN_TOKEN") or os.environ.get("HYDRA_ADMIN_TOKEN_FILE"):
            aside("HYDRA_ADMIN_TOKEN is set here: where Hydra starts with it, that token takes this one's place.")

    @app.command()
    def mcp(data: Data = None) -> None:
        """Speak the Model Context Protocol on standard input and output, for agents on this machine."""
        server = find_server(places.data_dir(data))
        program.speak_mcp(server.url, server.token)

    @app.command()
    def health(data: Data = None) -> None:
        """Exit with 0 if the server lives."""
        server = find_server(places.data_dir(data))
        checked(server.call("GET", "/healthz", timeout_s=5))
        say("ok")

    @app.command()
    def version() -> None:
        """Print the version."""
        say(f"hydra {__version__}")

    return app


def given_only(options: dict[str, Any]) -> dict[str, Any]:
    """The options that were typed."""
    return {name: value for name, value in options.items() if value is not None}
