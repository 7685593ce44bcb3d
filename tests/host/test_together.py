"""Things that happen at the same time: two workers, a backup while families write."""

import subprocess
import sys
import time
from collections import Counter

import pytest
from django.conf import settings

from tests.host.portal import Portal, database, until
from tests.smtp import MailServer

pytestmark = pytest.mark.slow

MAILS = 200
WRITE = f"""
from datetime import timedelta; from django.utils import timezone; from portail.core.models import OutboxMail
from portail.core.outbox import new_message_id
now = timezone.now()
OutboxMail.objects.bulk_create([OutboxMail(message_id=new_message_id(), kind="x", to="zoe@exemple.fr",
    subject_line=f"Courriel {{n}}", text="Bonjour", due_at=now, created_at=now) for n in range({MAILS})])
result = {MAILS}
"""
LEFT = "from portail.core.models import OutboxMail as M; result = M.objects.exclude(state='sent').count()"


@pytest.fixture
def mail_server():
    server = MailServer()
    server.start()
    yield server
    server.stop()


def test_two_workers_share_the_mails_and_send_each_once(portal, mail_server):
    portal.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{mail_server.port}"
    portal.found()
    portal.script(WRITE)
    command = [sys.executable, "-m", "portail", "worker"]
    workers = [
        subprocess.Popen(command, cwd=settings.BASE_DIR, env=portal.env(), stderr=subprocess.DEVNULL)  # noqa: S603
        for _ in range(2)
    ]
    try:
        assert until(lambda: len(mail_server.messages) >= MAILS)
        assert until(lambda: portal.script(LEFT) == 0, 20)
        seen = portal.script("from portail.core.models import WorkerBeat as B; result = B.objects.count()")
    finally:
        for worker in workers:
            worker.terminate()
        assert [worker.wait(20) for worker in workers] == [0, 0]
    assert seen == 2
    assert set(Counter(str(message["Message-ID"]) for message in mail_server.messages).values()) == {1}
    assert len(mail_server.messages) == MAILS


# Each turn: a file, then two rows that only make sense together, in one transaction; now and then one goes away.
WRITER = """
import django, itertools; django.setup()
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from portail.families.models import FamilyDocument, Household
now = timezone.now()
for n in itertools.count(1):
    with transaction.atomic():
        home = Household.objects.create(number=str(n), name=f"FAMILLE {n}", created_at=now)
        document = FamilyDocument(household=home, title=str(n), file_name="a.pdf", content_type="application/pdf",
                                  size=5, added_at=now)
        document.file.save(f"{n}.pdf", ContentFile(b"%PDF-" * 2000), save=False)
        document.save()
    if n % 7 == 0:
        old = FamilyDocument.objects.order_by("pk").first()
        name, storage = old.file.name, old.file.storage
        with transaction.atomic():
            home = old.household
            old.delete(); home.delete()
            transaction.on_commit(lambda: storage.delete(name))
"""
WHOLE = """
from portail.families.models import FamilyDocument, Household
documents = list(FamilyDocument.objects.all())
result = {
    "alone": Household.objects.filter(documents=None).count(),
    "homes": Household.objects.count(),
    "missing": [d.title for d in documents if not d.file.storage.exists(d.file.name)],
    "short": [d.title for d in documents if d.file.storage.exists(d.file.name) and d.file.size != 10_000],
}
"""


def test_a_backup_taken_while_families_write_comes_back_whole(portal, tmp_path):
    portal.found()
    writer = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", WRITER],
        cwd=settings.BASE_DIR,
        env=portal.env(DJANGO_SETTINGS_MODULE="config.settings"),
    )
    saved = []
    try:
        for number in range(3):
            time.sleep(1)
            saved.append(tmp_path / f"sauvegarde-{number}.tar.gz")
            done = portal.run("backup", str(saved[-1]))
            assert done.returncode == 0, done.stderr
        assert writer.poll() is None, "the writer stopped: the test proves nothing"
    finally:
        writer.kill()
        writer.wait()
    homes = []
    for number, archive in enumerate(saved):
        with database() as environment:
            other = Portal(tmp_path / f"ailleurs-{number}", environment)
            done = other.run("restore", str(archive))
            assert done.returncode == 0, done.stderr
            facts = other.script(WHOLE)
        assert (facts["alone"], facts["missing"], facts["short"]) == (0, [], [])
        homes.append(facts["homes"])
    assert homes[0] > 0
    assert homes == sorted(set(homes)), "nothing was written between two backups: the test proves nothing"
