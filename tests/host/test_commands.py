"""The commands of the one who hosts, run for real, from an empty folder to a restored one."""

import os
import shlex
import tarfile

import pytest

from tests.host.portal import ADMINISTRATOR, INIT, Portal, database

pytestmark = pytest.mark.slow
COUNT = "from portail.families.models import Household as H; result = H.objects.count()"
ADD = """
from django.utils import timezone; from portail.families.models import Household
Household.objects.create(number="1234", name="PETIT", created_at=timezone.now()); result = 1
"""
PUT = """
from django.core.files.base import ContentFile; from django.core.files.storage import default_storage
result = default_storage.save("documents/menu.pdf", ContentFile(b"%PDF-1.7 menu"))
"""


def test_an_empty_commune_is_founded_once_and_checked(portal):
    portal.found()
    again = portal.run(*INIT, "--admin-password-stdin", typed=f"{ADMINISTRATOR}\n")
    assert again.returncode == 1
    assert "contient déjà une commune, « Valmont-sur-Orne » : rien n'a été changé" in again.stderr
    assert portal.run("demo", "--if-empty").stdout == ""
    assert portal.run("demo").returncode == 1
    facts = portal.script(
        "from portail.activities.models import *; from portail.accounts.models import User\n"
        "result = [Regulation.objects.count(), CalendarEntry.objects.exists(), SchoolYear.objects.exists(),"
        f" User.objects.get(username='admin').check_password('{ADMINISTRATOR}')]"
    )
    assert facts == [1, True, True, True]
    done = portal.run("check")
    assert done.returncode == 1
    todo = [line for line in done.stdout.splitlines() if line.startswith("à faire")]
    assert len(todo) == 1
    assert "Automate" in todo[0]


@pytest.mark.parametrize(
    ("words", "typed", "status", "told"),
    [
        (INIT[:-2], "", 2, "Il manque : --admin-email."),
        (INIT, "", 2, "--admin-password-stdin"),
        ([*INIT, "--admin-password-stdin"], "court\n", 1, "12 caractères au minimum."),
        ([*INIT, "--admin-password-stdin"], "", 1, "12 caractères au minimum."),
        ([*INIT[:3], "--zone", "D", *INIT[5:]], "", 2, "Indiquez A, B ou C"),
        ([*INIT, "--subdivision", "99"], "", 2, "Indiquez un de ces codes"),
        ([*INIT, "--admin-username", "a@b"], "", 2, "sans « @ »"),
        ([*INIT[:6], "pas-une-adresse"], "", 2, "Indiquez une adresse complète"),
    ],
)
def test_init_says_what_it_lacks_and_makes_nothing(portal, words, typed, status, told):
    done = portal.run(*words, typed=typed)
    assert (done.returncode, told in done.stderr) == (status, True), done.stderr
    assert "Traceback" not in done.stderr
    assert "Valmont" not in portal.run("check").stdout


def test_a_backup_comes_back_whole_and_what_it_replaces_is_kept(portal, tmp_path):
    portal.found()
    portal.script(ADD)
    portal.script(PUT)
    saved = tmp_path / "sauvegarde.tar.gz"
    done = portal.run("backup", str(saved))
    assert done.returncode == 0, done.stderr
    assert os.stat(saved).st_mode & 0o077 == 0
    with tarfile.open(saved) as archive:
        names = set(archive.getnames())
    assert {"manifest.json", "secret.key", "files/documents/menu.pdf"} < names
    assert len(names) == 4

    portal.script("from portail.families.models import *; result = Household.objects.all().delete()[0]")
    (portal.data / "files/documents/menu.pdf").write_bytes(b"")
    refused = portal.run("restore", str(saved))
    assert refused.returncode == 1
    assert "ajoutez --replace" in refused.stderr
    assert portal.script(COUNT) == 0

    done = portal.run("restore", str(saved), "--replace")
    assert done.returncode == 0, done.stderr
    assert portal.script(COUNT) == 1
    assert (portal.data / "files/documents/menu.pdf").read_bytes() == b"%PDF-1.7 menu"
    (aside,) = portal.data.glob("replaced-*")
    assert (aside / "files/documents/menu.pdf").read_bytes() == b""
    assert any(path.name.startswith(("portail.sqlite3", "database.pgdump")) for path in aside.iterdir())


def test_a_backup_moves_to_an_empty_machine(portal, tmp_path):
    portal.found()
    saved = tmp_path / "sauvegarde.tar.gz"
    assert portal.run("backup", str(saved)).returncode == 0
    secret = (portal.data / "secret.key").read_text()
    with database() as environment:
        other = Portal(tmp_path / "ailleurs", environment)
        done = other.run("restore", str(saved))
        assert done.returncode == 0, done.stderr
        assert "Valmont-sur-Orne" in done.stdout
        assert (other.data / "secret.key").read_text() == secret
        assert not list(other.data.glob("replaced-*"))
        assert other.run("upgrade").returncode == 0


def damaged(source, target, how) -> None:
    """A copy of an archive with one part changed, or missing, or cut."""
    content = source.read_bytes()
    if how == "cut":
        target.write_bytes(content[: len(content) // 2])
        return
    if how == "other":
        target.write_bytes(b"rien d'une archive")
        return
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        for entry in old:
            data = old.extractfile(entry)
            if how == "lost" and entry.name == "secret.key":
                continue
            if how == "changed" and entry.name == "secret.key":
                entry.size -= 1
            if how == "outside" and entry.name == "secret.key":
                entry.name = "../secret.key"
            new.addfile(entry, data)


@pytest.mark.parametrize("how", ["cut", "other", "lost", "changed", "outside"])
def test_a_damaged_backup_is_refused_and_nothing_moves(portal, tmp_path, how):
    portal.found()
    portal.script(ADD)
    saved, broken = tmp_path / "sauvegarde.tar.gz", tmp_path / "abîmée.tar.gz"
    assert portal.run("backup", str(saved)).returncode == 0
    damaged(saved, broken, how)
    before = sorted(path.name for path in portal.data.iterdir())
    done = portal.run("restore", str(broken), "--replace")
    assert done.returncode == 1
    assert "abîmée" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in portal.data.iterdir()) == before
    assert portal.script(COUNT) == 1
    assert not (tmp_path / "secret.key").exists()


def test_a_backup_is_never_written_over_another_nor_in_a_folder_that_is_not(portal, tmp_path):
    portal.found()
    there = tmp_path / "déjà.tar.gz"
    there.write_text("précieux")
    for target in (there, tmp_path / "absent/b.tar.gz", tmp_path / "b.zip"):
        done = portal.run("backup", str(target))
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
    assert there.read_text() == "précieux"
    assert portal.run("backup", str(tmp_path)).returncode == 0
    assert len(list(tmp_path.glob("portail-*.tar.gz"))) == 1
    assert not list(tmp_path.glob(".*.part"))


UNDO = (
    "from django.core.management import call_command; result = call_command('migrate', 'messaging', 'zero')"
)
FORGET = """
from django.db.migrations.recorder import MigrationRecorder as R
result = R.Migration.objects.filter(app='messaging').delete()[0]
"""


def test_an_older_base_is_refused_by_name_then_upgraded_after_a_backup(portal):
    portal.found()
    portal.script(UNDO)
    for word in ("serve", "worker", "admin-password"):
        done = portal.run(word)
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].endswith("portail upgrade")
    assert "Mises à jour" in portal.run("check").stdout
    done = portal.run("upgrade")
    assert done.returncode == 0, done.stdout + done.stderr
    (saved,) = (portal.data / "backups").iterdir()
    assert str(saved) in done.stdout
    again = portal.run("upgrade")
    assert again.returncode == 0
    assert "déjà à jour" in again.stdout
    assert list((portal.data / "backups").iterdir()) == [saved]


def test_an_upgrade_that_fails_tells_the_way_back(portal):
    portal.found()
    assert portal.script(FORGET) >= 1  # its tables stay: they cannot be made again
    done = portal.run("upgrade")
    assert done.returncode == 1
    (saved,) = (portal.data / "backups").iterdir()
    assert f"restore {shlex.quote(str(saved))} --replace" in done.stderr
    assert "Sauvegarde écrite et relue" in done.stdout


def test_a_locked_out_administrator_comes_back(portal):
    portal.found()
    portal.script(
        "from portail.accounts.models import User\nUser.objects.update(is_active=False); result = 0"
    )
    assert "12 caractères" in portal.run("admin-password", "--password-stdin", typed="court\n").stderr
    assert "Il y a : admin." in portal.run("admin-password", "personne", "--link").stderr
    assert portal.run("admin-password").returncode == 2
    done = portal.run("admin-password", "--password-stdin", typed="dix-barques-blanches\n")
    assert done.returncode == 0, done.stderr
    state = portal.script(
        "from portail.accounts.models import User; u = User.objects.get()\n"
        "result = [u.is_active, u.check_password('dix-barques-blanches')]"
    )
    assert state == [True, True]
    link = portal.run("admin-password", "ALIX@exemple.fr", "--link").stdout.splitlines()[1]
    assert link.startswith(f"http://localhost:{portal.port}/mot-de-passe/")
