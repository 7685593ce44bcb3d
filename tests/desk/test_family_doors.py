"""Each door of the families' side of the desk, tried by everyone."""

from datetime import date
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portail.accounts.rights import has_right
from portail.bookings.models import Absence, Receipt, ReceiptLine, TypicalWeek
from portail.core.uploads import examine
from portail.desk import urls
from portail.families.actions import documents, proofs, requests
from portail.families.models import Request
from tests import factories as make
from tests.desk.doors import DOORS, Door
from tests.factories import NOW

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def rows(cast, time_machine):
    """A row of each kind that an address may name, all of Alice's household."""
    time_machine.move_to(NOW, tick=False)
    home, alice = cast.alice.household, cast.alice.user
    awaited = make.UserFactory(activated_at=None, references={"number": home.number}, first_name="Marc")
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place)
    booking = make.BookingFactory(child=cast.lea, household=home, session=session)
    receipt = Receipt.objects.create(
        household=home, token=UUID(int=1), author=alice, author_label="Alice Martin", created_at=NOW
    )
    ReceiptLine.objects.create(receipt=receipt, booking=booking, change="added")
    upload = examine(SimpleUploadedFile("carte.pdf", PDF))
    sent = proofs.send_proof(home, [upload], kind="CAF", token=UUID(int=2), author=alice, now=NOW)
    waiting = make.UserFactory(first_name="Marie", last_name="Démocivis")
    absence = Absence.objects.create(booking=booking, reason="maladie", told_at=NOW)
    week = TypicalWeek.objects.create(
        household=home,
        child=cast.lea,
        activity=cast.canteen.activity,
        since=date(2026, 12, 1),
        until=date(2026, 12, 31),
        kept_at=NOW,
    )
    found = {
        "one": 1,
        "absence": absence.pk,
        "week": week.pk,
        "household": home.pk,
        "adult": cast.alice.adult.pk,
        "awaited": awaited.pk,
        "child": cast.lea.pk,
        "year": make.SchoolYearFactory().pk,
        "first": date(2026, 12, 1),
        "enrolment": cast.lea.enrolments.get().pk,
        "contact": make.ChildContactFactory(household=home, child=cast.lea).pk,
        "receipt": receipt.number,
        "document": documents.put_document(home, "Carte", upload, actor=cast.agnes, now=NOW).pk,
        "quotient": make.QuotientFactory(household=home).pk,
        "sent": sent.pk,
        "proof": sent.documents.get().pk,
        "change": requests.ask_change(home, {"city": "Caen"}, household=home, author=alice, now=NOW).pk,
        "message": requests.send_message(home, "Bonjour", author=alice, now=NOW).pk,
        "certificate": requests.ask_tax_certificate(home, 2025, author=alice, now=NOW).pk,
        "link": make.RequestFactory(kind=Request.Kind.LINK, household=None, author=waiting).pk,
    }
    return SimpleNamespace(cast=cast, **found)


def address(door: Door, rows: SimpleNamespace) -> str:
    return reverse(f"desk:{door.name}", args=[getattr(rows, name) for name in door.rows])


def test_every_address_of_the_families_side_has_its_line():
    ours = [*urls.home_pages, *urls.family_pages, *urls.request_pages]
    assert sorted(pattern.name for pattern in ours) == sorted(door.name for door in DOORS)


def statuses(client, rows, doors=DOORS, method=None, path=address) -> dict[str, int]:
    """What each door answers; one page after the other, for the rows are long to make."""
    found = {}
    for door in doors:
        response = getattr(client, method or door.method)(path(door, rows))
        if response.streaming:
            b"".join(response.streaming_content)  # which closes the file
        found[door.name] = response.status_code
    return found


def test_nobody_enters_without_signing_in(client, rows):
    for door in DOORS:
        response = getattr(client, door.method)(address(door, rows))
        assert response.status_code == 302, door.name
        assert response["Location"].startswith(reverse("account_login")), door.name


def test_to_a_family_there_is_nothing_here(client, rows):
    client.force_login(rows.cast.alice.user)
    assert set(statuses(client, rows).values()) == {404}


@pytest.mark.parametrize("who", ["lou", "remi", "renee", "agnes", "alix"])
def test_a_colleague_enters_with_the_right_and_only_then(client, rows, who):
    colleague = getattr(rows.cast, who)
    client.force_login(colleague)
    found = statuses(client, rows)
    refused = {name for name, status in found.items() if status == 403}
    assert refused == {
        door.name for door in DOORS if door.right is not None and not has_right(colleague, door.right)
    }
    assert {found[name] for name in found.keys() - refused} <= {200, 302, 422}


@pytest.mark.parametrize("number", [0, 999_999, 10**30])
def test_what_does_not_exist_is_not_found(client, rows, number):
    def missing(door: Door, rows: SimpleNamespace) -> str:
        first = getattr(rows, door.rows[0])
        return address(door, rows).replace(f"/{first}/", f"/{number}/", 1)

    client.force_login(rows.cast.agnes)
    named = [door for door in DOORS if door.rows and door.name != "results"]
    assert set(statuses(client, rows, named, path=missing).values()) == {404}


def test_a_row_of_another_household_is_not_found(client, rows):
    def elsewhere(door: Door, rows: SimpleNamespace) -> str:
        return address(door, rows).replace(f"/{rows.household}/", f"/{rows.cast.charlie.household.pk}/", 1)

    client.force_login(rows.cast.agnes)
    # joining is how a child of another household comes
    named = [door for door in DOORS if len(door.rows) > 1 and door.name != "child_join"]
    found = statuses(client, rows, named, path=elsewhere)
    assert found == dict.fromkeys(found, 404)


def test_another_method_is_refused(client, rows):
    client.force_login(rows.cast.agnes)
    assert set(statuses(client, rows, method="delete").values()) == {405}
    posted = [door for door in DOORS if door.method == "post" and door.name != "planning_save"]
    assert set(statuses(client, rows, posted, method="get").values()) == {405}
