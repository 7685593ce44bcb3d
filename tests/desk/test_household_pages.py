"""The dossier at the desk: created, edited in its blocks, and what two agents do at the same moment."""

import json
from datetime import date

import pytest
from django.urls import reverse

from portail.core.changes import shown
from portail.core.models import JournalEntry
from portail.families.models import Adult, Child, Household, HouseholdChild
from tests import factories as make
from tests.factories import NOW

STRANGE = "O'Neill-Ñúñez 🌻 <b>"
PERSON = {
    "first_name": "Maurice",
    "last_name": "Democivil",
    "email": "",
    "mobile_phone": "06 12 34 56 78",
    "home_phone": "",
    "work_phone": "",
}


@pytest.fixture
def agent(client, cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    client.force_login(cast.agnes)
    return client


def at(name, *rows):
    return reverse(f"desk:{name}", args=[getattr(row, "pk", row) for row in rows])


def seen(row, fields):
    return json.dumps(shown(row, fields))


def new_family(**more):
    adult = {f"adult-{field}": value for field, value in PERSON.items()}
    return {"name": "DEMOCIVIL", "number": "", "street": "1 rue Haute", **adult, **more}


# --- a new dossier


def test_a_dossier_is_made_with_its_first_adult_and_the_next_number(agent, cast):
    page = agent.get(at("household_new"))
    assert "prochain numéro libre : 7004" in page.content.decode()
    response = agent.post(at("household_new"), new_family())
    household = Household.objects.get(number="7004")
    assert response["Location"] == at("household", household)
    adult = household.adults.get()
    assert (str(adult), adult.mobile_phone) == ("Maurice Democivil", "+33612345678")


def test_sent_twice_it_is_made_once(agent, cast):
    for _ in range(2):
        agent.post(at("household_new"), new_family(confirmed="1"))
    assert Household.objects.filter(name="DEMOCIVIL").count() == 1


def test_a_number_taken_is_told_and_all_that_was_typed_stays(agent, cast):
    response = agent.post(at("household_new"), new_family(number="7001"))
    assert response.status_code == 422
    text = response.content.decode()
    assert "déjà celui d&#x27;un autre dossier" in text
    assert 'value="1 rue Haute"' in text
    assert 'value="Maurice"' in text


def test_a_family_that_looks_the_same_is_shown_before(agent, cast):
    typed = new_family(name="Nouveau", **{"adult-first_name": "alice", "adult-last_name": "MARTIN"})
    response = agent.post(at("household_new"), typed)
    assert response.status_code == 422
    assert [str(row) for row in response.context["alike"]] == ["7001 MARTIN"]
    assert not Household.objects.filter(name="Nouveau").exists()
    response = agent.post(at("household_new"), {**typed, "confirmed": "1"})
    assert response.status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "", "Remplissez « Nom du dossier »"),
        ("name", "x" * 10_000, "120"),
        ("number", "12a", "que des chiffres"),
        ("number", "99999999999", "10"),
        ("adult-first_name", "", "Remplissez « Prénom »"),
        ("adult-email", "pas une adresse", "en entier"),
        ("adult-mobile_phone", "06 12", "téléphone complet"),
        ("adult-mobile_phone", "abc", "téléphone complet"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(agent, cast, field, value, told):
    response = agent.post(at("household_new"), new_family(**{field: value}))
    assert response.status_code == 422
    text = response.content.decode()
    assert told in text
    assert not any(word in text.lower() for word in ("erreur", "invalide", "champ requis"))
    assert Household.objects.count() == 3


# --- its blocks


def test_the_page_shows_all_and_never_leaks_markup(agent, cast):
    cast.lea.first_name = STRANGE
    cast.lea.save()
    make.AdultFactory(household=cast.alice.household, first_name=STRANGE, last_name="L" * 80)
    text = agent.get(at("household", cast.alice.household)).content.decode()
    assert "O&#x27;Neill-Ñúñez 🌻 &lt;b&gt;" in text
    assert "<b>" not in text


def test_the_number_of_queries_does_not_grow(agent, cast, django_assert_num_queries):
    household = cast.alice.household
    with django_assert_num_queries(32):
        agent.get(at("household", household))
    for number in range(5):
        make.AdultFactory(household=household, user=make.UserFactory())
        child = make.ChildFactory(first_name=f"Enfant {number}")
        make.HouseholdChildFactory(household=household, child=child)
        make.HouseholdChildFactory(household=cast.bob.household, child=child)
        make.SchoolingFactory(child=child)
        make.EnrolmentFactory(child=child)
        make.ChildContactFactory(household=household, child=child)
        session = make.SessionFactory(date=date(2026, 12, number + 1))
        make.BookingFactory(child=child, household=household, session=session)
        make.RequestFactory(household=household, author=cast.alice.user)
    agent.html_limit = 60_000
    with django_assert_num_queries(32):
        agent.get(at("household", household))


def test_who_only_reads_is_offered_no_change(client, cast):
    client.force_login(cast.remi)
    text = client.get(at("household", cast.alice.household)).content.decode()
    assert "Modifier" not in text
    assert "Planning" not in text


def test_a_block_is_edited_and_leads_back_to_itself(agent, cast):
    household = cast.alice.household
    form = agent.get(at("adult", household, cast.alice.adult)).context["form"]
    typed = {**PERSON, "email": "a@exemple.fr", "seen": form.initial["seen"]}
    response = agent.post(at("adult", household, cast.alice.adult), typed)
    assert response["Location"] == at("household", household) + "#adultes"
    cast.alice.adult.refresh_from_db()
    assert str(cast.alice.adult) == "Maurice Democivil"
    text = agent.get(response["Location"]).content.decode()
    assert "La fiche est enregistrée" in text


def test_htmx_gets_the_same_page_and_takes_its_block(agent, cast):
    address = at("adult", cast.alice.household, cast.alice.adult)
    swapped = agent.get(address, headers={"HX-Request": "true"})
    assert swapped["HX-Push-Url"] == "false"
    assert '<section class="card" id="adultes" hx-boost="true"' in swapped.content.decode()
    alone = agent.get(address).content.decode()
    assert '<section class="card" id="adultes">' in alone


def test_saving_what_had_not_changed_is_said(agent, cast):
    adult = cast.alice.adult
    fields = list(PERSON)
    values = {field: getattr(adult, field) for field in fields}
    response = agent.post(
        at("adult", cast.alice.household, adult), {**values, "seen": seen(adult, fields)}, follow=True
    )
    assert "Rien n&#x27;avait changé" in response.content.decode()
    assert not JournalEntry.objects.exists()


def test_the_second_of_two_agents_sees_what_the_first_wrote(agent, cast):
    adult, household = cast.alice.adult, cast.alice.household
    fields = list(PERSON)
    before = {**{field: getattr(adult, field) for field in fields}, "seen": seen(adult, fields)}
    agent.post(at("adult", household, adult), {**before, "last_name": "Durand"})
    response = agent.post(at("adult", household, adult), {**before, "last_name": "Petit", "email": "x@y.fr"})
    assert response.status_code == 422
    text = response.content.decode()
    assert "un collègue a mis « Durand »" in text
    assert 'value="Petit"' in text
    adult.refresh_from_db()
    assert (adult.last_name, adult.email) == ("Durand", "alice@exemple.fr")
    again = {**before, "last_name": "Petit", "email": "x@y.fr"}
    again["seen"] = response.context["form"]["seen"].value()
    assert agent.post(at("adult", household, adult), again).status_code == 302
    adult.refresh_from_db()
    assert (adult.last_name, adult.email) == ("Petit", "x@y.fr")


def test_two_agents_on_two_fields_both_keep_their_work(agent, cast):
    adult, household = cast.alice.adult, cast.alice.household
    fields = list(PERSON)
    before = {**{field: getattr(adult, field) for field in fields}, "seen": seen(adult, fields)}
    agent.post(at("adult", household, adult), {**before, "last_name": "Durand"})
    response = agent.post(
        at("adult", household, adult), {**before, "mobile_phone": "+33698765432"}, follow=True
    )
    assert "Un collègue a changé entre-temps : Nom" in response.content.decode()
    adult.refresh_from_db()
    assert (adult.last_name, adult.mobile_phone) == ("Durand", "+33698765432")


@pytest.mark.parametrize("garbage", ["", "{", "[1]", "null", '"x"', '{"last_name": ["a"]}'])
def test_a_form_whose_memory_was_lost_replaces_nothing_silently(agent, cast, garbage):
    adult = cast.alice.adult
    typed = {**PERSON, "seen": garbage}
    response = agent.post(at("adult", cast.alice.household, adult), typed)
    assert response.status_code == 422
    adult.refresh_from_db()
    assert adult.last_name == "Martin"


def test_an_adult_whom_another_dossier_has_is_shown_before(agent, cast):
    typed = {**PERSON, "first_name": "BOB", "last_name": "durand"}
    address = at("adult_new", cast.alice.household)
    response = agent.post(address, typed)
    assert response.status_code == 422
    assert response.context["alike"] == [cast.bob.household]
    assert cast.alice.household.adults.count() == 1
    for _ in range(2):
        agent.post(address, {**typed, "confirmed": "1"})
    assert cast.alice.household.adults.count() == 2


def test_a_second_dossier_is_offered_while_there_is_room(agent, cast):
    def offers():
        text = agent.get(at("household", cast.alice.household)).content.decode()
        return at("child_share", cast.alice.household, cast.lea) in text

    assert not offers()
    HouseholdChild.objects.filter(child=cast.lea, household=cast.bob.household).update(until="2026-01-01")
    assert offers()


def test_an_adult_is_removed_after_a_question(agent, cast):
    marc = make.AdultFactory(household=cast.alice.household, first_name="Marc")
    address = at("adult_remove", cast.alice.household, marc)
    assert "Retirer Marc Martin du dossier" in agent.get(address).content.decode()
    assert Adult.objects.filter(pk=marc.pk).exists()
    agent.post(address)
    assert not Adult.objects.filter(pk=marc.pk).exists()


def test_an_adult_who_signs_in_is_kept_and_why_is_said(agent, cast):
    response = agent.post(at("adult_remove", cast.alice.household, cast.alice.adult), follow=True)
    assert "a un compte : détachez-le d&#x27;abord" in response.content.decode()


# --- children


def child(**more):
    return {
        "first_name": "Lou",
        "last_name": "Petit",
        "birth_date": "2020-02-29",
        "phone": "",
        "email": "",
        **more,
    }


def test_a_child_is_added_once(agent, cast):
    for _ in range(2):
        agent.post(at("child_new", cast.alice.household), child(confirmed="1"))
    assert Child.objects.filter(first_name="Lou").count() == 1


def test_a_child_known_elsewhere_is_proposed_and_joined(agent, cast):
    typed = child(first_name="zoe", birth_date=f"{cast.zoe.birth_date:%Y-%m-%d}")
    response = agent.post(at("child_new", cast.alice.household), typed)
    assert response.status_code == 422
    assert response.context["alike"] == [cast.zoe]
    agent.post(at("child_join", cast.alice.household, cast.zoe))
    assert cast.zoe.household_links.count() == 2
    response = agent.post(at("child_join", cast.bob.household, cast.zoe), follow=True)
    assert "deux dossiers au plus" in response.content.decode()
    assert cast.zoe.household_links.count() == 2


@pytest.mark.parametrize(
    ("born", "told"),
    [
        ("2027-01-01", "à venir"),
        ("1990-01-01", "celle d&#x27;un adulte"),
        ("31/02/2020", "comme 03/12/2026"),
        ("hier", "comme 03/12/2026"),
    ],
)
def test_a_birth_date_is_believable(agent, cast, born, told):
    response = agent.post(at("child_new", cast.alice.household), child(birth_date=born))
    assert response.status_code == 422
    assert told in response.content.decode()


def test_the_second_dossier_is_named_by_its_number(agent, cast):
    rights = {"can_see": "on", "can_book": "on", "is_told": "on", "since": "2026-11-24", "until": ""}
    address = at("child_share", cast.alice.household, cast.noe)
    assert agent.post(address, {**rights, "number": "1"}).status_code == 422
    agent.post(address, {**rights, "number": "7002"})
    link = HouseholdChild.objects.get(child=cast.noe, household=cast.bob.household)
    assert (link.can_book, link.is_billed, link.since) == (True, False, date(2026, 11, 24))


def test_rights_and_dates_are_edited(agent, cast):
    link = HouseholdChild.objects.get(child=cast.lea, household=cast.bob.household)
    fields = ["can_see", "can_book", "is_told", "is_billed", "since", "until"]
    typed = {"can_see": "on", "since": "2025-09-01", "until": "2026-12-31", "seen": seen(link, fields)}
    agent.post(at("child_link", cast.bob.household, cast.lea), typed)
    link.refresh_from_db()
    assert (link.can_see, link.can_book, link.until) == (True, False, date(2026, 12, 31))
    response = agent.post(at("child_link", cast.bob.household, cast.lea), {**typed, "until": "2025-01-01"})
    assert response.status_code == 422
    assert "date de fin doit suivre" in response.content.decode()


def test_a_school_and_its_class(agent, cast):
    year = make.SchoolYearFactory()
    here = make.SchoolClassFactory(name="CE1 A")
    elsewhere = make.SchoolClassFactory(school=make.SchoolFactory(name="Ailleurs"))
    schooling = cast.noe.schoolings.get()
    memory = seen(schooling, ["school", "school_class", "level"])
    address = at("schooling", cast.alice.household, cast.noe, year)
    wrong = {"school": here.school_id, "school_class": elsewhere.pk, "level": "", "seen": memory}
    response = agent.post(address, wrong)
    assert response.status_code == 422
    assert "classe de cette école" in response.content.decode()
    agent.post(address, {**wrong, "school_class": here.pk})
    schooling.refresh_from_db()
    assert (schooling.school_class, schooling.level) == (here, "CE1")


def test_a_child_is_enrolled_where_the_activity_is_offered(agent, cast):
    year = make.SchoolYearFactory()
    address = at("enrol", cast.charlie.household, cast.zoe)
    offered = f"{cast.canteen.activity_id}-{cast.offer.place_id}"
    for offer in ("", "1-999", "x", f"{cast.canteen.activity_id}-999"):
        typed = {"school_year": year.pk, "offer": offer, "since": "", "until": ""}
        assert agent.post(address, typed).status_code == 422
    typed = {"school_year": year.pk, "offer": offered, "since": "", "until": ""}
    assert agent.post(address, typed).status_code == 302
    assert cast.zoe.enrolments.get().place == cast.offer.place


def test_an_enrolment_with_bookings_to_come_is_kept_and_why_is_said(agent, cast):
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place)
    make.BookingFactory(child=cast.noe, household=cast.alice.household, session=session)
    enrolment = cast.noe.enrolments.get()
    response = agent.post(at("enrolment_remove", cast.alice.household, enrolment), follow=True)
    assert "porte 1 réservation à venir" in response.content.decode()
    assert cast.noe.enrolments.get() == enrolment


# --- contacts, the end of a dossier, the list


def test_a_contact_is_added_edited_and_removed(agent, cast):
    typed = {"name": STRANGE, "relation": "voisine", "phone": "0231000001", "email": ""}
    for _ in range(2):
        agent.post(at("contact_new", cast.alice.household, cast.lea), {**typed, "may_pick_up": "on"})
    contact = cast.lea.contacts.get()
    assert (contact.name, contact.phone, contact.may_pick_up) == (STRANGE, "+33231000001", True)
    fields = ["name", "relation", "phone", "email", "may_pick_up", "is_emergency"]
    address = at("contact", cast.alice.household, contact)
    agent.post(address, {**typed, "name": "Mamie", "seen": seen(contact, fields)})
    contact.refresh_from_db()
    assert (contact.name, contact.may_pick_up) == ("Mamie", False)
    agent.post(at("contact_remove", cast.alice.household, contact))
    assert not cast.lea.contacts.exists()


def test_a_dossier_with_bookings_to_come_is_not_closed(agent, cast):
    household = cast.alice.household
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place)
    booking = make.BookingFactory(child=cast.noe, household=household, session=session)
    address = at("household_close", household)
    response = agent.post(address, {"reason": "Déménagement"})
    assert "annulez-les d'abord" in response.content.decode()
    household.refresh_from_db()
    assert household.closed_at is None
    booking.state = "cancelled"
    booking.save()
    assert agent.post(address, {"reason": ""}).status_code == 422
    agent.post(address, {"reason": "Déménagement"})
    household.refresh_from_db()
    assert household.closed_at == NOW
    assert agent.get(at("planning", household, cast.lea)).status_code == 404
    agent.post(at("household_reopen", household))
    household.refresh_from_db()
    assert household.closed_at is None


def test_the_list_filters_by_account_state_and_school(agent, cast):
    alone = make.HouseholdFactory(number="12", name="SANS COMPTE")
    make.HouseholdFactory(number="13", name="CLOS", closed_at=NOW)

    def numbers(**filters):
        return [row.number for row in agent.get(at("households"), filters).context["page"]]

    assert numbers() == ["7002", "7001", "7003", "12"]
    assert numbers(compte="sans") == [alone.number]
    assert numbers(compte="avec") == ["7002", "7001", "7003"]
    assert numbers(etat="clos") == ["13"]
    assert numbers(etat="tous", tri="numero") == ["12", "13", "7001", "7002", "7003"]
    school = cast.lea.schoolings.get().school
    assert numbers(ecole=school.pk) == ["7002", "7001", "7003"]
    assert numbers(ecole="999", etat="bêtise", page="x") == numbers()


def test_letters_for_those_ticked_for_all_and_for_none(agent, cast):
    def print_letters(**posted):
        return agent.post(at("letters"), posted)

    one = print_letters(what="ticked", household=[cast.alice.household.pk])
    assert one["Content-Type"] == "application/pdf"
    everybody = print_letters(what="all", compte="avec")
    assert len(everybody.content) > len(one.content)
    for household in ([], ["x"], ["999999"], [str(10**30)]):
        assert print_letters(what="ticked", household=household)["Location"] == at("households")
    single = agent.get(at("letter", cast.alice.household))
    assert single.content.startswith(b"%PDF")
    assert "Martin" not in single["Content-Disposition"]


def test_the_journal_is_told_in_words_and_paged(agent, cast):
    household = cast.alice.household
    schooling = cast.noe.schoolings.get()
    other = make.SchoolFactory(name="École Louise-Michel")
    memory = seen(schooling, ["school", "school_class", "level"])
    typed = {"school": other.pk, "school_class": "", "level": "CE1", "seen": memory}
    agent.post(at("schooling", household, cast.noe, schooling.school_year), typed)
    for number in range(30):
        JournalEntry.objects.create(
            at=NOW, channel="desk", verb="x", subject=household.journal_subject, summary=f"Ligne {number}"
        )
    page = agent.get(at("household_journal", household) + "?page=2")
    text = page.content.decode()
    assert "École : École Jules-Verne → École Louise-Michel" in text


def test_the_list_takes_as_many_queries_for_a_page_as_for_three_rows(agent, cast, django_assert_num_queries):
    with django_assert_num_queries(8):
        agent.get(at("households"))
    for number in range(30):
        household = make.HouseholdFactory(name=f"FAMILLE {number:02}")
        make.AdultFactory(household=household, user=make.UserFactory())
        make.HouseholdChildFactory(household=household, child=make.ChildFactory())
    with django_assert_num_queries(8):
        assert len(agent.get(at("households")).context["page"]) == 25
