"""News, documents and legal pages, from the desk."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portail.messaging.actions import publish_legal_page
from portail.messaging.models import LegalPage, News, PublicDocument
from tests import factories as make
from tests.desk.screens import errors, post
from tests.factories import NOW

pytestmark = pytest.mark.django_db
NEWS = {
    "title": "Fermeture d'été",
    "body": "Fermé du 1er au 15 août.\n\n- centre\n- crèche",
    "audience": "families",
    "since": "2027-05-01",
    "until": "",
}
DOCUMENT = {"title": "Règlement", "audience": "public", "since": "2026-09-01", "until": ""}


def pdf(name="règlement.pdf", content=b"%PDF-1.7\nun\n%%EOF"):
    return SimpleUploadedFile(name, content)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_news_is_looked_at_as_families_will_see_it_before_it_is_kept(desk):
    page = post(desk, "news_new", **NEWS, preview="1")
    assert page.status_code == 200
    assert "<li>centre</li>" in page.content.decode()
    assert "Rien n'est encore enregistré." in page.content.decode()
    assert not News.objects.exists()
    assert post(desk, "news_new", **NEWS).url == reverse("desk:news_list")
    news = News.objects.get()
    assert (news.audience, news.body) == ("families", NEWS["body"])


def test_what_is_written_never_becomes_mark_up(desk):
    page = post(
        desk, "news_new", **{**NEWS, "body": "<img src=x onerror=alert(1)>"}, preview="1"
    ).content.decode()
    assert "<img" not in page


def test_two_clicks_publish_once(desk):
    for _ in range(2):
        post(desk, "news_new", **NEWS)
    assert News.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"body": "  "}, "body"),
        ({"audience": "tous"}, "audience"),
        ({"since": "2027-02-30"}, "since"),
        ({"since": "0202-05-01"}, "since"),
        ({"until": "2027-04-30"}, "__all__"),
        ({"title": "a" * 151}, "title"),
    ],
)
def test_news_badly_typed_keeps_what_was_typed(desk, change, field):
    response = post(desk, "news_new", **{**NEWS, **change})
    assert list(errors(response)) == [field]
    assert not News.objects.exists()


def test_news_is_changed_then_taken_away_after_one_question(desk):
    news = make.NewsFactory()
    post(desk, "news_edit", news.pk, **NEWS)
    news.refresh_from_db()
    assert news.title == "Fermeture d'été"
    assert post(desk, "news_remove", news.pk).status_code == 200
    post(desk, "news_remove", news.pk, confirmed="1")
    assert not News.objects.exists()


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({}, ["Demain", "Hier et demain", "Passée"]),
        ({"etat": "en-ligne"}, ["Hier et demain"]),
        ({"etat": "a-venir"}, ["Demain"]),
        ({"etat": "passees"}, ["Passée"]),
        ({"audience": "agents"}, ["Passée"]),
        ({"audience": "martiens", "etat": "x", "page": "x"}, ["Demain", "Hier et demain", "Passée"]),
    ],
)
def test_filters_are_kept_in_the_address(desk, asked, titles):
    make.NewsFactory(title="Hier et demain", since="2026-11-23", until="2026-11-25")
    make.NewsFactory(title="Demain", since="2026-11-25")
    make.NewsFactory(title="Passée", since="2026-11-01", until="2026-11-23", audience="agents")
    page = desk.get(reverse("desk:news_list"), asked)
    assert [news.title for news in page.context["page"]] == titles


def test_long_lists_are_paged_and_cost_the_same(desk, django_assert_num_queries):
    for name, factory in (("news_list", make.NewsFactory), ("documents", make.PublicDocumentFactory)):
        factory()
        with django_assert_num_queries(5):
            desk.get(reverse(f"desk:{name}"))
        factory.create_batch(30)
        with django_assert_num_queries(5):
            page = desk.get(reverse(f"desk:{name}"))
        assert len(page.context["page"]) == 25
        assert len(desk.get(reverse(f"desk:{name}"), {"page": "2"}).context["page"]) == 6


def test_a_document_is_published_replaced_downloaded_and_taken_away(desk):
    assert post(desk, "document_new", **DOCUMENT, upload=pdf()).status_code == 302
    document = PublicDocument.objects.get()
    assert (document.file_name, document.content_type) == ("règlement.pdf", "application/pdf")
    post(desk, "document_edit", document.pk, **{**DOCUMENT, "title": "Règlement 2027"})
    post(desk, "document_edit", document.pk, **DOCUMENT, upload=pdf("v2.pdf", b"%PDF-1.7\ndeux\n%%EOF"))
    document.refresh_from_db()
    assert document.file_name == "v2.pdf"
    answer = desk.get(reverse("desk:document_file", args=[document.pk]))
    assert b"".join(answer) == b"%PDF-1.7\ndeux\n%%EOF"
    assert "attachment" in answer["Content-Disposition"]
    post(desk, "document_remove", document.pk, confirmed="1")
    assert not PublicDocument.objects.exists()


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("vide.pdf", b""),
        SimpleUploadedFile("virus.exe", b"MZ"),
        SimpleUploadedFile("faux.pdf", b"<html><script>alert(1)</script></html>"),
        SimpleUploadedFile("page.html", b"<html></html>"),
        SimpleUploadedFile("dessin.svg", b"<svg onload='alert(1)'/>"),
        "",
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(desk, upload):
    response = post(desk, "document_new", **DOCUMENT, upload=upload)
    assert list(errors(response)) == ["upload"]
    assert not PublicDocument.objects.exists()


def test_a_file_too_large_is_refused(desk, settings):
    settings.UPLOAD_MAX_BYTES = 20
    response = post(desk, "document_new", **DOCUMENT, upload=pdf(content=b"%PDF-1.7" + b"0" * 50))
    assert list(errors(response)) == ["upload"]


def test_a_strange_file_name_goes_nowhere_else(desk):
    post(desk, "document_new", **DOCUMENT, upload=pdf("../../etc/passwd.pdf"))
    document = PublicDocument.objects.get()
    assert document.file_name == "passwd.pdf"
    assert document.file.name.startswith("documents/")
    assert "passwd" not in document.file.name


def test_a_legal_page_gets_a_new_version_and_the_old_one_stays(desk):
    address = reverse("desk:legal_edit", args=["conditions-generales"])
    assert "À écrire" in desk.get(reverse("desk:legal_pages")).content.decode()
    assert "prochaine connexion" in desk.get(address).content.decode()
    for body in ("Un", "Deux\r\nlignes", "Deux\r\nlignes"):
        assert desk.post(address, {"body": body}).status_code == 302
    assert list(LegalPage.objects.values_list("version", "body")) == [(2, "Deux\nlignes"), (1, "Un")]
    old = desk.get(reverse("desk:legal_version", args=["conditions-generales", 1])).content.decode()
    assert "<p>Un</p>" in old


@pytest.mark.parametrize("body", ["", "   \n", "a" * 200_001])
def test_a_legal_page_needs_a_text(desk, body):
    desk.html_limit = 250_000
    publish_legal_page("accessibilite", "Avant", actor=None, now=NOW)
    response = desk.post(reverse("desk:legal_edit", args=["accessibilite"]), {"body": body})
    assert list(errors(response)) == ["body"]
    assert LegalPage.objects.get().body == "Avant"
