"""`hydra up`: start Hydra on this machine, say where it is and what to try next."""

import gc
import ipaddress
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra_lab import __version__
from hydra_lab.kernel.errors import HydraError, Invalid
from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.surfaces.cli import places
from hydra_lab.surfaces.cli.logs import set_up_logs
from hydra_lab.surfaces.cli.program import Application, Program
from hydra_lab.surfaces.cli.say import aside, complain, end_of, say

OWNER = Actor(kind=ActorKind.PERSON, name="owner", scopes=frozenset({"admin"}))
TRY_NEXT = ("queue list", "inbox list", "queue add docs.api --watch")


def up(
    program: Program,
    overrides: Mapping[str, Any],
    config: Path | None,
    backlog: Path | None,
    furnish: Callable[[Application], None] | None = None,
) -> int:
    """Serve until asked to stop; returns the exit code. Raises the kernel's errors where it cannot start.

    ``furnish`` is called once the server answers and the backlog is in.
    """
    document = read_backlog(backlog) if backlog else None
    gc.disable()  # all that a start makes is kept; to look it through for garbage takes a seventh of the start
    set_up_logs(overrides.get("log_json"))
    application = program.application(overrides, config)
    services = application.services
    settings = services.settings.current
    set_up_logs(settings.log_json, services.scrubber.scrub)
    sock = program.listen(settings.host, settings.port)
    port = int(sock.getsockname()[1])
    try:
        application.open()
    except BaseException:
        sock.close()
        application.stop()
        raise
    fresh = application.was_new and services.work.page(limit=1)[1] == 0
    ready = Ready(
        application=application, host=settings.host, port=port, document=document if fresh else None, furnish=furnish
    )
    try:
        began = program.serve(application, sock, ready.announce_soon)
    finally:
        places.wipe(settings.data_dir)
    return end_of(application) if began else 1


@dataclass(frozen=True, kw_only=True)
class Document:
    """A backlog to bring in."""

    path: Path
    text: str


def read_backlog(path: Path) -> Document:
    """The document. Raises ``Invalid`` when it cannot be read."""
    try:
        return Document(path=path, text=path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise Invalid(f"The backlog {path} cannot be read: {error.strerror}.", fix="Correct --backlog.") from error
    except UnicodeDecodeError as error:
        raise Invalid(f"The backlog {path} is no UTF-8 text.", fix="Save it as UTF-8, then try again.") from error


@dataclass(frozen=True, kw_only=True)
class Ready:
    """What is done and said once the server answers."""

    application: Application
    host: str
    port: int
    document: Document | None
    furnish: Callable[[Application], None] | None = None

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def announce_soon(self) -> None:
        """Announce on a thread: serving must not wait for a long document."""
        gc.freeze()  # nor is it looked through later, while Hydra idles
        gc.enable()
        threading.Thread(target=self.announce, name="hydra-announce", daemon=True).start()

    def announce(self) -> None:
        """Bring the first backlog in, write down where the server is, and say so."""
        settings = self.application.services.settings.current
        places.write_down(settings.data_dir, self.url, __version__, remember=not settings.demo)
        if self.document:
            self.bring_in(self.document)
        if self.furnish:
            self.furnish(self.application)
        code = self.application.services.credentials.sign_in_link_code()
        hydra = places.own_name()
        say(f"\nHydra {__version__} is ready. Its data is in {settings.data_dir}.\n")
        if settings.demo:
            say("  This is a demo: nothing leaves this machine, and its data is removed when it ends.\n")
            hydra = f"HYDRA_DATA_DIR={settings.data_dir} {hydra}"
        say(f"  Sign in:  {settings.public_url or self.url + settings.base_path}/ui/sign-in?token={code}")
        say(f"            (once, within 15 minutes; `{hydra} token link` prints another)")
        if self.application.first_token:
            say(f"  Token:    {self.application.first_token}")
            say("            (shown this once; keep it for other machines and scripts)")
        say("\n  Try next:")
        for words in TRY_NEXT:
            say(f"    {hydra} {words}")
        say()
        for line in reach(self.host, self.port, settings.hosts):
            say(line)

    def bring_in(self, document: Document) -> None:
        """Import the first backlog."""
        given = {"text": document.text, "name": document.path.stem}
        try:
            self.application.services.gate.call("backlog.import", given, actor=OWNER)
        except HydraError as error:
            aside(f"The backlog {document.path} was not imported:")
            complain(error)
        else:
            say(f"Imported {document.path}.")


def reach(host: str, port: int, allowed: tuple[str, ...]) -> list[str]:
    """What to know about who can reach an address; nothing where only this machine can."""
    if is_loopback(host):
        return []
    names = ", ".join(allowed) or "none yet"
    return [
        f"Hydra listens beyond this machine, on {host} port {port}. Everyone has to sign in, and the connection is not",
        "encrypted: put a proxy with HTTPS before it where others share the network. It answers under its own address",
        f"and under the names in its allow-list ({names}); another is allowed with HYDRA_ALLOWED_HOSTS=lab.example.",
        "",
    ]


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
