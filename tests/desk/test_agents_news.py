"""What is published for the agents is read by them, and by nobody else."""

import pytest
from django.urls import reverse

from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def published(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make.NewsFactory(title="Réunion du service", audience="agents")
    make.NewsFactory(title="Rendez-vous passé", audience="agents", until="2026-11-23")
    make.NewsFactory(title="Pour les familles", audience="families")
    return make.PublicDocumentFactory(title="Planning des animateurs", audience="agents")


def test_agents_find_their_news_and_documents_on_the_first_page(desk, published):
    page = desk.get(reverse("desk:home")).content.decode()
    assert "Réunion du service" in page
    assert "Planning des animateurs" in page
    assert "Rendez-vous passé" not in page
    assert "Pour les familles" not in page
    answer = desk.get(reverse("front:document", args=[published.pk]))
    assert b"".join(answer) == b"%PDF-1.7"


def test_a_family_never_reads_them(client, cast, today, published):
    client.force_login(cast.alice.user)
    assert "Réunion du service" not in client.get(reverse("front:news")).content.decode()
    assert client.get(reverse("front:document", args=[published.pk])).status_code == 404
