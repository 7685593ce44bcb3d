"""A production that would leak, lose or lock out does not start, and the setting to mend is named."""

import pytest
from django.core.checks import run_checks
from django.db import connection

from portail.core import checks

SAFE = {
    "PRODUCTION": True,
    "DEBUG": False,
    "PUBLIC_URL": "https://famille.valmont.fr",
    "ALLOWED_HOSTS": ["famille.valmont.fr"],
    "TRUSTED_PROXIES": 1,
    "SECRET_KEY": "k" * 50,
    "SECRET_FILE": None,
    "MAIL_KEPT": False,
    "DEFAULT_FROM_EMAIL": "Portail Famille <portail@valmont.fr>",
}


@pytest.fixture
def safe(settings, tmp_path):
    """The settings of a production as it should be."""
    for name, value in SAFE.items():
        setattr(settings, name, value)
    settings.DATA_DIR = tmp_path
    settings.BASE_DIR = tmp_path / "program"
    settings.DATABASES["default"] = settings.DATABASES["default"] | {"NAME": str(tmp_path / "p.sqlite3")}
    return settings


def named() -> list[str]:
    """The variables that the refusals name."""
    return [found.msg.split(" : ")[0] for found in checks.production()]


def test_a_safe_production_is_not_bothered(safe):
    assert checks.production() == []


def test_trying_needs_nothing(safe):
    safe.PRODUCTION, safe.DEBUG, safe.PUBLIC_URL = False, True, "http://localhost:8000"
    assert checks.production() == []


@pytest.mark.parametrize(
    ("setting", "value", "variable"),
    [
        ("DEBUG", True, "PORTAIL_DEBUG"),
        ("PUBLIC_URL", "http://famille.valmont.fr", "PORTAIL_URL"),
        ("PUBLIC_URL", "https://localhost:8000", "PORTAIL_URL"),
        ("PUBLIC_URL", "famille.valmont.fr", "PORTAIL_URL"),
        ("ALLOWED_HOSTS", ["famille.valmont.fr", "*"], "PORTAIL_HOSTS"),
        ("TRUSTED_PROXIES", 0, "PORTAIL_TRUSTED_PROXIES"),
        ("SECRET_KEY", "court", "PORTAIL_SECRET"),
        ("MAIL_KEPT", True, "EMAIL_URL"),
        ("DEFAULT_FROM_EMAIL", "Portail Famille <portail@localhost>", "PORTAIL_MAIL_FROM"),
        ("DEFAULT_FROM_EMAIL", "portail@localhost", "PORTAIL_MAIL_FROM"),
    ],
)
def test_each_unsafe_setting_is_named_alone(safe, setting, value, variable):
    setattr(safe, setting, value)
    assert named() == [variable]
    (found,) = checks.production()
    assert found.is_serious()
    assert found.hint


def test_data_and_secret_must_live_outside_the_program(safe, tmp_path):
    inside = safe.BASE_DIR / "data"
    safe.DATA_DIR = inside
    safe.SECRET_FILE = inside / "secret.key"
    safe.DATABASES["default"]["NAME"] = str(inside / "p.sqlite3")
    assert set(named()) == {"PORTAIL_DATA", "PORTAIL_SECRET"} | (
        {"DATABASE_URL"} if connection.vendor == "sqlite" else set()
    )


@pytest.mark.parametrize(
    ("mode", "faults"), [(0o600, []), (0o640, ["PORTAIL_SECRET"]), (0o604, ["PORTAIL_SECRET"])]
)
def test_a_secret_that_others_can_read_is_no_secret(safe, tmp_path, mode, faults):
    safe.SECRET_FILE = tmp_path / "secret.key"
    safe.SECRET_FILE.touch(mode)
    safe.SECRET_FILE.chmod(mode)
    assert named() == faults


def test_several_faults_are_told_at_once(safe):
    safe.DEBUG, safe.TRUSTED_PROXIES, safe.MAIL_KEPT = True, 0, True
    assert set(named()) == {"PORTAIL_DEBUG", "PORTAIL_TRUSTED_PROXIES", "EMAIL_URL"}


@pytest.mark.django_db
def test_the_engine_of_the_tests_is_set_as_locks_need():
    assert checks.engine_faults() == []
    assert run_checks(tags=["database"], databases=["default"]) == []


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own settings")
def test_an_engine_without_its_settings_is_refused(monkeypatch):
    options = connection.settings_dict["OPTIONS"]
    monkeypatch.setitem(options, "transaction_mode", "DEFERRED")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 100")
        faults = checks.engine_faults()
        cursor.execute("PRAGMA busy_timeout = 20000")
    assert len(faults) == 2
    assert "IMMEDIATE" in faults[0]
    assert "timeout" in faults[1]
    assert checks.engine(databases=["default"])[0].id == "portail.E020"


@pytest.mark.django_db
@pytest.mark.postgres
def test_another_isolation_is_refused():
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    (fault,) = checks.engine_faults()
    assert "READ COMMITTED" in fault
