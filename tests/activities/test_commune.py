import pytest
from django.core.files.base import ContentFile

from portail.activities.actions import commune as actions
from portail.activities.models import Commune
from portail.core.models import JournalEntry
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
CONTACT = {
    "service_name": "Service enfance",
    "address": "1 place de la Mairie",
    "phone": "+33231000000",
    "email": "enfance@exemple.fr",
    "opening_hours": "Du lundi au vendredi, de 9 h à 17 h",
    "colour": "#22557a",
}


@pytest.fixture(autouse=True)
def commune(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make.CommuneFactory()


def test_the_contact_is_kept_once():
    actions.keep_contact(CONTACT, actor=None, now=NOW)
    actions.keep_contact(CONTACT, actor=None, now=NOW)
    assert Commune.objects.get().colour == "#22557a"
    assert JournalEntry.objects.get().subject == "commune:1"


def test_a_new_logo_takes_the_place_of_the_old_one(django_capture_on_commit_callbacks, tmp_path):
    for content in (b"one", b"two"):
        with django_capture_on_commit_callbacks(execute=True):
            actions.keep_logo(ContentFile(content, "logo.png"), actor=None, now=NOW)
    assert [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()] == [b"two"]
    with django_capture_on_commit_callbacks(execute=True):
        actions.keep_logo(None, actor=None, now=NOW)
        actions.keep_logo(None, actor=None, now=NOW)
    assert not Commune.objects.get().logo
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert JournalEntry.objects.count() == 3
