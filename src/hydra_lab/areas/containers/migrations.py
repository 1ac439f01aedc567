"""How the tables of containers came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, false

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """What was last seen, and the place in the event stream."""
    op.create_table(
        "containers_seen",
        Column("id", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("container", Json, nullable=False),
        Column("at", UtcTime, nullable=False),
    )
    op.create_table(
        "containers_source",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("turn", BigInteger, nullable=False),
        Column("at_ns", BigInteger, nullable=False),
        Column("recent", Json, nullable=False),
        Column("lost_at", UtcTime),
        Column("detail", String),
    )


def heal(op: Operations) -> None:
    """Attempts to heal, and what holds for all of them."""
    op.create_table(
        "containers_remediations",
        Column("id", String, primary_key=True),
        Column("container", String, nullable=False),
        Column("outcome", String, nullable=False),
        Column("at", UtcTime, nullable=False),
        Column("told", Json, nullable=False),
    )
    op.create_index("ix_containers_remediations_at", "containers_remediations", ["at"])
    op.create_table(
        "containers_healing",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("healing", Json, nullable=False),
    )


def probe(op: Operations) -> None:
    """Probes of our own, images that were seen healthy, and which attempts ask a person."""
    op.add_column("containers_remediations", Column("asks", Boolean, nullable=False, server_default=false()))
    op.create_index("ix_containers_remediations_asks", "containers_remediations", ["asks"])
    op.create_table(
        "containers_images",
        Column("container", String, primary_key=True),
        Column("image_id", String, primary_key=True),
        Column("image", String, nullable=False),
        Column("first_at", UtcTime, nullable=False),
        Column("last_at", UtcTime, nullable=False),
    )
    op.create_table(
        "containers_probes", Column("container", String, primary_key=True), Column("probe", Json, nullable=False)
    )
    op.create_table(
        "containers_probed", Column("container", String, primary_key=True), Column("found", Json, nullable=False)
    )


def nodes(op: Operations) -> None:
    """A place in the event stream of each host; that of the only one there was has no node."""
    op.create_table(
        "containers_sources",
        Column("node", String, primary_key=True),
        Column("turn", BigInteger, nullable=False),
        Column("at_ns", BigInteger, nullable=False),
        Column("recent", Json, nullable=False),
        Column("lost_at", UtcTime),
        Column("detail", String),
        Column("heard_at", UtcTime),
    )
    op.execute(
        "INSERT INTO containers_sources (node, turn, at_ns, recent, lost_at, detail) "
        "SELECT '', turn, at_ns, recent, lost_at, detail FROM containers_source"
    )
    op.drop_table("containers_source")


MIGRATIONS = (create, heal, probe, nodes)
