"""Probes that a person set, and what probes found: the SQL of probes."""

from sqlalchemy import Connection, delete, insert, select

from hydra_lab.areas.containers.probes.model import Probe, Probed
from hydra_lab.areas.containers.tables import probed, probes


def set_probes(connection: Connection) -> dict[str, Probe]:
    """Those that a person set, by the container's name."""
    return {row.container: Probe.model_validate(row.probe) for row in connection.execute(select(probes))}


def put_probe(connection: Connection, container: str, probe: Probe) -> None:
    """Keep one."""
    drop_probe(connection, container)
    connection.execute(insert(probes).values(container=container, probe=probe.model_dump(mode="json")))


def drop_probe(connection: Connection, container: str) -> bool:
    """Forget one; whether there was one."""
    return connection.execute(delete(probes).where(probes.c.container == container)).rowcount > 0


def all_found(connection: Connection) -> dict[str, Probed]:
    """What probes found, by the container's name."""
    return {row.container: Probed.model_validate(row.found) for row in connection.execute(select(probed))}


def put_found(connection: Connection, container: str, found: Probed) -> None:
    """Keep what a probe found."""
    drop_found(connection, container)
    connection.execute(insert(probed).values(container=container, found=found.model_dump(mode="json")))


def drop_found(connection: Connection, container: str) -> None:
    """Forget what probes found."""
    connection.execute(delete(probed).where(probed.c.container == container))
