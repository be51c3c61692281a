"""A wrong setting stops the start; the message names the variable and says what it should be."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

ROOT = Path(__file__).resolve().parent.parent.parent
GOOD = {
    "SECRET_KEY": "x" * 50,
    "ALLOWED_HOSTS": "jenjang.example",
    "DATABASE_URL": "postgresql://web:secret@db:5433/jenjang",
    "REDIS_URL": "redis://cache:6379/0",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Only what a production needs is set."""
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def settings() -> dict[str, object]:
    return runpy.run_path(str(ROOT / "config/settings.py"))


def test_four_variables_are_enough_and_make_a_safe_production(
    environment: pytest.MonkeyPatch,
) -> None:
    made = settings()
    assert made["DEBUG"] is made["DEMO"] is False
    assert made["SESSION_COOKIE_SECURE"] is made["SECURE_SSL_REDIRECT"] is True
    assert made["ALLOWED_HOSTS"] == ["jenjang.example"]
    assert "config.demo" not in made["INSTALLED_APPS"]  # type: ignore[operator]


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_variable_is_named(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(name)
    with pytest.raises(ImproperlyConfigured, match=rf"^{name} is not set. It should be "):
        settings()


@pytest.mark.parametrize(
    ("name", "wrong", "sentence"),
    [
        ("SECRET_KEY", "short", "at least 50 characters"),
        ("ALLOWED_HOSTS", "", "the host names of the site"),
        ("DEBUG", "maybe", "It should be 1 or 0"),
        ("DEMO", "ja", "It should be 1 or 0"),
        ("DATABASE_URL", "mysql://db/jenjang", "postgresql://user:password@host:5432/name"),
        ("DATABASE_URL", "postgresql://db", "postgresql://user:password@host:5432/name"),
        ("DATABASE_URL", "postgresql://db:port/jenjang", "postgresql://user:password@host:5432"),
        ("REDIS_URL", "http://cache", "redis://host:6379/0"),
        ("EMAIL_URL", "mail.example", "smtp://user:password@host:587"),
        ("EMAIL_URL", "smtp://mail.example:abc", "smtp://user:password@host:587"),
        ("DB_CONN_MAX_AGE", "-1", "a whole number from 0 to 86400"),
        ("UPLOAD_LIMIT_MB", "1000", "a whole number from 1 to 100"),
        ("SESSION_HOURS", "²", "a whole number from 1 to 720"),
    ],
)
def test_a_wrong_value_is_named_with_what_it_should_be(
    environment: pytest.MonkeyPatch, name: str, wrong: str, sentence: str
) -> None:
    environment.setenv(name, wrong)
    with pytest.raises(ImproperlyConfigured) as raised:
        settings()
    assert str(raised.value).startswith(name)
    assert sentence in str(raised.value)


def test_a_password_is_never_repeated_in_a_message(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL", "mysql://web:secret@db/jenjang")
    with pytest.raises(ImproperlyConfigured) as raised:
        settings()
    assert "secret" not in str(raised.value)


def test_a_wrong_setting_is_one_sentence_on_the_command_line() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**GOOD, "SECRET_KEY": "short", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr == "SECRET_KEY is too short. It should have at least 50 characters.\n"


def test_a_database_may_be_behind_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://web@/jenjang?host=%2Frun%2Fpg&sslmode=disable")
    entry = env.database("DATABASE_URL")
    assert (entry["HOST"], entry["NAME"], entry["USER"]) == ("/run/pg", "jenjang", "web")
    assert entry["OPTIONS"] == {"sslmode": "disable"}


def test_a_password_with_special_characters_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://web:a%2Fb%40c@db/jenjang")
    assert env.database("DATABASE_URL")["PASSWORD"] == "a/b@c"


def test_celery_gets_the_same_database_of_a_socket() -> None:
    assert env.broker("unix:///run/v?db=3") == "redis+socket:///run/v?virtual_host=3"
    assert env.broker("rediss://cache/2") == "rediss://cache/2"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", (25, False, False)),
        ("smtp+tls://mail.example:587", (587, False, True)),
        ("smtps://mail.example", (465, True, False)),
    ],
)
def test_mail_addresses_choose_port_and_encryption(
    monkeypatch: pytest.MonkeyPatch, url: str, expected: tuple[int, bool, bool]
) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    made = env.mail("EMAIL_URL", "console://")
    assert (made["EMAIL_PORT"], made["EMAIL_USE_SSL"], made["EMAIL_USE_TLS"]) == expected
