"""`hydra --help`: the commands of this machine, and the areas of the server if one runs."""

from hydra_lab.kernel.errors import HydraError
from hydra_lab.surfaces.cli.calls.catalogue import Verb, read_catalogue
from hydra_lab.surfaces.cli.calls.connection import Server
from hydra_lab.surfaces.cli.calls.help import listed
from hydra_lab.surfaces.cli.say import say

LOCAL = [
    ("hydra up", "Start Hydra on this machine."),
    ("hydra worker", "Run lanes of a Hydra on Postgres on this machine too."),
    ("hydra doctor", "Check everything and say how to mend what is wrong."),
    ("hydra backup", "Make a consistent copy of the data, also while Hydra runs."),
    ("hydra restore [BACKUP]", "Put a backup in place of the data; Hydra must be stopped."),
    ("hydra token link | reset", "Print a sign-in link; replace a lost token."),
    ("hydra mcp", "Speak the Model Context Protocol on standard input and output."),
    ("hydra health", "Exit with 0 if the server lives, for container health checks."),
    ("hydra version", "Print the version."),
]
WHERE = [
    ("--data DIR", "First of all words: the data directory of the server to call."),
    ("HYDRA_URL, HYDRA_TOKEN", "The server on another machine, and the token or API key for it."),
]


def overview(server: Server) -> int:
    """Print it; returns the exit code."""
    say("Hydra runs a home AI lab by itself, day and night.\n")
    say("On this machine:")
    say("\n".join(listed(LOCAL)))
    try:
        areas = read_catalogue(server).areas
    except HydraError as error:
        say(f"\nCommands of the server: {error.detail}\n  {error.fix or ''}")
    else:
        rows = [(f"hydra {name.replace('_', '-')}", ", ".join(words_of(verbs))) for name, verbs in areas.items()]
        say(f"\nOn the server at {server.url}:")
        say("\n".join(listed(rows)))
        say("\nEach takes --help, as `hydra queue --help` and `hydra queue add --help`.")
    say("\nWhich server:")
    say("\n".join(listed(WHERE)))
    return 0


def words_of(verbs: list[Verb]) -> list[str]:
    """The commands of an area, without its name."""
    return sorted(verb.words.partition(" ")[2] for verb in verbs)
