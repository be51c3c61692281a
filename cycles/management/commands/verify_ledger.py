"""Verify the ledger, or write it out so that others can."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cycles import audit


class Command(BaseCommand):
    help = (
        "Verifies the ledger: names every changed, missing, reordered or cut-off entry, every "
        "missing stream, and every broken seal. Ends with 1 if there is any."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--export", metavar="FILE", help="write the ledger to FILE as JSON lines instead"
        )

    def handle(self, *args: Any, export: str | None = None, **options: Any) -> None:
        if export is not None:
            try:
                with Path(export).open("w", encoding="utf-8") as file:
                    lines = audit.export(file)
            except OSError as error:
                raise CommandError(f"{export} cannot be written: {error.strerror}.") from None
            self.stdout.write(f"{lines} lines written to {export}.")
            return
        found = 0
        for finding in audit.verify():
            found += 1
            self.stdout.write(str(finding))
        if found:
            raise CommandError(f"The ledger is not whole: {found} findings.", returncode=1)
        self.stdout.write("The ledger is whole.")
