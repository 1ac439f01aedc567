"""Starting Hydra as a command: the command line, given the parts of the program it may need."""

import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hydra_lab.surfaces.cli.main import main as command_line
from hydra_lab.surfaces.cli.program import Application


class Hydra:
    """The program for the command line (its ``Program``). Rooms are imported when a command needs them."""

    def application(self, overrides: Mapping[str, Any], config: Path | None) -> Application:
        """A Hydra with these settings over all others, not opened yet."""
        from hydra_lab import app

        registry = app.found_rooms()
        return app.Application(app.layers(overrides=overrides, config=config, registry=registry), registry=registry)

    def worker_settings(self, overrides: Mapping[str, Any], config: Path | None) -> None:
        """Refuse settings that are none for a worker."""
        from hydra_lab import app

        app.sqlite_only(app.layers(overrides=overrides, config=config))

    def restore(self, overrides: Mapping[str, Any], config: Path | None, name: str | None) -> dict[str, Any]:
        """Put a backup in place of the data, holding the data directory."""
        from hydra_lab import app
        from hydra_lab.areas.maintenance.backup.restore import chosen, restore

        application = app.Application(app.layers(overrides=overrides, config=config))
        services = application.services
        data = services.settings.current.data_dir
        application.lock.take()
        try:
            services.database.close()
            return restore(data, chosen(data, name), services.clock.now()).model_dump(mode="json")
        finally:
            application.lock.release()

    def listen(self, host: str, port: int) -> socket.socket:
        """A bound socket."""
        from hydra_lab.surfaces.http.serve import listen

        return listen(host, port)

    def serve(self, application: Any, sock: socket.socket, on_ready: Callable[[], None]) -> bool:
        """Serve until asked to stop; whether serving began."""
        from hydra_lab import app
        from hydra_lab.surfaces.http.serve import serve

        return serve(app.web_server(application), sock, on_ready)

    def speak_mcp(self, url: str, token: str | None) -> None:
        """Serve the Model Context Protocol on standard input and output."""
        from hydra_lab.surfaces.mcp.stdio import speak

        speak(url, token)


def main() -> None:
    """The entry point of the command `hydra`."""
    code = command_line(Hydra())
    # Work that blocks in a call outside cannot be interrupted. All that is to be kept is written down by now, and the
    # item goes on after the next start: its thread must not keep the process. Python waits for threads of a pool even
    # where they are daemons.
    if threading.active_count() > 1:
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
