"""The parts of the launcher, each on its own: servers, mail sink, translations, supervisor."""

import contextlib
import gettext
import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from config.run.errors import CannotRun
from config.run.inputs import HOST, hold_port, listening_socket
from config.run.processes import Keeper, private_folder, wait_until
from config.run.servers import Servers
from config.run.state import ROOT, fingerprint
from config.run.supervisor import Program, Supervisor
from config.run.translations import compile_catalogues


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    made = Keeper()
    yield made
    made.close()


def test_servers_named_in_the_environment_come_first(keeper: Keeper, tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgresql://a@db/b", "REDIS_URL": "redis://cache"}
    servers = Servers(tmp_path, keeper, given=given)
    servers.start()
    assert servers.env == {}
    assert servers.death_sentence() is None


def test_a_database_of_another_version_is_named(keeper: Keeper, tmp_path: Path) -> None:
    servers = Servers(tmp_path, keeper, given={"REDIS_URL": "redis://cache"})
    data = servers.places()[0]
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(CannotRun, match=r"was made by PostgreSQL 9, but this is PostgreSQL \d\d"):
        servers.start()


def test_the_embedded_database_sorts_and_lowers_alike_everywhere(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower('ÉKA'), 'a' < 'B' COLLATE \"default\"")
        assert cursor.fetchone() == ("éka", False)


def test_two_roles_and_no_door_to_the_network(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW listen_addresses")
        assert cursor.fetchone() == ("",)
        cursor.execute("SELECT bool_or(rolsuper) FROM pg_roles WHERE rolname LIKE 'jenjang%'")
        assert cursor.fetchone() == (False,)


def test_a_private_folder_goes_with_its_keeper() -> None:
    keeper = Keeper()
    folder = private_folder(keeper)
    assert folder.stat().st_mode & 0o077 == 0
    assert len(str(folder)) < 80
    keeper.close()
    assert not folder.exists()


def test_a_keeper_that_was_killed_is_replaced_by_one_that_knows_as_much() -> None:
    keeper = Keeper()
    folder = private_folder(keeper)
    keeper.process.kill()
    keeper.process.wait()
    keeper.revive()
    keeper.close()
    assert not folder.exists()


def test_a_port_that_is_held_is_taken_for_others() -> None:
    with listening_socket() as listening:
        port = listening.getsockname()[1]
        with pytest.raises(CannotRun, match=rf"^Port {port} is taken by another program\."):
            hold_port(port)


def test_the_mail_sink_keeps_each_mail_as_a_file(tmp_path: Path) -> None:
    with listening_socket() as listening:
        number = listening.fileno()
        sink = subprocess.Popen(
            [sys.executable, "-m", "config.run.mail_sink", str(number), str(tmp_path)],
            pass_fds=[number], cwd=ROOT,
        )  # fmt: skip
        try:
            mail = EmailMessage()
            mail["Subject"] = "Penilaian Anda menunggu"
            mail["From"], mail["To"] = "jenjang@localhost", "pegawai@localhost"
            mail.set_content("Selamat pagi – silakan dibuka.")
            with smtplib.SMTP(HOST, listening.getsockname()[1], timeout=20) as client:
                client.send_message(mail)
        finally:
            sink.terminate()
            assert sink.wait(10) == 0
    (kept,) = tmp_path.glob("*.eml")
    message = BytesParser().parsebytes(kept.read_bytes())
    assert message["X-Envelope-To"] == "pegawai@localhost"
    assert message["Subject"] == "Penilaian Anda menunggu"
    assert list(tmp_path.glob("*.part")) == []


def test_a_catalogue_is_compiled_once_and_again_when_it_changes(tmp_path: Path) -> None:
    source = tmp_path / "id/LC_MESSAGES/django.po"
    source.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    source.write_text(f'{head}msgid "Plan"\nmsgstr "Rencana"\n')
    assert compile_catalogues(tmp_path) == ["id"]
    assert gettext.translation("django", tmp_path, ["id"]).gettext("Plan") == "Rencana"
    assert compile_catalogues(tmp_path) == []

    later = time.time() + 5
    source.write_text(f'{head}msgid "Plan"\nmsgstr "Rencana kinerja"\n')
    os.utime(source, (later, later))
    assert compile_catalogues(tmp_path) == ["id"]


def test_a_fingerprint_follows_content_and_names() -> None:
    file = ROOT / "manage.py"
    assert fingerprint([file]) == fingerprint([file])
    assert fingerprint([file]) != fingerprint([file], "more")
    assert fingerprint([ROOT / "config"]) != fingerprint([ROOT / "tests"])


def has_ended(supervisor: Supervisor) -> Callable[[], bool]:
    child = supervisor.programs[0].process
    assert child is not None
    return lambda: child.poll() is not None


def test_a_program_that_keeps_dying_is_given_up_with_its_last_words(
    keeper: Keeper, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor = Supervisor(keeper)
    command = ["/bin/sh", "-c", "echo no such module; exit 3"]
    supervisor.add(Program("worker", command, tmp_path / "worker.log", {}, tmp_path))
    for _start in range(3):
        wait_until(has_ended(supervisor), within=10)
        supervisor.mend()
    wait_until(has_ended(supervisor), within=10)
    with pytest.raises(CannotRun) as raised:
        supervisor.mend()
    assert str(raised.value).startswith(
        "The worker ended 4 times within a minute: no such module. See "
    )
    assert capsys.readouterr().out.count("The worker ended (code 3) and is started again.") == 3


def test_the_web_role_cannot_make_roles(db: None) -> None:
    with (
        contextlib.closing(
            psycopg.connect(
                host=connection.settings_dict["HOST"], user="jenjang_web",
                dbname=connection.settings_dict["NAME"],
            )
        ) as web,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):  # fmt: skip
        web.execute("CREATE ROLE another")
