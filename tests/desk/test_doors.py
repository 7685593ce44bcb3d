"""Every screen of activities, publications and administration: who comes in, who is refused, what is not there."""

import pytest
from django.urls import reverse

from portail.activities.actions import regulation
from portail.messaging.actions import publish_legal_page
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db

EVERYBODY = {"remi", "lou", "renee", "agnes", "alix"}
AGENTS = {"agnes", "alix"}
ADMINISTRATOR = {"alix"}

LISTS = ["lists", "lists_print", "lists_csv"]
AGENT_PAGES = (
    "sessions",
    "generate",
    "closings",
    "closing_new",
    "booking_periods",
    "activities",
    "activity_new",
    "service_new",
    "schools",
    "school_new",
    "places",
    "place_new",
    "years",
    "year_new",
    "calendar",
    "calendar_entry_new",
    "calendar_import",
    "news_list",
    "news_new",
    "documents",
    "document_new",
    "legal_pages",
    "commune",
    "mails",
)
ADMINISTRATOR_PAGES = [
    "users",
    "user_new",
    "regulation",
    "regulation_edit",
    "rule_values",
    "rule_month",
    "simulator",
    "rule_trial",
    "rule_models",
    "journal",
]
PAGES = (
    [(name, EVERYBODY) for name in LISTS]
    + [(name, AGENTS) for name in AGENT_PAGES]
    + [(name, ADMINISTRATOR) for name in ADMINISTRATOR_PAGES]
)


@pytest.fixture
def rows(cast):
    """A row for each address that names one: its arguments, and who may open it."""
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place)
    year, school = make.SchoolYearFactory(), make.SchoolFactory()
    publish_legal_page("accessibilite", "Texte", actor=None, now=NOW)
    regulation.apply_regulation(regulation.default_text("Valmont", "B"), "", actor=None, now=NOW)
    return {
        "session": ([session.pk], AGENTS),
        "closing": ([make.ClosingFactory().pk], AGENTS),
        "activity": ([cast.canteen.activity_id], AGENTS),
        "service": ([cast.canteen.pk], AGENTS),
        "offer_new": ([cast.canteen.pk], AGENTS),
        "offer": ([cast.offer.pk], AGENTS),
        "school": ([school.pk], AGENTS),
        "class_new": ([school.pk, year.pk], AGENTS),
        "class": ([make.SchoolClassFactory().pk], AGENTS),
        "place": ([cast.offer.place_id], AGENTS),
        "year": ([year.pk], AGENTS),
        "year_next": ([year.pk], AGENTS),
        "calendar_entry": ([make.CalendarEntryFactory().pk], AGENTS),
        "news_edit": ([make.NewsFactory().pk], AGENTS),
        "document_edit": ([make.PublicDocumentFactory().pk], AGENTS),
        "legal_edit": (["accessibilite"], AGENTS),
        "legal_version": (["accessibilite", 1], AGENTS),
        "mail": ([make.OutboxMailFactory().pk], AGENTS),
        "user": ([cast.agnes.pk], ADMINISTRATOR),
        "regulation_version": ([1], ADMINISTRATOR),
        "regulation_download": ([1], ADMINISTRATOR),
        "rule_value": (["deadlines", 1], ADMINISTRATOR),
        "rule_model": (["vailhauques"], ADMINISTRATOR),
    }


def status(client, user, address: str, method: str = "get") -> int:
    if user is None:
        client.logout()
    else:
        client.force_login(user)
    return getattr(client, method)(address).status_code


@pytest.mark.parametrize(("name", "allowed"), PAGES)
def test_each_page_opens_to_who_has_the_right(client, cast, name, allowed):
    address = reverse(f"desk:{name}")
    for who in EVERYBODY:
        expected = 200 if who in allowed else 403
        assert (who, status(client, getattr(cast, who), address)) == (who, expected)
    assert status(client, cast.alice.user, address) == 404
    assert status(client, None, address) == 302
    assert status(client, cast.alix, address, "delete") == 405


def test_each_row_opens_to_who_has_the_right(client, cast, rows):
    for name, (arguments, allowed) in rows.items():
        address = reverse(f"desk:{name}", args=arguments)
        for who in EVERYBODY:
            expected = 200 if who in allowed else 403
            assert (name, who, status(client, getattr(cast, who), address)) == (name, who, expected)
        assert (name, status(client, cast.alice.user, address)) == (name, 404)
        assert (name, status(client, cast.alix, address, "delete")) == (name, 405)


def test_a_row_that_is_not_there_is_not_found(client, cast, rows):
    for name, (arguments, _) in rows.items():
        strange = ["nulle-part" if isinstance(each, str) else 999_999 for each in arguments]
        assert (name, status(client, cast.alix, reverse(f"desk:{name}", args=strange))) == (name, 404)


POSTED = {
    "closing_reopen": AGENTS,
    "calendar_entry_remove": AGENTS,
    "news_remove": AGENTS,
    "document_remove": AGENTS,
    "mail_resend": AGENTS,
    "user_disable": ADMINISTRATOR,
    "user_enable": ADMINISTRATOR,
    "user_password": ADMINISTRATOR,
}


@pytest.mark.parametrize(("name", "allowed"), POSTED.items())
def test_gestures_are_posted_by_who_has_the_right(client, cast, name, allowed):
    address = reverse(f"desk:{name}", args=[999_999])
    for who in EVERYBODY:
        expected = 404 if who in allowed else 403
        assert (who, status(client, getattr(cast, who), address, "post")) == (who, expected)
    assert status(client, cast.alice.user, address, "post") == 404
    assert status(client, cast.alix, address) == 405


@pytest.mark.parametrize("gesture", ["archive", "restore", "remove"])
@pytest.mark.parametrize(
    "noun", ["ecole", "lieu", "activite", "prestation", "offre", "classe", "annee", "dossier"]
)
def test_the_structure_s_gestures_too(client, cast, gesture, noun):
    address = reverse(f"desk:{gesture}", args=[noun, 999_999])
    assert status(client, cast.alix, address, "post") == 404
    assert status(client, cast.alix, address) == 405
    assert status(client, cast.alice.user, address, "post") == 404
    if noun not in ("dossier", "classe", "annee"):
        assert status(client, cast.remi, address, "post") == 403


def test_the_menu_shows_only_what_opens(client, cast):
    client.force_login(cast.lou)
    page = client.get(reverse("desk:lists")).content.decode()
    assert "Listes du jour" in page
    for label in ("Activités", "Facturation", "Communication", "Administration"):
        assert f">{label}</a>" not in page


def test_the_password_pages_of_a_family_are_not_colleagues(client, cast):
    client.force_login(cast.alix)
    address = reverse("desk:user", args=[cast.alice.user.pk])
    assert client.get(address).status_code == 404
