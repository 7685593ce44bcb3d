"""« Garde partagée » as parents use it: propose, look, accept or refuse, exchange; and what a court hides at once."""

import html
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from portail.bookings.actions.absences import tell_absences
from portail.bookings.actions.feeds import open_feed
from portail.bookings.actions.receipt_papers import issue_receipt
from portail.bookings.queries import receipt
from portail.core.models import JournalEntry, OutboxMail
from portail.families.actions.custody import propose_calendar
from portail.families.models import CustodyTerm, FamilyDocument
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, add, change, session
from tests.custody import alternate, ban, share
from tests.front.helpers import text_of
from tests.guard import GuardingClient

pytestmark = pytest.mark.django_db
FORM = {
    "since": "2026-12-07", "until": "", "usual": "weeks", "weekday": "4", "at": "16:30", "rest": "other",
    "holidays": "", "message": "On essaie ?",
}  # fmt: skip


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(IN_TIME, tick=False) as traveller:
        yield traveller


@pytest.fixture
def alice(client, cast):
    client.force_login(cast.alice.user)
    return client


@pytest.fixture
def bob(cast):
    found = GuardingClient()
    found.force_login(cast.bob.user)
    return found


def url(cast, what="custody"):
    return reverse(f"front:{what}", args=[cast.lea.pk])


def mine(cast, who):
    """The value of « chez vous » in this parent's form."""
    return "a" if who.household.pk < (cast.bob if who is cast.alice else cast.alice).household.pk else "b"


def hidden(page):
    return dict(
        re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html.unescape(page.content.decode()))
    )


def proposed(cast, who, **more):
    term = alternate(cast, cast.alice, since=date(2026, 12, 7), **more)
    return propose_calendar(
        cast.lea, who.household, term, token=uuid4(), author=who.user, now=make.NOW, message="On essaie ?"
    )


# --- from the proposal to the answer
def test_a_parent_proposes_after_seeing_the_weeks(alice, cast):
    form = alice.get(url(cast, "custody_propose"))
    assert "chez vous" in text_of(form)
    typed = FORM | {"even": mine(cast, cast.alice)}
    preview = alice.post(url(cast, "custody_propose"), typed | {"step": "check"})
    assert preview.status_code == 200
    said = text_of(preview)
    for expected in (
        "Rien n'est encore envoyé",
        "Semaines paires : chez vous. Semaines impaires : dans l'autre foyer.",
        "La semaine commence le vendredi à 16 h 30",
        "À partir du lundi 7 décembre 2026",
        "50, du 7/12 autre foyer autre foyer puis chez vous à 16 h 30 chez vous",  # it began on Friday 4
        "51, du 14/12 chez vous",
    ):
        assert expected in said
    assert not CustodyTerm.objects.exists()
    answer = alice.post(url(cast, "custody_propose"), hidden(preview) | {"step": "send"})
    again = alice.post(url(cast, "custody_propose"), hidden(preview) | {"step": "send"})
    assert (answer.status_code, again.status_code) == (302, 302)
    term = CustodyTerm.objects.get()
    assert (term.state, term.proposed_by, term.message) == ("proposed", cast.alice.household, "On essaie ?")
    assert sorted(m.to for m in OutboxMail.objects.all()) == ["alice@exemple.fr", "bob@exemple.fr"]
    assert "attend la réponse de l'autre parent" in text_of(alice.get(url(cast)))


def test_the_other_parent_reads_it_from_its_side_and_accepts(alice, bob, cast):
    term = proposed(cast, cast.alice)
    home = text_of(bob.get(reverse("front:dashboard")))
    assert "L'autre parent vous propose un calendrier de garde" in home
    page = text_of(bob.get(url(cast)))
    assert "Semaines paires : dans l'autre foyer. Semaines impaires : chez vous." in page
    assert "On essaie ?" in page
    answer = bob.post(reverse("front:custody_accept", args=[term.pk]), follow=True)
    assert "C'est accepté" in text_of(answer)
    assert "Accepté par les deux foyers le mardi 1er décembre 2026" in text_of(answer)
    assert "Les huit semaines à venir" in text_of(alice.get(url(cast)))
    lines = JournalEntry.objects.filter(verb="custody.accepted").values_list("subject", flat=True)
    assert set(lines) == {x.household.journal_subject for x in (cast.alice, cast.bob)}
    again = bob.post(reverse("front:custody_accept", args=[term.pk]))
    assert (again.status_code, JournalEntry.objects.filter(verb="custody.accepted").count()) == (302, 2)


def test_nothing_of_a_dossier_is_told_to_the_other(alice, bob, cast):
    term = proposed(cast, cast.alice)
    bob.post(reverse("front:custody_accept", args=[term.pk]))
    told = [
        text_of(alice.get(url(cast))),
        *OutboxMail.objects.filter(to="alice@exemple.fr").values_list("text", flat=True),
    ]
    assert len(told) == 3
    for secret in ("Durand", "Bob", "bob@exemple.fr", cast.bob.household.number):
        assert all(secret not in words for words in told)


def test_a_refusal_says_why_and_changes_nothing(alice, bob, cast):
    term = proposed(cast, cast.alice)
    assert bob.get(reverse("front:custody_refuse", args=[term.pk])).status_code == 200
    answer = bob.post(
        reverse("front:custody_refuse", args=[term.pk]), {"answer": "Plutôt en janvier"}, follow=True
    )
    assert "C'est refusé : rien ne change" in text_of(answer)
    assert "Réponse : Plutôt en janvier" in OutboxMail.objects.filter(to="alice@exemple.fr").latest("pk").text
    cast.lea.refresh_from_db()
    assert not cast.lea.has_custody
    late = bob.post(reverse("front:custody_accept", args=[term.pk]), follow=True)
    assert "n'attend plus de réponse" in text_of(late)


def test_who_proposes_may_withdraw_and_not_accept(alice, bob, cast):
    term = proposed(cast, cast.alice)
    for name in ("custody_accept", "custody_refuse"):
        alice.post(reverse(f"front:{name}", args=[term.pk]))
    term.refresh_from_db()
    assert term.is_waiting
    bob.post(reverse("front:custody_withdraw", args=[term.pk]))
    term.refresh_from_db()
    assert term.is_waiting
    assert "est retirée" in text_of(
        alice.post(reverse("front:custody_withdraw", args=[term.pk]), follow=True)
    )
    assert "n'attend plus" in text_of(bob.post(reverse("front:custody_refuse", args=[term.pk]), follow=True))


def test_one_answers_before_proposing_another_calendar(bob, cast):
    proposed(cast, cast.alice)
    typed = FORM | {"even": mine(cast, cast.bob)}
    sent = bob.post(
        url(cast, "custody_propose"), typed | {"step": "send", "token": str(uuid4())}, follow=True
    )
    assert "répondez-lui d'abord" in text_of(sent)
    assert CustodyTerm.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"since": ""}, "Remplissez « À partir du »"),
        ({"since": "2026-12-07", "until": "2026-12-01"}, "La fin vient avant le début"),
        ({"even": ""}, "Choisissez où l'enfant passe les semaines paires"),
        ({"usual": "days"}, "Cochez au moins un jour"),
        ({"since": "2026-11-01", "step": "send"}, "Choisissez un jour à venir"),
    ],
)
def test_what_is_to_correct_is_told_and_kept(alice, cast, typed, told):
    page = alice.post(url(cast, "custody_propose"), FORM | {"even": mine(cast, cast.alice)} | typed)
    assert page.status_code == 422
    assert told in text_of(page)
    assert "On essaie ?" in page.content.decode()
    assert not CustodyTerm.objects.exists()


def test_days_of_the_week_and_halves_of_holidays(alice, cast):
    typed = FORM | {
        "usual": "days",
        "even_days": ["0", "1"],
        "odd_days": ["2"],
        "holidays": mine(cast, cast.alice),
    }
    said = text_of(alice.post(url(cast, "custody_propose"), typed))
    assert "Semaines paires : lundi, mardi chez vous ; mercredi, jeudi" in said
    assert "Vacances scolaires, première moitié : chez vous les années paires" in said
    kept = alice.post(url(cast, "custody_propose"), typed | {"step": "edit"})
    assert kept.status_code == 200
    assert 'value="2026-12-07"' in kept.content.decode()


# --- exchanges
def test_days_are_exchanged_when_the_other_agrees(alice, bob, cast):
    share(cast, cast.alice)
    wednesday = session(cast, MONDAY + timedelta(days=8))
    assert "Pris par l'autre foyer" in text_of(
        alice.get(reverse("front:month", args=[cast.lea.pk, date(2026, 12, 1)]))
    )
    typed = {"first": "2026-12-15", "last": "", "give": "mine", "back_first": "2026-12-10", "back_last": ""}
    preview = alice.post(url(cast, "custody_exchange"), typed)
    assert "Mardi 15 décembre 2026 : chez vous." in text_of(preview)
    assert "Jeudi 10 décembre 2026 : dans l'autre foyer." in text_of(preview)
    alice.post(url(cast, "custody_exchange"), hidden(preview) | {"step": "send"})
    term = CustodyTerm.objects.get(kind="exchange")
    assert "L'autre parent vous propose un échange de jours" in text_of(bob.get(reverse("front:dashboard")))
    bob.post(reverse("front:custody_accept", args=[term.pk]))
    change(cast.alice, add(cast.lea, wednesday))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"first": "2026-12-08"}, "Ces jours sont déjà ainsi"),
        ({"first": "2026-11-24"}, "Choisissez un jour à venir"),
        ({"first": "2026-08-24"}, "Choisissez un jour à venir"),
        ({"first": "2026-12-15", "back_first": "2026-12-15"}, "Ces jours sont déjà dans l'échange"),
        ({"first": "2026-12-15", "back_last": "2026-12-15"}, "Écrivez aussi le premier jour"),
    ],
)
def test_an_exchange_that_changes_nothing_is_not_sent(alice, cast, typed, told):
    share(cast, cast.alice)
    page = alice.post(url(cast, "custody_exchange"), {"give": "mine", "step": "send"} | typed)
    assert (page.status_code, told in text_of(page)) == (422, True)
    assert not CustodyTerm.objects.filter(kind="exchange").exists()


def test_nothing_is_exchanged_without_a_calendar(alice, cast):
    page = alice.post(url(cast, "custody_exchange"), {"first": "2026-12-15", "give": "mine", "step": "send"})
    assert "il n'y a rien à échanger" in text_of(page)
    assert "Proposer un échange" not in text_of(alice.get(url(cast)))


# --- who may come
@pytest.mark.parametrize("name", ["custody", "custody_propose", "custody_exchange"])
def test_a_stranger_and_a_child_of_one_home_get_404(client, cast, name):
    client.force_login(cast.charlie.user)
    assert client.get(url(cast, name)).status_code == 404
    assert client.get(reverse(f"front:{name}", args=[cast.zoe.pk])).status_code == 404


@pytest.mark.parametrize("name", ["custody_accept", "custody_refuse", "custody_withdraw"])
def test_a_stranger_answers_nothing(client, cast, name):
    term = proposed(cast, cast.alice)
    client.force_login(cast.charlie.user)
    assert client.post(reverse(f"front:{name}", args=[term.pk])).status_code == 404
    term.refresh_from_db()
    assert term.is_waiting


@pytest.mark.parametrize("name", ["custody_accept", "custody_withdraw"])
def test_answers_are_posted(alice, cast, name):
    term = proposed(cast, cast.bob)
    assert alice.get(reverse(f"front:{name}", args=[term.pk])).status_code == 405


# --- a court
def status(client, address):
    response = client.get(address)
    b"".join(response)
    return response.status_code


def test_a_court_hides_the_child_everywhere_at_once(alice, bob, cast):
    share(cast, cast.alice)
    own = session(cast, MONDAY + timedelta(days=7))
    made = change(cast.bob, add(cast.lea, own))
    paper = issue_receipt(receipt(cast.bob.household, made.number), actor=cast.bob.user, now=IN_TIME)
    lines = [line.booking_id for line in made.lines.all()]
    (absence,) = tell_absences(cast.bob.household, lines, reason="", actor=cast.bob.user, now=IN_TIME)
    asked = make.RequestFactory(author=cast.bob.user, household=cast.bob.household, child=cast.lea)
    proposed(cast, cast.alice)
    feed = open_feed(cast.bob.adult, actor=cast.bob.user, now=IN_TIME)
    addresses = [
        url(cast),
        url(cast, "custody_propose"),
        reverse("front:month", args=[cast.lea.pk, date(2026, 12, 1)]),
        reverse("front:receipt", args=[made.number]),
        reverse("front:family_document", args=[paper.pk]),
        reverse("front:absence_prove", args=[absence.pk]),
        reverse("front:request", args=[asked.pk]),
    ]
    lists = [
        reverse(f"front:{name}") for name in ("receipts", "documents", "absences", "household", "dashboard")
    ]
    feeds = [reverse("front:calendar_file"), reverse("front:calendar_feed", args=[feed.secret])]
    assert {status(bob, address) for address in addresses} == {200}
    decision = ban(cast, cast.bob, now=IN_TIME)
    assert {status(bob, address) for address in addresses} == {404}
    for address in lists:
        words = text_of(bob.get(address))
        assert "Léa" not in words
        assert made.number not in words
    assert all(b"VEVENT" not in bob.get(address).content for address in feeds)
    judged = FamilyDocument.objects.get(kind="court")
    assert bob.get(reverse("front:family_document", args=[judged.pk])).status_code == 404
    assert alice.get(reverse("front:family_document", args=[judged.pk])).status_code == 404
    assert alice.get(reverse("front:month", args=[cast.lea.pk, date(2026, 12, 1)])).status_code == 200
    assert not OutboxMail.objects.filter(to="bob@exemple.fr", created_at__gt=decision.created_at).exists()


def test_the_file_of_a_judgment_is_in_no_list(bob, cast):
    ban(cast, cast.bob, now=IN_TIME, forbids_seeing=False)
    assert "Décision de justice" not in text_of(bob.get(reverse("front:documents")))
    assert "jugement" not in text_of(bob.get(reverse("front:dashboard")))


# --- weight
@pytest.mark.parametrize("count", [1, 5])
def test_the_page_asks_as_much_for_one_term_as_for_five(alice, cast, count, django_assert_num_queries):
    for _ in range(count):
        share(cast, cast.alice)
    with django_assert_num_queries(11):
        alice.get(url(cast))


def test_the_month_of_a_shared_child_asks_once_more(alice, cast, django_assert_num_queries):
    share(cast, cast.alice)
    session(cast)
    with django_assert_num_queries(10):
        alice.get(reverse("front:month", args=[cast.lea.pk, date(2026, 12, 1)]))
