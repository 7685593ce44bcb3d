"""One child of a list: hours, notes, whom to call, what two devices said; and those who are on no list."""

from datetime import time
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from portail.attendance.models import Mark
from portail.attendance.queries.marks import states
from portail.core.models import JournalEntry
from portail.families.models import ChildContact, ChildHealth, CourtDecision
from tests import factories as make
from tests.attendance.lists import TODAY, assign, mark, session, touch
from tests.billing.town import regulate
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def evening(cast, today):
    """Léa, whom Bob booked, in evening care today until 18:30."""
    care = make.ServiceFactory(
        code="soir",
        name="Soir",
        activity=cast.canteen.activity,
        starts_at=time(16, 30),
        ends_at=time(18, 30),
    )
    found = session(cast, service=care)
    make.BookingFactory(child=cast.lea, session=found, household=cast.bob.household)
    ChildContact.objects.create(
        household=cast.bob.household,
        child=cast.lea,
        name="Mamie Durand",
        phone="+33231445566",
        may_pick_up=True,
    )
    ChildContact.objects.create(
        household=cast.alice.household, child=cast.lea, name="Voisine", phone="+33231000000", may_pick_up=True
    )
    ChildContact.objects.create(
        household=cast.bob.household,
        child=cast.lea,
        name="Docteur Roux",
        phone="+33231778899",
        is_emergency=True,
    )
    return found


@pytest.fixture
def tablet(client, cast, today):
    assign(cast.lou, cast.offer.place)
    client.force_login(cast.lou)
    return client


def url(name, evening, *more):
    return reverse(f"field:{name}", args=[evening.pk, *more])


def said(page):
    return " ".join(strip_tags(page.content.decode()).split())


def state(evening, who):
    return states([evening.pk])[evening.pk][who]


def test_who_may_fetch_is_shown_and_written_once_a_day(tablet, cast, evening):
    for _ in range(2):
        page = said(tablet.get(url("child", evening, cast.lea.pk)))
    assert "Bob Durand" in page
    assert "Mamie Durand : peut venir le chercher 02 31 44 55 66" in page
    assert "Docteur Roux : à appeler en cas d'urgence, ne peut pas venir le chercher" in page
    assert "Voisine" not in page
    subjects = set(JournalEntry.objects.filter(verb="pick_up.read").values_list("subject", flat=True))
    assert subjects == {home.journal_subject for home in (cast.alice.household, cast.bob.household)}
    assert JournalEntry.objects.filter(verb="pick_up.read").count() == 2


def test_whom_a_court_limits_is_told_and_no_more_among_those_who_fetch(tablet, cast, evening):
    household = cast.bob.household
    CourtDecision.objects.create(
        child=cast.lea,
        household=household,
        since=TODAY,
        document=make.FamilyDocumentFactory(household=household),
        created_at=NOW,
        token=uuid4(),
    )
    page = said(tablet.get(url("child", evening, cast.lea.pk)))
    assert "Elle limite les droits de Bob Durand" in page
    assert "Bob Durand, responsable" not in page
    assert "Mamie Durand" not in page


def test_fetched_late_tells_what_it_costs(tablet, cast, evening, today):
    regulate(EVENING_RULES)
    today.move_to(NOW.replace(hour=18))
    mark(cast.lou, touch(evening, cast.lea, "left", hour=time(18, 52)), now=NOW.replace(hour=18))
    page = said(tablet.get(url("child", evening, cast.lea.pk)))
    assert "Majoration prévue : 10,00 € : repris à 18 h 52, 22 min" in page


EVENING_RULES = """
[[surcharges]]
name = "Repris après l'heure"
services = ["soir"]
trigger = "late-pick-up"
amount = 5.00
once = "slice"
grace = 5
"""


def test_an_hour_is_now_or_another_and_can_be_corrected(tablet, cast, evening, today):
    page = url("child", evening, cast.lea.pk)
    today.move_to(NOW.replace(hour=18))
    for kind, hour in (("arrived", "16:40"), ("left", "18:52"), ("left", "18:45")):
        shown = tablet.get(page).content.decode()
        value = next(v for v in shown.split('value="') if v.startswith(kind)).split('"')[0]
        tablet.post(page, {"token": uuid4(), "child": cast.lea.pk, "kind": value, "hour": hour})
        today.shift(60)
    found = state(evening, cast.lea.pk)
    assert (found.arrived, found.left) == (time(16, 40), time(18, 45))
    assert "15 min après l'heure" in said(tablet.get(page))


def test_a_note_is_kept_and_an_empty_one_refused(tablet, cast, evening):
    page = url("child", evening, cast.lea.pk)
    assert tablet.post(page, {"token": uuid4(), "child": cast.lea.pk, "kind": "note"}).status_code == 422
    tablet.post(page, {"token": uuid4(), "child": cast.lea.pk, "kind": "note", "text": "A vomi"})
    assert "Note : A vomi" in said(tablet.get(page))


def test_two_devices_that_disagree_are_shown_until_one_is_taken_back(tablet, cast, evening):
    make.UserFactory(username="max", first_name="Max", last_name="Mairie", role="leader")
    mark(cast.lou, touch(evening, cast.lea, "absent", minutes=-9), device="Tablette 1")
    wrong = Mark.objects.get()
    mark(cast.agnes, touch(evening, cast.lea, "present", minutes=-5), device="Bureau")
    assert "Avis différents" in said(tablet.get(url("list", evening)))
    page = said(tablet.get(url("child", evening, cast.lea.pk)))
    assert "Absent, dit par Lou Mairie, Tablette 1" in page
    assert "Présent, dit par Agnès Mairie, Bureau" in page
    undo = {"token": uuid4(), "child": cast.lea.pk, "kind": f"undo:{wrong.token}"}
    tablet.post(url("child", evening, cast.lea.pk), undo)
    assert "Avis différents" not in said(tablet.get(url("list", evening)))
    assert Mark.objects.count() == 3


def test_a_child_who_is_not_on_the_list_has_no_page_there(tablet, cast, evening):
    assert tablet.get(url("child", evening, cast.zoe.pk)).status_code == 404
    assert tablet.get(url("guest", evening, uuid4())).status_code == 404


def test_health_is_shown_on_the_page_of_a_child(tablet, cast, evening):
    ChildHealth.objects.create(child=cast.lea, has_pai=True, care="Stylo d'adrénaline dans la trousse rouge.")
    assert "trousse rouge" in tablet.get(url("child", evening, cast.lea.pk)).content.decode()
    assert JournalEntry.objects.filter(verb="health.read").count() == 1


def test_an_unexpected_child_is_found_by_name_with_the_least_data(tablet, cast, evening):
    page = tablet.post(url("unexpected", evening), {"q": "petit z"})
    assert "Petit Zoé" in said(page)
    assert "CE1, École Jules-Verne" in said(page)
    assert "Charlie" not in said(page)
    tablet.post(url("mark", evening), {"token": uuid4(), "child": cast.zoe.pk, "kind": "unexpected"})
    assert state(evening, cast.zoe.pk).is_unexpected
    assert "Déjà sur la liste" in said(tablet.post(url("unexpected", evening), {"q": "zoe"}))


@pytest.mark.parametrize("words", ["", "z", "--", "x" * 81, "a\0b"])
def test_words_that_are_no_name_are_kept_and_explained(tablet, evening, words):
    answer = tablet.post(url("unexpected", evening), {"q": words})
    assert answer.status_code == (200 if words == "--" else 422)


def test_somebody_without_dossier_is_noted_once_then_leaves(tablet, cast, evening, today):
    data = {"token": uuid4(), "text": "Malo, amené par sa tante"}
    for _ in range(2):
        answer = tablet.post(url("unexpected", evening), data)
    guest = Mark.objects.get().guest
    assert answer.url.endswith(f"#e{guest}")
    assert "Malo, amené par sa tante" in said(tablet.get(url("list", evening)))
    today.shift(60)
    tablet.post(
        url("guest", evening, guest), {"token": uuid4(), "guest": guest, "kind": "left", "hour": "09:58"}
    )
    assert state(evening, guest).left == time(9, 58)
    assert tablet.post(url("unexpected", evening), {"token": uuid4(), "text": ""}).status_code == 422


def test_a_device_is_named(tablet, cast, evening):
    tablet.post(reverse("field:device"), {"device": "Tablette des petits"})
    tablet.post(url("mark", evening), {"token": uuid4(), "child": cast.lea.pk, "kind": "present"})
    assert Mark.objects.get().device == "Tablette des petits"
