"""The tables of the gateway: what the owner set, and what each key used of each model in each hour."""

from sqlalchemy import BigInteger, Column, Float, Integer, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

documents = Table(
    "gateway_documents",
    metadata,
    Column("name", String, primary_key=True),
    Column("document", Json, nullable=False),
)

usage = Table(
    "gateway_usage",
    metadata,
    Column("hour", UtcTime, primary_key=True),
    Column("key", String, primary_key=True),
    Column("model", String, primary_key=True),
    Column("server", String, primary_key=True),
    Column("requests", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("prompt", BigInteger, nullable=False),
    Column("completion", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("queued_s", Float, nullable=False),
    Column("first_token_s", Float, nullable=False),
    Column("first_tokens", Integer, nullable=False),
)
