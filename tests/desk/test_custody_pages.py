"""The custody of a child at the desk: a calendar set, a court's decision, conflicts settled."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portail.bookings.models import Booking, CustodyConflict
from portail.core.models import JournalEntry, OutboxMail
from portail.families.models import CourtDecision, CustodyTerm
from tests.bookings.sayings import IN_TIME, MONDAY, add, change, session
from tests.custody import PDF, ban, home_of, share
from tests.front.helpers import text_of

pytestmark = pytest.mark.django_db
FORM = {
    "since": "2026-12-07", "until": "", "usual": "weeks", "weekday": "0", "at": "", "rest": "other", "holidays": "",
    "message": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(IN_TIME, tick=False):
        yield


@pytest.fixture
def agnes(client, cast):
    client.force_login(cast.agnes)
    return client


def url(cast, name="custody", who=None):
    return reverse(f"desk:{name}", args=[(who or cast.alice).household.pk, cast.lea.pk])


def hidden(page):
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))


def conflict_of(cast, day=MONDAY):
    change(cast.alice, add(cast.lea, session(cast, day)))
    share(cast, cast.bob, now=IN_TIME)
    return CustodyConflict.objects.get()


def test_the_service_sets_a_calendar_after_seeing_it(agnes, cast):
    change(cast.alice, add(cast.lea, session(cast)))
    typed = FORM | {"even": home_of(cast, cast.bob).value}
    assert "dossier 7001" in text_of(agnes.get(url(cast, "custody_decide")))
    preview = agnes.post(url(cast, "custody_decide"), typed | {"step": "check"})
    assert "Semaines paires : dossier 7002. Semaines impaires : dossier 7001." in text_of(preview)
    assert "50, du 7/12 7002" in text_of(preview)
    assert not CustodyTerm.objects.exists()
    OutboxMail.objects.all().delete()
    for _ in range(2):
        done = agnes.post(url(cast, "custody_decide"), hidden(preview) | {"step": "save"}, follow=True)
    words = text_of(done)
    for expected in ("1 réservation à régler", "Fixé par le service", "Régler les conflits de garde"):
        assert expected in words
    assert (CustodyTerm.objects.count(), OutboxMail.objects.count()) == (1, 2)
    assert "1 conflit de garde à régler" in text_of(agnes.get(reverse("desk:home")))
    assert "Garde partagée" in text_of(agnes.get(reverse("desk:household", args=[cast.alice.household.pk])))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"since": ""}, "Remplissez « À partir du »"),
        ({"since": "2026-12-07", "until": "2026-12-01"}, "La fin vient avant le début"),
    ],
)
def test_a_calendar_to_correct(agnes, cast, typed, told):
    page = agnes.post(url(cast, "custody_decide"), FORM | typed | {"even": "a"})
    assert (page.status_code, told in text_of(page)) == (422, True)


def test_a_child_of_one_home_has_nothing_to_share(agnes, cast):
    at = [cast.alice.household.pk, cast.noe.pk]
    answer = agnes.get(reverse("desk:custody_decide", args=at), follow=True)
    assert "n'a pas deux dossiers qui le voient" in text_of(answer)
    assert "Fixer un calendrier" not in text_of(answer)


def test_what_holds_is_taken_back_with_a_reason(agnes, cast):
    conflict = conflict_of(cast)
    at = reverse("desk:custody_stop", args=[cast.alice.household.pk, cast.lea.custody_terms.get().pk])
    assert agnes.get(at).status_code == 200
    assert agnes.post(at, {"why": ""}).status_code == 422
    assert "C'est annulé" in text_of(agnes.post(at, {"why": "Saisi par erreur"}, follow=True))
    conflict.refresh_from_db()
    assert conflict.outcome == "gone"
    assert agnes.post(at, {"why": "Encore"}, follow=True).status_code == 200


# --- a court
def judged(cast, **more):
    page = {
        "what": ["forbids_seeing"],
        "since": "2026-12-01",
        "token": "6b1f1a6e-95c8-4f0e-9df3-5ab6b3b3c001",
    }
    paper = SimpleUploadedFile("jugement.pdf", PDF, "application/pdf")
    return page | {"paper": paper} | more


def test_a_decision_is_written_read_and_lifted(agnes, cast):
    change(cast.bob, add(cast.lea, session(cast)))
    at = url(cast, "court_forbid", cast.bob)
    assert agnes.get(at).status_code == 200
    answer = agnes.post(at, judged(cast), follow=True)
    assert "de voir, de réserver, d'être prévenu" in text_of(answer)
    decision = CourtDecision.objects.get()
    assert (decision.household, decision.forbids_booking) == (cast.bob.household, True)
    assert CustodyConflict.objects.count() == 1
    paper = agnes.get(reverse("desk:court_paper", args=[cast.bob.household.pk, decision.pk]))
    assert b"".join(paper) == PDF
    assert JournalEntry.objects.filter(verb="court.read").count() == 1
    other = reverse("desk:family_document", args=[cast.bob.household.pk, decision.document_id])
    assert agnes.get(other).status_code == 404
    lift = reverse("desk:court_lift", args=[cast.bob.household.pk, decision.pk])
    assert agnes.post(lift, {"why": ""}).status_code == 422
    assert "est levée" in text_of(agnes.post(lift, {"why": "Appel"}, follow=True))
    assert not CustodyConflict.objects.waiting(MONDAY).exists()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"what": []}, "Cochez ce que la décision interdit"),
        ({"since": ""}, "Remplissez « À partir du »"),
        ({"until": "2026-11-01"}, "La fin vient avant le début"),
        ({"paper": ""}, "La décision"),
    ],
)
def test_a_decision_to_correct(agnes, cast, typed, told):
    page = agnes.post(url(cast, "court_forbid", cast.bob), judged(cast, **typed))
    assert (page.status_code, told in text_of(page)) == (422, True)
    assert not CourtDecision.objects.exists()


@pytest.mark.parametrize(
    ("who", "name", "status"),
    [
        ("remi", "custody", 200),
        ("remi", "custody_decide", 403),
        ("renee", "court_forbid", 403),
        ("lou", "custody", 403),
    ],
)
def test_rights(client, cast, who, name, status):
    ban(cast, cast.bob, now=IN_TIME)
    client.force_login(getattr(cast, who))
    page = client.get(url(cast, name))
    assert page.status_code == status
    assert "Décisions de justice" not in text_of(page)


def test_a_family_finds_no_desk(client, cast):
    client.force_login(cast.alice.user)
    for name in ("custody", "custody_decide", "court_forbid"):
        assert client.get(url(cast, name)).status_code == 404
    assert client.get(reverse("desk:custody_conflicts")).status_code == 404


# --- conflicts
@pytest.mark.parametrize(
    ("act", "owner", "told"),
    [
        ("transfer", "bob", "passée à l'autre foyer"),
        ("cancel", None, "annulée"),
        ("leave", "alice", "laissée"),
    ],
)
def test_an_agent_settles_what_is_ticked(agnes, cast, act, owner, told):
    conflict = conflict_of(cast)
    at = reverse("desk:custody_conflicts")
    page = text_of(agnes.get(at))
    for expected in (
        "lundi 7 décembre · Cantine",
        "Léa Martin",
        "7001",
        "Pris par l'autre foyer (semaine 50, paire)",
    ):
        assert expected in page
    done = agnes.post(at, {"conflicts": [conflict.pk], "act": act, "reason": "Jugement"}, follow=True)
    assert told in text_of(done)
    assert "Aucun conflit de garde" in text_of(done)
    owners = list(Booking.objects.active().values_list("household", flat=True))
    assert owners == ([getattr(cast, owner).household.pk] if owner else [])
    again = agnes.post(at, {"conflicts": [conflict.pk], "act": act, "reason": "Jugement"}, follow=True)
    assert "étaient déjà réglés" in text_of(again)


def test_a_transfer_that_is_refused_says_why(agnes, cast):
    conflict = conflict_of(cast)
    cast.bob.household.child_links.update(can_book=False)
    at = reverse("desk:custody_conflicts")
    page = agnes.post(at, {"conflicts": [conflict.pk], "act": "transfer", "reason": "Accord"})
    assert page.status_code == 422
    assert "Rien n'a été enregistré" in text_of(page)
    assert f'value="{conflict.pk}" checked' in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"conflicts": []}, "Cochez au moins une réservation"),
        ({"act": ""}, "Choisissez ce que deviennent"),
        ({"reason": ""}, "Écrivez pourquoi"),
        ({"conflicts": ["x"]}, "Cette page n'est plus à jour"),
    ],
)
def test_what_an_agent_forgot_is_told(agnes, cast, typed, told):
    conflict = conflict_of(cast)
    typed = {"conflicts": [conflict.pk], "act": "leave", "reason": "Accord"} | typed
    page = agnes.post(reverse("desk:custody_conflicts"), typed)
    assert (page.status_code, told in text_of(page)) == (422, True)
    assert CustodyConflict.objects.get().outcome == ""


def test_who_does_not_book_settles_nothing(client, cast):
    client.force_login(cast.renee)
    assert client.get(reverse("desk:custody_conflicts")).status_code == 403


@pytest.mark.parametrize("count", [1, 5])
def test_the_lists_cost_the_same(agnes, cast, count, django_assert_num_queries):
    days = [MONDAY + timedelta(days=n) for n in range(count)]
    change(cast.alice, [wish for day in days for wish in add(cast.lea, session(cast, day))])
    for _ in range(count):
        share(cast, cast.bob, now=IN_TIME)
    agnes.get(reverse("desk:custody_conflicts"))
    with django_assert_num_queries(5):
        agnes.get(reverse("desk:custody_conflicts"))
    with django_assert_num_queries(13):
        agnes.get(url(cast))
    assert date(2026, 12, 7) == MONDAY
