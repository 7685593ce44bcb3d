"""Who chose English finds no French word on the families' screens, in their refusals and in their mails.

What people and the town write (names, news, reasons) stays as it was written.
"""

from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

import portail
from portail.accounts import mails
from portail.accounts.models import User
from portail.activities.actions.closings import Selection
from portail.billing.models import CreditNote, InvoiceLine
from portail.bookings import offer_keys
from portail.bookings.actions import closings
from portail.bookings.actions.absences import tell_absences
from portail.bookings.models import Absence, Booking, Enrolment, Receipt, TypicalWeek
from portail.bookings.queries.touched import fingerprint
from portail.core.models import OutboxMail
from portail.core.uploads import examine
from portail.families.actions import decisions, documents, links, requests
from portail.families.models import FamilyDocument, Request
from portail.messaging.actions import publish_default_pages
from tests import factories as make
from tests.accounts.helpers import key_of, wanted
from tests.bookings.rushes import TEXT
from tests.bookings.sayings import IN_TIME, MONDAY, add, change, remove, session, week
from tests.english import french, words
from tests.front.english_mails import (
    a_proposal,
    about_absences,
    about_money,
    about_quotients,
    add_rules,
    an_offer,
)
from tests.walk import Address, addresses, forms

pytestmark = pytest.mark.django_db

FAMILY_SIDE = [a for a in addresses() if a.name.startswith(("front:", "account_"))]
LEAVING = ("front:language", "account_logout")
SCREENS = [a for a in FAMILY_SIDE if a.name not in LEAVING]
ORDER_MAIL = "attendance/mail/kitchen_order"  # the kitchen's, in French
# What was written by people or by the town.
DATA = (
    *(
        "Portail Famille",
        "Français",
        "Restauration scolaire",
        "Cantine",
        "École Jules-Verne",
        "Restaurant Jules-Verne",
    ),
    *("Léa", "Noé", "Zoé", "Mamie Jeanne", "Valmont-sur-Orne", "12 rue des Lilas", "7 rue Haute"),
    *(
        "Panne de chauffage",
        "Bonjour, la cantine ouvre-t-elle le 4 janvier ?",
        "Oui, dès 7 h.",
        "Attestation 2025",
    ),
    *(
        "avis d'imposition",
        "Facture de novembre 2026",
        "Avoir sur la facture",
        "Carte de quotient familial Q-",
        "Reçu de paiement P-",
    ),
    "Mon.",  # the day, in English
    *("Repas de Noël", "Habitants de la commune", "Toutes les familles"),
    *("Fermeture d'été", "Réouverture : ", "Pièce manquante", "Fête du Travail"),
)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(IN_TIME, tick=False) as traveller:
        yield traveller


@pytest.fixture
def town(cast):
    """A family that has something on every screen: days in every state, a receipt, a contact, requests, a file."""
    publish_default_pages("Valmont-sur-Orne", now=IN_TIME)
    make.NewsFactory(title="Fermé le lundi")
    make.PublicDocumentFactory(title="Règlement des accueils")
    booked, full, _closed, theirs = week(cast)
    session(cast, MONDAY - timedelta(days=6))  # its limit has gone by
    full.capacity = 0
    full.save()
    make.BookingFactory(child=cast.lea, session=theirs, household=cast.bob.household)
    cast.receipt = change(cast.alice, add(cast.lea, booked))
    make.CalendarEntryFactory(start=MONDAY + timedelta(days=7), end=MONDAY + timedelta(days=11))
    selection = Selection(MONDAY + timedelta(days=3), MONDAY + timedelta(days=3))
    closings.close(selection, closings.Said("Panne de chauffage"), seen="", actor=cast.agnes, now=IN_TIME)
    cast.contact = make.ChildContactFactory(
        household=cast.alice.household, child=cast.lea, may_pick_up=True, is_emergency=True
    )
    cast.asked = make.RequestFactory(author=cast.alice.user, household=cast.alice.household)
    for state in ("approved", "answered", "refused", "withdrawn"):
        make.RequestFactory(
            author=cast.alice.user, household=cast.alice.household, state=state, answer="Oui, dès 7 h."
        )
    cast.file = documents.put_document(
        cast.alice.household, "Attestation 2025", upload(), actor=cast.agnes, now=IN_TIME
    )
    with_money(cast)
    with_places(cast)
    cast.newcomer = make.UserFactory(username="nadia", first_name="Nadia")
    make.RequestFactory(kind=Request.Kind.LINK, author=cast.newcomer, household=None, message="")
    return cast


def with_money(cast) -> None:
    """An absence, an invoice read as a PDF, another that a credit note takes back, what was paid, a quotient."""
    about_money(cast)
    about_quotients(cast)
    cast.absence = (
        Absence.objects.first()
        or tell_absences(
            cast.alice.household,
            list(cast.receipt.lines.values_list("booking", flat=True)),
            reason="",
            actor=cast.alice.user,
            now=IN_TIME,
        )[0]
    )
    cast.credit_note = CreditNote.objects.get()
    cast.line = InvoiceLine.objects.get(invoice__number=2026000000002)
    cast.paper = FamilyDocument.objects.filter(kind=FamilyDocument.Kind.INVOICE).first()


def with_places(cast) -> None:
    """A period that opens soon, a typical week, a place that is offered, a custody calendar to answer."""
    add_rules(TEXT.replace("2026-12-07", "2027-03-01").replace("2026-12-18", "2027-03-12"))
    cast.typical_week = TypicalWeek.objects.create(
        household=cast.alice.household,
        child=cast.lea,
        activity=cast.canteen.activity,
        since=IN_TIME.date(),
        until=MONDAY + timedelta(days=200),
        kept_at=IN_TIME,
    )
    cast.offered = an_offer(cast)
    cast.term = a_proposal(cast)


def upload():
    return examine(SimpleUploadedFile("attestation.pdf", b"%PDF-1.7 x", "application/pdf"))


def path(address: Address, cast) -> str:
    values = {
        "child_id": cast.lea.pk,
        "contact_id": cast.contact.pk,
        "document_id": cast.file.pk,
        "first": MONDAY.replace(day=1),
        "key": "perdue",
        "absence_id": cast.absence.pk,
        "code": cast.paper.code,
        "line_id": cast.line.pk,
        "secret": "perdu",
        "year": "2026",
        "front:invoice number": cast.line.invoice.number,
        "front:dispute number": cast.line.invoice.number,
        "front:credit_note number": cast.credit_note.number,
        "kind": "conditions-generales",
        "number": cast.receipt.number,
        "request_id": cast.asked.pk,
        "session_id": 1,
        "term_id": cast.term.pk,
        "week_id": cast.typical_week.pk,
        "front:offer key": offer_keys.make(cast.offered),
        **{f"front:{name} code": "noel" for name in ("opening", "opening_book", "room", "room_leave")},
    }
    for name in address.params:
        values[name] = values.get(f"{address.name} {name}", values.get(name))
    return address.path({name: values[name] for name in address.params})


def signed_in(client, user: User | None):
    client.cookies["portail_langue"] = "en"
    client.html_limit = 80_000
    if user:
        client.force_login(user)
    return client


def is_page(response) -> bool:
    """Not a file, which is read so that it is closed, nor the way to another page, which has its own turn."""
    if response.streaming:
        response.getvalue()
    return response["Content-Type"].startswith("text/html") and response.status_code not in (301, 302)


def left_in(response) -> list[str]:
    """The French words of a page in English."""
    if not is_page(response):
        return []
    page = response.content.decode()
    assert '<html lang="en">' in page
    return french(words(page), DATA)


# --- the search itself
@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<p>Your days are saved.</p>", []),
        ("<p>Vos jours sont enregistrés.</p>", ["Vos jours sont enregistrés."]),
        ('<button aria-label="Fermer"></button><a title="Voir le planning">x</a>', ["Voir le planning"]),
        ("<p>The deadline was Sunday : change</p>", ["The deadline was Sunday : change"]),
        ('<p lang="fr">Vos jours <b>sont</b> là.</p><p>Yes</p>', []),
        ("<p>Léa, Mon 7 – Fri 11</p>", []),
    ],
)
def test_the_search_sees_french(page, found):
    assert french(words(page), DATA) == found


# --- screens
@pytest.mark.parametrize("who", ["nobody", "alice", "bob", "newcomer"])
def test_no_french_is_left_on_any_screen(client, town, who):
    user = {"alice": town.alice.user, "bob": town.bob.user, "newcomer": town.newcomer}.get(who)
    signed_in(client, user)
    left = {address.name: left_in(client.get(path(address, town))) for address in SCREENS}
    assert {name: texts for name, texts in left.items() if texts} == {}


@pytest.mark.parametrize(
    ("who", "typed"),
    [*product(["nobody", "alice"], [None, "", "#"]), ("newcomer", None)],
    ids=lambda value: {None: "nothing", "": "as shown", "#": "nonsense"}.get(value, value),
)
def test_no_french_is_left_in_what_forms_answer(client, town, who, typed):
    """Every form of every screen, sent empty, as it is shown, or full of nonsense."""
    user = {"alice": town.alice.user, "newcomer": town.newcomer}.get(who)
    signed_in(client, user)
    done = {reverse(name) for name in LEAVING}
    left = {}
    for address in SCREENS:
        page = client.get(path(address, town))
        for form in forms(page.content.decode()) if is_page(page) else ():
            action = form.action or page.request["PATH_INFO"]
            if form.method == "post" and action not in done:
                done.add(action)
                left[action] = left_in(client.post(action, filled(form.fields, typed), follow=True))
    assert {where: texts for where, texts in left.items() if texts} == {}


def filled(fields: dict[str, list[str]], typed: str | None) -> dict[str, list[str]]:
    if typed is None:
        return {}
    return {name: [typed] if typed else values for name, values in fields.items()}


@pytest.mark.parametrize("kind", ["mentions-legales", "donnees-personnelles", "accessibilite"])
def test_no_french_is_left_around_the_legal_pages(client, town, kind):
    assert left_in(signed_in(client, None).get(reverse("front:legal", args=[kind]))) == []


@pytest.mark.parametrize("taken_away", ["bookings", "enrolments", "children"])
def test_no_french_is_left_where_there_is_nothing_yet(client, cast, taken_away):
    if taken_away != "bookings":
        Enrolment.objects.all().delete()
    if taken_away == "children":
        cast.alice.household.child_links.all().delete()
    signed_in(client, cast.alice.user)
    names = ("dashboard", "planning", "receipts", "household", "reach", "documents", "requests", "billing")
    left = {name: left_in(client.get(reverse(f"front:{name}"), follow=True)) for name in names}
    assert {name: texts for name, texts in left.items() if texts} == {}


def test_a_change_is_checked_refused_and_saved_in_english(client, town):
    signed_in(client, town.alice.user)
    month = reverse("front:month", args=[town.lea.pk, MONDAY.replace(day=1)])
    tuesday = town.canteen.sessions.get(date=MONDAY + timedelta(days=1))
    wednesday = session(town, MONDAY + timedelta(days=2))
    recap = client.post(month, {"s": [tuesday.pk, wednesday.pk], "shown": ""})
    page = recap.content.decode()
    assert "Check your changes" in page
    assert "Can be cancelled until Sunday 6 December at 9 pm" in page
    [form] = [f for f in forms(page) if f.action == reverse("front:planning_save")]
    saved = client.post(form.action, form.fields | {"step": ["save"]}, follow=True)
    assert "Your changes are saved" in saved.content.decode()
    assert left_in(recap) + left_in(saved) == []


def test_the_desk_stays_in_french(client, cast):
    signed_in(client, cast.agnes)
    response = client.get(reverse("desk:home"))
    assert response["Content-Language"] == "fr"
    assert '<html lang="fr">' in response.content.decode()


# --- mails
def test_no_french_is_left_in_any_mail(cast):
    User.objects.update(language="en")
    write_every_mail(cast)
    sent = OutboxMail.objects.order_by("pk")
    left = {
        mail.kind: french([mail.subject_line, *mail.text.splitlines(), *words(mail.html)], DATA)
        for mail in sent
    }
    assert {kind: texts for kind, texts in left.items() if texts} == {}
    assert {mail.kind for mail in sent} == mail_templates()


def mail_templates() -> set[str]:
    folder = Path(portail.__file__).parent
    found = (path.relative_to(path.parents[2]) for path in folder.glob("*/templates/*/mail/*.txt"))
    return {path.with_suffix("").as_posix() for path in found} - {"core/mail/base", ORDER_MAIL}


def write_every_mail(cast) -> None:
    alice, agnes, now = User.objects.get(pk=cast.alice.user.pk), cast.agnes, IN_TIME
    for tell in (mails.invitation, mails.password, mails.password_changed, mails.known_address, mails.closed):
        tell(alice, now=now)
    alice.new_email = "autre@exemple.fr"
    mails.new_address(alice, now=now)
    mails.address_changed(alice, "ancienne@exemple.fr", now=now)
    about_an_account(cast)
    for decide in (decisions.refuse, decisions.answer):
        asked = make.RequestFactory(author=alice, household=cast.alice.household)
        decide(asked, "Oui, dès 7 h.", actor=agnes, now=now)
    asked = requests.ask_change(
        cast.alice.household, {"street": "7 rue Haute"}, household=cast.alice.household, author=alice, now=now
    )
    decisions.approve(asked, seen=decisions.current_values(asked), actor=agnes, now=now)
    documents.put_document(cast.alice.household, "Attestation 2025", upload(), actor=agnes, now=now)
    about_bookings(cast)
    about_money(cast)
    about_quotients(cast)
    about_absences(cast)
    an_offer(cast)
    a_proposal(cast)


def about_an_account(cast) -> None:
    """Signing up, tied or not, untied."""
    newcomer = links.sign_up(wanted(language="en"), now=IN_TIME)
    assert newcomer
    links.activate(key_of(OutboxMail.objects.get(kind="front/mail/activation")), now=IN_TIME)
    asked = Request.objects.get(kind=Request.Kind.LINK)
    links.refuse_link(asked, "Pièce manquante", actor=cast.agnes, now=IN_TIME)
    asked = make.RequestFactory(kind=Request.Kind.LINK, author=newcomer, household=None, message="")
    adult = make.AdultFactory(household=cast.alice.household, first_name="Maurice", email="")
    links.link(asked, adult, actor=cast.agnes, now=IN_TIME)
    links.unlink(adult, actor=cast.agnes, now=IN_TIME)


def about_bookings(cast) -> None:
    """Changed by the family, cancelled by a closing, reopened when a place is left and when none is."""
    monday, tuesday, thursday, _friday = week(cast, capacity=1)
    change(cast.alice, add(cast.lea, monday, tuesday, thursday))
    change(cast.alice, remove(cast.lea, thursday))
    selection = Selection(monday.date, tuesday.date)
    seen = fingerprint(closings.touched_by(selection))
    closing = closings.close(
        selection, closings.Said("Panne de chauffage"), seen=seen, actor=cast.agnes, now=IN_TIME
    )
    make.BookingFactory(child=cast.noe, session=monday, household=cast.alice.household)
    closings.reopen(closing, give_back=True, actor=cast.agnes, now=IN_TIME)
    assert Receipt.objects.count() == 4
    assert Booking.objects.filter(state="cancelled").exists()
