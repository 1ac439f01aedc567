"""What `hydra up` must not load before it is ready: each of these takes time of every start, and memory for good."""

import subprocess
import sys

# All that a start on SQLite imports, in its order.
START = """
import sys
import hydra_lab.__main__, hydra_lab.surfaces.cli.here, hydra_lab.surfaces.cli.up
from hydra_lab.surfaces.cli.logs import set_up_logs
set_up_logs(True)
from hydra_lab import app
app.found_rooms()
import hydra_lab.surfaces.http.serve, hydra_lab.surfaces.http.metrics
import hydra_lab.surfaces.api, hydra_lab.surfaces.mcp, hydra_lab.surfaces.web.app
print(*sys.modules)
"""
LATER = {
    "alembic", "apprise", "cryptography.fernet", "httpcore", "jsonschema", "jwt", "mako", "markdown_it", "mcp", "numpy",
    "paho.mqtt", "paramiko", "prometheus_client", "psycopg", "pygments", "pynvml", "rich", "sqlalchemy.orm",
    "sqlalchemy.ext.asyncio", "websockets",
}  # fmt: skip


def test_what_only_some_work_needs_is_loaded_when_it_is_needed() -> None:
    done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
    assert sorted(LATER & set(done.stdout.split())) == []
