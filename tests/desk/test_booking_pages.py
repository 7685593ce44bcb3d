"""Book and cancel for a family: after the deadline with a reason, never beyond the places."""

from datetime import date

import pytest
from django.urls import reverse

from portail.bookings.models import Booking, Receipt
from portail.bookings.queries.receipts import RECEIPT_MAIL
from portail.bookings.spans import read
from portail.core.models import OutboxMail
from tests import factories as make
from tests.factories import NOW

TOMORROW = date(2026, 11, 26)  # a Thursday of this very week: the families' deadline was Sunday
LATER = date(2026, 12, 10)


@pytest.fixture
def agent(client, cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    client.force_login(cast.agnes)
    return client


def session(cast, day, **more):
    return make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=day, **more)


def month(cast, day):
    rows = [cast.alice.household.pk, cast.noe.pk, day.replace(day=1)]
    return reverse("desk:month", args=rows)


def check(agent, cast, day, *ticked, shown=()):
    return agent.post(
        month(cast, day), {"s": [s.pk for s in ticked], "shown": ".".join(str(s.pk) for s in shown)}
    )


def save(agent, cast, recap, **more):
    address = reverse("desk:planning_save", args=[cast.alice.household.pk])
    return agent.post(address, {**recap.context["hidden"], "step": "save", "reason": "", **more})


def test_after_the_deadline_a_reason_is_needed_and_the_family_reads_it(agent, cast):
    late = session(cast, TOMORROW)
    recap = check(agent, cast, TOMORROW, late)
    assert "Après la date limite" in recap.content.decode()
    refused = save(agent, cast, recap)
    assert refused.status_code == 422
    assert "Écrivez pourquoi la date limite ou le nombre de places est dépassé" in refused.content.decode()
    assert not Booking.objects.exists()
    done = save(agent, cast, refused, reason="Urgence professionnelle")
    receipt = Receipt.objects.get()
    assert done["Location"] == reverse("desk:receipt", args=[cast.alice.household.pk, receipt.number])
    assert (receipt.by_service, receipt.reason, receipt.author) == (
        True,
        "Urgence professionnelle",
        cast.agnes,
    )
    mail = OutboxMail.objects.filter(kind=RECEIPT_MAIL).get()
    assert mail.to == "alice@exemple.fr"
    assert "Urgence professionnelle" in mail.text
    assert "Urgence professionnelle" in agent.get(done["Location"]).content.decode()


def test_before_the_deadline_no_reason_is_needed(agent, cast):
    recap = check(agent, cast, LATER, session(cast, LATER))
    assert save(agent, cast, recap).status_code == 302
    assert Booking.objects.get().state == "booked"


def test_cancelling_for_the_family(agent, cast):
    late = session(cast, TOMORROW)
    booking = make.BookingFactory(child=cast.noe, household=cast.alice.household, session=late)
    recap = check(agent, cast, TOMORROW, shown=[late])
    save(agent, cast, recap, reason="Enfant malade")
    booking.refresh_from_db()
    assert booking.state == "cancelled"


def test_saving_twice_is_saving_once(agent, cast):
    recap = check(agent, cast, LATER, session(cast, LATER))
    addresses = {save(agent, cast, recap)["Location"] for _ in range(2)}
    assert len(addresses) == 1
    assert Receipt.objects.count() == Booking.objects.count() == 1


def test_beyond_the_places_the_service_says_why(agent, cast):
    full = session(cast, LATER, capacity=0)
    recap = check(agent, cast, LATER, full)
    assert "Au-delà des places" in recap.content.decode()
    assert save(agent, cast, recap).status_code == 422
    assert not Booking.objects.exists()
    save(agent, cast, recap, reason="Accord de l'élue")
    assert (Booking.objects.get().is_over, Receipt.objects.get().reason) == (True, "Accord de l'élue")


def test_a_place_taken_meanwhile_is_told_and_nothing_is_written(agent, cast):
    last = session(cast, LATER, capacity=1)
    recap = check(agent, cast, LATER, last)
    make.BookingFactory(child=cast.lea, household=cast.bob.household, session=last)
    moved = save(agent, cast, recap)
    assert moved.status_code == 422
    assert "La situation a changé entre-temps" in moved.content.decode()
    assert not Receipt.objects.exists()


def test_going_back_keeps_the_ticks(agent, cast):
    wanted = session(cast, LATER)
    recap = check(agent, cast, LATER, wanted)
    page = save(agent, cast, recap, step="edit")
    (cell,) = page.context["month"].cells
    assert (cell.session_id, cell.wanted, cell.is_booked) == (wanted.pk, True, False)
    assert page.content.decode().count(" checked>") == 1
    assert not Booking.objects.exists()


def test_nothing_ticked_is_said(agent, cast):
    session(cast, LATER)
    response = agent.post(month(cast, LATER), {"s": [], "shown": ""}, follow=True)
    assert "Vous n&#x27;avez rien changé" in response.content.decode()


@pytest.mark.parametrize("posted", [{}, {"token": "x"}, {"add": "1-2-3", "token": "x"}, {"add": "9" * 5000}])
def test_a_garbled_recap_changes_nothing(agent, cast, posted):
    address = reverse("desk:planning_save", args=[cast.alice.household.pk])
    response = agent.post(address, posted, follow=True)
    assert "n&#x27;est plus à jour" in response.content.decode()


def test_a_child_of_another_household_is_not_booked(agent, cast):
    wanted = session(cast, LATER)
    recap = check(agent, cast, LATER, wanted)
    foreign = {**recap.context["hidden"], "add": f"{cast.zoe.pk}-{wanted.pk}"}
    address = reverse("desk:planning_save", args=[cast.alice.household.pk])
    assert agent.post(address, {**foreign, "step": "save", "reason": ""}).status_code == 404
    assert not Booking.objects.exists()


def test_a_reason_too_long_stays_and_is_told(agent, cast):
    recap = check(agent, cast, LATER, session(cast, LATER))
    response = save(agent, cast, recap, reason="x" * 400)
    assert response.status_code == 422
    assert "x" * 400 in response.content.decode()
    assert not Booking.objects.exists()


def test_a_month_outside_every_year_leads_to_the_nearest(agent, cast):
    response = agent.get(month(cast, date(2031, 1, 1)), follow=True)
    assert response.redirect_chain == [(month(cast, date(2027, 7, 1)), 302)]
    assert "Le planning va de septembre 2026 à juillet 2027" in response.content.decode()


def test_without_enrolment_the_page_leads_to_it(agent, cast):
    rows = [cast.charlie.household.pk, cast.zoe.pk]
    text = agent.get(reverse("desk:planning", args=rows)).content.decode()
    assert reverse("desk:enrol", args=rows) in text


def test_the_receipts_are_listed(agent, cast):
    save(agent, cast, check(agent, cast, LATER, session(cast, LATER)))
    receipt = Receipt.objects.get()
    text = agent.get(reverse("desk:receipts", args=[cast.alice.household.pk])).content.decode()
    assert receipt.number in text
    other = reverse("desk:receipt", args=[cast.bob.household.pk, receipt.number])
    assert agent.get(other).status_code == 404


# --- a week, all the children, a sheet
def of_all(cast, page="month", span="2026-S50"):
    return reverse(f"desk:{page}", args=[cast.alice.household.pk, None, read(span)])


def test_all_the_children_of_a_family_in_one_save(agent, cast):
    day = session(cast, LATER)
    page = agent.get(of_all(cast))
    assert "Planning de tous les enfants" in page.content.decode()
    assert [tab.label for tab in page.context["ways"].children] == ["Léa", "Noé", "Tous"]
    recap = agent.post(of_all(cast), {"s": [f"{child.pk}-{day.pk}" for child in (cast.lea, cast.noe)]})
    assert recap.context["hidden"]["month"] == "2026-S50"
    back = save(agent, cast, recap, step="edit").content.decode()
    assert f'action="{of_all(cast)}"' in back
    save(agent, cast, recap)
    assert (Receipt.objects.count(), Booking.objects.count()) == (1, 2)


def test_a_child_of_another_family_is_not_ticked(agent, cast):
    ticked = f"{cast.zoe.pk}-{session(cast, LATER).pk}"
    assert agent.post(of_all(cast), {"s": [ticked]}).status_code == 404


def test_a_sheet_says_what_is_booked_and_who_printed_it(agent, cast):
    make.BookingFactory(child=cast.noe, household=cast.alice.household, session=session(cast, LATER))
    page = agent.get(of_all(cast, "planning_paper", "2026-12")).content.decode()
    for told in ("Imprimé par Agnès Mairie", "Dossier 7001", "<td>1</td>"):
        assert told in page
    assert page.count('<span class="sr-only">Réservé</span>') == 1
    outside = agent.get(of_all(cast, "planning_paper", "2031-01"))
    assert outside.url == of_all(cast, span="2031-01")


def undo(agent, household, receipt):
    return agent.post(reverse("desk:receipt_undo", args=[household.pk, receipt.number]))


def test_an_agent_undoes_a_change_even_after_the_deadline(agent, cast):
    late = session(cast, TOMORROW)
    save(agent, cast, check(agent, cast, TOMORROW, late), reason="Urgence")
    receipt = Receipt.objects.get()
    page = agent.get(reverse("desk:receipt", args=[cast.alice.household.pk, receipt.number]))
    assert "Annuler ce changement" in page.content.decode()
    recap = undo(agent, cast.alice.household, receipt)
    assert (recap.status_code, [c.session for c in recap.context["recap"].removed]) == (200, [late])
    assert Booking.objects.get().state == "booked"  # nothing before it is validated
    save(agent, cast, recap, reason="Erreur de date")
    assert Booking.objects.get().state == "cancelled"
    assert undo(agent, cast.bob.household, receipt).status_code == 404


def test_a_reader_sees_the_receipt_without_the_way_to_undo_it(agent, cast):
    save(agent, cast, check(agent, cast, LATER, session(cast, LATER)))
    receipt = Receipt.objects.get()
    agent.force_login(cast.remi)
    page = agent.get(reverse("desk:receipt", args=[cast.alice.household.pk, receipt.number]))
    assert (page.status_code, "Annuler ce changement" in page.content.decode()) == (200, False)
    assert undo(agent, cast.alice.household, receipt).status_code == 403
