"""The rights of the role with which web and worker connect; run by the owner after migrate."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# Rows here are written once: the web role may read and add, nothing else.
APPEND_ONLY = ("cycles_ledgerentry", "cycles_seal", "cycles_sealedhead")
# Appraisals end and versions are superseded; they never disappear. (A case cannot be deleted
# without its appraisal losing its place; that shows in the ledger.)
NEVER_DELETED = (
    "cycles_appraisal", "cycles_version", "cycles_staffchange", "cycles_handover",
    "cycles_templateversion",
)  # fmt: skip
READ_ONLY = ("django_migrations",)


def grant_web_role(database: BaseDatabaseWrapper, role: str) -> None:
    """Gives `role` exactly what it needs on the tables of `database`. Repeating it is harmless.

    Never TRUNCATE, TRIGGER or ownership: those could switch off the guard of the states and of
    the ledger. Raises CommandError when the role is missing or is the owner itself.
    """
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT 1 FROM pg_roles WHERE rolname = %s)", [role])
        owner, found = cursor.fetchone()
        if not found:
            raise CommandError(
                f"The role {role!r} of DATABASE_URL does not exist. Create it first: "
                f"CREATE ROLE {role} LOGIN PASSWORD '…'"
            )
        if owner == role:
            raise CommandError(
                f"DATABASE_URL and OWNER_DATABASE_URL both name the role {role!r}. The web needs "
                "a role that owns no table."
            )
        name = database.ops.quote_name(role)
        everything, tables = "ALL TABLES IN SCHEMA public", "SELECT, INSERT, UPDATE, DELETE"
        for statement in (
            f"REVOKE ALL ON {everything} FROM {name}",
            f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {name}",
            f"GRANT USAGE ON SCHEMA public TO {name}",
            f"GRANT {tables} ON {everything} TO {name}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {tables} ON TABLES TO {name}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {name}",
        ):
            cursor.execute(statement)
        existing = set(database.introspection.table_names(cursor))
        for table in existing.intersection(APPEND_ONLY):
            cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {name}")
        for table in existing.intersection(NEVER_DELETED):
            cursor.execute(f"REVOKE DELETE ON {table} FROM {name}")
        for table in existing.intersection(READ_ONLY):
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {name}")


class Command(BaseCommand):
    help = "Grants the role of DATABASE_URL what the web and the worker need, and no more."

    def handle(self, *args: Any, **options: Any) -> None:
        grant_web_role(connection, settings.WEB_ROLE)
        self.stdout.write(f"The role {settings.WEB_ROLE} has its rights.")
