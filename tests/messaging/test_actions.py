"""News, documents, legal pages: published once, changed, taken away; files neither lost nor left behind."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from portail.core.models import JournalEntry
from portail.core.uploads import examine
from portail.messaging import actions
from portail.messaging.models import LegalPage, News, PublicDocument
from tests.factories import NOW

pytestmark = pytest.mark.django_db
NEWS = {
    "title": "Quotient familial",
    "body": "L'actualisation se fait en février.",
    "audience": "public",
    "since": date(2027, 2, 1),
    "until": None,
}
DOCUMENT = {"title": "Règlement", "audience": "public", "since": date(2026, 9, 1), "until": None}


def pdf(name: str = "règlement.pdf", text: str = "un"):
    return examine(SimpleUploadedFile(name, b"%PDF-1.7\n" + text.encode() + b"\n%%EOF"))


def journal() -> list[str]:
    return list(JournalEntry.objects.order_by("pk").values_list("verb", flat=True))


def keep(document, upload=None, **changes):
    return actions.keep_document(document, DOCUMENT | changes, upload, actor=None, now=NOW)


@pytest.fixture
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return lambda: sorted(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_news_posted_twice_is_published_once():
    first = actions.keep_news(News(), NEWS, actor=None, now=NOW)
    assert actions.keep_news(News(), NEWS, actor=None, now=NOW) == first
    assert journal() == ["news.published"]


def test_news_is_changed_then_taken_away_and_the_journal_keeps_its_text():
    news = actions.keep_news(News(), NEWS, actor=None, now=NOW)
    actions.keep_news(news, NEWS | {"until": date(2027, 3, 1)}, actor=None, now=NOW)
    for _ in range(2):
        actions.remove_news(news, actor=None, now=NOW)
    assert journal() == ["news.published", "news.changed", "news.removed"]
    last = JournalEntry.objects.latest("pk")
    assert (last.subject, last.before["body"]) == (f"news:{news.pk}", NEWS["body"])


def test_dates_reversed_are_refused_in_words():
    with pytest.raises(ValidationError, match="doit suivre la date de publication"):
        actions.keep_news(News(), NEWS | {"until": date(2027, 1, 1)}, actor=None, now=NOW)


def test_a_document_posted_twice_is_published_once(files):
    first = keep(PublicDocument(), pdf())
    assert keep(PublicDocument(), pdf()) == first
    assert (first.file_name, first.content_type, first.size) == ("règlement.pdf", "application/pdf", 17)
    assert len(files()) == 1
    assert "règlement" not in first.file.name


def test_a_file_takes_the_place_of_the_one_before(files, django_capture_on_commit_callbacks):
    document = keep(PublicDocument(), pdf())
    with django_capture_on_commit_callbacks(execute=True):
        keep(document, pdf("v2.pdf", "deux"), title="Règlement 2")
    document.refresh_from_db()
    assert (document.title, document.file_name) == ("Règlement 2", "v2.pdf")
    assert files() == [b"%PDF-1.7\ndeux\n%%EOF"]
    with document.file.open() as kept:
        assert kept.read() == files()[0]


def test_the_dates_of_a_document_change_without_its_file(files):
    document = keep(PublicDocument(), pdf())
    changed = keep(document, until=date(2027, 1, 1))
    assert changed.file.name == document.file.name
    assert JournalEntry.objects.latest("pk").after == {"until": "2027-01-01"}


def test_what_is_refused_leaves_no_file_behind_and_loses_none(files):
    with pytest.raises(ValidationError):
        keep(PublicDocument(), pdf(), until=date(2026, 1, 1))
    assert files() == []
    document = keep(PublicDocument(), pdf())
    with pytest.raises(ValidationError):
        keep(document, pdf("v2.pdf", "deux"), until=date(2026, 1, 1))
    assert files() == [b"%PDF-1.7\nun\n%%EOF"]
    assert PublicDocument.objects.get().file_name == "règlement.pdf"


def test_a_document_goes_with_its_file(files, django_capture_on_commit_callbacks):
    document = keep(PublicDocument(), pdf())
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            actions.remove_document(document, actor=None, now=NOW)
    assert files() == []
    assert journal() == ["document.published", "document.removed"]


def test_a_legal_page_has_versions_and_the_same_text_makes_none():
    for body in ("Un", "Un", "Deux"):
        actions.publish_legal_page("conditions-generales", body, actor=None, now=NOW)
    actions.publish_legal_page("accessibilite", "Autre", actor=None, now=NOW)
    assert list(LegalPage.objects.values_list("kind", "version", "body")) == [
        ("accessibilite", 1, "Autre"),
        ("conditions-generales", 2, "Deux"),
        ("conditions-generales", 1, "Un"),
    ]
    assert actions.current_pages()["conditions-generales"].body == "Deux"
