"""Attempts to heal, what holds for them, and images that were seen healthy: the SQL of healing."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from hydra_lab.areas.containers.heal.model import Healing, HealthyImage, Remediation
from hydra_lab.areas.containers.tables import healing, images, remediations

ONE = 1
OPEN = ("waits", "running")


def healing_rules(connection: Connection) -> Healing:
    """What holds for healing as a whole."""
    row = connection.execute(select(healing.c.healing).where(healing.c.id == ONE)).first()
    return Healing.model_validate(row.healing) if row else Healing()


def put_healing_rules(connection: Connection, rules: Healing) -> None:
    """Keep what holds for healing."""
    connection.execute(delete(healing).where(healing.c.id == ONE))
    connection.execute(insert(healing).values(id=ONE, healing=rules.model_dump(mode="json")))


def put_remediation(connection: Connection, one: Remediation) -> None:
    """Keep an attempt, in place of what was kept of it before."""
    connection.execute(delete(remediations).where(remediations.c.id == one.id))
    row = {"id": one.id, "container": one.container, "outcome": one.outcome, "at": one.at, "asks": one.asks}
    connection.execute(insert(remediations).values(told=one.model_dump(mode="json"), **row))


def remediation(connection: Connection, id: str) -> Remediation | None:
    """An attempt by its id, which is its work's."""
    row = connection.execute(select(remediations.c.told).where(remediations.c.id == id)).first()
    return Remediation.model_validate(row.told) if row else None


def past(
    connection: Connection, *, container: str | None = None, since: datetime | None = None, limit: int = 500
) -> list[Remediation]:
    """Attempts, newest first."""
    query = select(remediations.c.told).order_by(remediations.c.at.desc()).limit(limit)
    if container is not None:
        query = query.where(remediations.c.container == container)
    if since is not None:
        query = query.where(remediations.c.at >= since)
    return [Remediation.model_validate(row.told) for row in connection.execute(query)]


def open_ones(connection: Connection, container: str) -> list[str]:
    """The attempts on a container that wait, go on or ask a person, by their work's ids."""
    c = remediations.c
    return list(
        connection.execute(select(c.id).where(c.container == container, c.outcome.in_(OPEN) | c.asks)).scalars()
    )


def asking(connection: Connection) -> dict[str, str]:
    """Of which containers a person is asked: the attempts' ids, and the names."""
    c = remediations.c
    return {row.id: row.container for row in connection.execute(select(c.id, c.container).where(c.asks))}


# Images that were seen healthy


def note_healthy(connection: Connection, container: str, image_id: str, image: str, at: datetime) -> None:
    """Keep that a container was well with an image."""
    here = (images.c.container == container, images.c.image_id == image_id)
    if not connection.execute(update(images).where(*here).values(last_at=at, image=image)).rowcount:
        row = {"container": container, "image_id": image_id, "image": image, "first_at": at, "last_at": at}
        connection.execute(insert(images).values(row))


def healthy_images(connection: Connection, container: str | None = None) -> list[HealthyImage]:
    """Images with which containers were well, the last one first."""
    query = select(images).order_by(images.c.last_at.desc(), images.c.container)
    if container is not None:
        query = query.where(images.c.container == container)
    return [HealthyImage(**row._mapping) for row in connection.execute(query)]
