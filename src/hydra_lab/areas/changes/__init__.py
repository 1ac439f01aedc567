"""Changes to machines: pushing git, applying compose files, switching NixOS; each is shown before it is done.

What a person agreed to is what is done: what changed since it was shown is asked anew. Afterwards it is verified, and
taken back where the tool can do that.
"""

from hydra_lab.areas.changes import operations
from hydra_lab.areas.changes.migrations import MIGRATIONS
from hydra_lab.kernel.area import Area

AREA = Area(name="changes", title="Changes", operations=(operations,), migrations=MIGRATIONS)
