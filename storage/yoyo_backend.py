"""yoyo's migrations on a connection of ours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import parse_uri
from yoyo.migrations import default_migration_table

from storage.database import Connection


class YoyoBackend(PostgresqlPsycopgBackend):
    """yoyo with a migration and the note that it was applied in one transaction, on one connection.

    yoyo itself commits the two apart, on two connections, and locks by a row that a killed process leaves behind;
    here the caller holds an advisory lock, which ends with its session.

    Parameters
    ----------
    connection
        An open connection in autocommit mode; the caller closes it.
    """

    def __init__(self, connection: Connection) -> None:
        self._given = connection
        super().__init__(parse_uri("postgresql+psycopg:///"), default_migration_table)
        self._is_locked = True

    def connect(self, dburi: object) -> Connection:
        """The given connection, whatever the address."""
        return self._given

    def apply_one(self, migration: Any, force: bool = False, mark: bool = True) -> None:
        """Apply one migration and note it, or neither."""
        self.ensure_internal_schema_updated()
        with self.transaction():
            migration.process_steps(self, "apply", force=force)
            self.log_migration(migration, "apply")
            if mark:
                self.mark_one(migration, log=False)

    def get_log_data(self, migration: Any = None, operation: str = "apply") -> dict[str, Any]:
        """What yoyo logs, without asking the network for this machine's full name, which can take many seconds."""
        return {
            "id": str(uuid4()),
            "migration_id": migration.id if migration else None,
            "migration_hash": migration.hash if migration else None,
            "username": self._given.info.user,
            "hostname": None,
            "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
            "operation": operation,
        }
