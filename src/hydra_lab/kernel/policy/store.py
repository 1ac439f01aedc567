"""The mode and the document in the database: the policy room's only SQL."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from hydra_lab.kernel.policy.model import Mode, ModeState
from hydra_lab.kernel.policy.tables import documents, modes


def mode(connection: Connection) -> ModeState:
    """The mode that was set last."""
    row = connection.execute(select(modes)).first()
    if row is None:
        return ModeState()
    return ModeState(mode=Mode(row.mode), since=row.since, until=row.until, reason=row.reason, by=row.set_by)


def put_mode(connection: Connection, state: ModeState) -> None:
    """Set the mode."""
    connection.execute(delete(modes))
    row = {"mode": state.mode.value, "since": state.since, "until": state.until, "reason": state.reason}
    connection.execute(insert(modes).values(id=1, set_by=state.by, **row))


def newest_document(connection: Connection) -> int:
    """The number of the document in force, 0 when there is none."""
    return connection.execute(select(func.max(documents.c.id))).scalar() or 0


def document(connection: Connection, number: int) -> str:
    """A document's text."""
    return str(connection.execute(select(documents.c.text).where(documents.c.id == number)).scalar_one())


def add_document(connection: Connection, text: str, by: str, at: datetime) -> None:
    """Put a document in force."""
    connection.execute(insert(documents).values(text=text, set_by=by, set_at=at))
