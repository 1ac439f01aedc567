"""Where a run happens and how large it is: a scratch folder, sizes, and a full database that all measures share."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.server import Server


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is measured. The budgets hold for the defaults; tests use tiny ones."""

    items: int = 100_000  # in the full database
    rounds: int = 3  # of each program, alternating
    batch: int = 400  # durable items in a round
    samples: int = 60  # requests or starts of work that a median is taken of
    clients: int = 500  # event streams
    events: int = 40  # journal entries that the streams wait for
    requests: int = 100_000  # through the gateway, watching its memory
    starts: int = 5
    idle_s: float = 20.0


@dataclass(frozen=True, kw_only=True)
class Place:
    """A folder for one run."""

    folder: Path
    sizes: Sizes

    def server(self, name: str, **variables: Any) -> Server:
        """A server with a data directory of its own; not started yet."""
        return Server(self.folder / name, **variables)

    def full(self) -> Server:
        """The server on the full database, which is made when first asked for."""
        data = self.folder / "full"
        if not data.exists():
            command = [sys.executable, "-m", "benchmarks.filled", str(data), "--items", str(self.sizes.items)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return self.server("full", HYDRA_LANES__BULK="0")
