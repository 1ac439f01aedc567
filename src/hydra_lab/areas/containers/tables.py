"""The tables of containers: what was last seen of each and of the event stream, healing, and probes."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

seen = Table(
    "containers_seen",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("container", Json, nullable=False),
    Column("at", UtcTime, nullable=False),
)

source = Table(
    "containers_sources",
    metadata,
    Column("node", String, primary_key=True),
    Column("turn", BigInteger, nullable=False),
    Column("at_ns", BigInteger, nullable=False),
    Column("recent", Json, nullable=False),
    Column("lost_at", UtcTime),
    Column("detail", String),
    Column("heard_at", UtcTime),
)

remediations = Table(
    "containers_remediations",
    metadata,
    Column("id", String, primary_key=True),
    Column("container", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
    Column("asks", Boolean, nullable=False, index=True),
    Column("told", Json, nullable=False),
)

healing = Table(
    "containers_healing",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("healing", Json, nullable=False),
)

images = Table(
    "containers_images",
    metadata,
    Column("container", String, primary_key=True),
    Column("image_id", String, primary_key=True),
    Column("image", String, nullable=False),
    Column("first_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
)

probes = Table(
    "containers_probes",
    metadata,
    Column("container", String, primary_key=True),
    Column("probe", Json, nullable=False),
)

probed = Table(
    "containers_probed",
    metadata,
    Column("container", String, primary_key=True),
    Column("found", Json, nullable=False),
)
