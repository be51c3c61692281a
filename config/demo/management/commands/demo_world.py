"""`manage.py demo_world`: build the demo's two cities and play their year. Twice builds it once."""

from __future__ import annotations

import gc
import multiprocessing
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections

from config.demo.accounts import ACCOUNTS, PASSWORD
from config.demo.clock import START, set_to
from config.demo.world.build import accounts, world
from config.demo.year.script import TANGSEL, play_kupang, play_tangsel
from cycles.models import Agency, RoleGrant, User
from cycles.queries.templates import usual_template
from cycles.services.cycle_setup import prepare_cycle


def _play(index: int) -> None:
    """One city, in a process of its own."""
    connections.close_all()
    gc.disable()  # a short life, nothing in circles worth looking for
    with connection.cursor() as cursor:
        # A demo that loses power while it is made is made again.
        cursor.execute("SET synchronous_commit = off")
    spec = world()[index]
    (play_tangsel if spec.code == TANGSEL else play_kupang)(spec)


class Command(BaseCommand):
    help = "Build the demo's two cities and play their year through the door."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo's world is for the demo only (DEMO=1).")
        if Agency.objects.exists():
            self.stdout.write("The demo's world is already there.")
            return
        call_command("seed_holidays", stdout=self.stdout)
        set_to(START)
        connections.close_all()
        fork = multiprocessing.get_context("fork")
        plays = [fork.Process(target=_play, args=(index,)) for index in (0, 1)]
        for play in plays:
            play.start()
        for play in plays:
            play.join()
        if any(play.exitcode for play in plays):
            raise CommandError("The demo's year could not be played; see the messages above.")
        self._accounts()
        self._next_year()
        self.stdout.write("Two cities have lived their year.")

    def _next_year(self) -> None:
        """Next year's cycle as HR has it in December: prepared, not yet rehearsed or opened."""
        for grant in RoleGrant.objects.filter(role="hr").select_related("user", "agency"):
            assert grant.agency is not None
            if not grant.agency.cycles.filter(year=START.year + 1).exists():
                prepare_cycle(grant.agency, START.year + 1, author=grant.user, now=START,
                              template=usual_template(grant.agency))  # fmt: skip

    def _accounts(self) -> None:
        """The accounts of the login page, all with one password that everybody may know."""
        agencies = {agency.code: agency for agency in Agency.objects.all()}
        listed = {name for name, _ in ACCOUNTS}
        for account in accounts(world()):
            user, _created = User.objects.get_or_create(
                username=account.username, defaults={"email": account.email}
            )
            user.set_password(PASSWORD)
            user.save()
            if account.role == "admin":
                RoleGrant.objects.get_or_create(user=user, role="admin", agency=None)
            elif account.role == "observer":
                for code in account.agencies:
                    RoleGrant.objects.get_or_create(
                        user=user, role="observer", agency=agencies[code]
                    )
            listed.discard(account.username)
        assert not listed, f"no account for {listed}"
