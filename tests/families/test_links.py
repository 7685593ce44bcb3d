"""An account tied to the adult it belongs to."""

from datetime import timedelta

import pytest

from portail.accounts.keys import LinkRefused
from portail.accounts.models import User
from portail.core.models import JournalEntry
from portail.families.actions import links
from portail.families.actions.links import CannotLink, Obstacle, WrongReferences
from portail.families.actions.requests import AlreadyDecided
from portail.families.models import Adult, Request
from portail.families.queries import household_of
from tests import factories as make
from tests.accounts.helpers import key_of, kinds, mails, wanted

pytestmark = pytest.mark.django_db
NOW = make.NOW
GIVEN = {"number": "6354", "name": "democivil", "email": ""}


@pytest.fixture
def household():
    return make.HouseholdFactory(number="6354", name="DEMOCIVIL")


@pytest.fixture
def maurice(household):
    return make.AdultFactory(
        household=household, first_name="Maurice", last_name="Democivil", email="m@dossier.fr"
    )


@pytest.fixture
def agnes():
    return make.UserFactory(username="agnes", first_name="Agnès", role="agent")


def signed_up(**values) -> User:
    user = links.sign_up(wanted(**{"references": GIVEN, **values}), now=NOW)
    assert user is not None
    return user


def activated(**values) -> tuple[User, Adult | None]:
    user = signed_up(**values)
    mail = mails(kind="front/mail/activation", to=user.email)[-1]
    adult = links.activate(key_of(mail), now=NOW)
    user.refresh_from_db()
    return user, adult


def waiting(**values) -> Request:
    user, adult = activated(**values)
    assert adult is None
    return Request.objects.get(author=user)


@pytest.mark.parametrize(
    "typed",
    ["DEMOCIVIL", "democivil", " Démo-Civil ", "demo civil", "D'émocivil"],
)
def test_the_name_is_forgiving(household, typed):
    assert household_of("6354", typed) == household


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("6354", "democivi"),
        ("6354", ""),
        ("6354", "🙂"),
        ("6354", "'; DROP TABLE families_household; --"),
        ("6354", "%"),
        ("6354", "x" * 10_000),
        ("06354", "democivil"),
        ("6354 ", "democivil"),
        ("６３５４", "democivil"),
        ("6355", "democivil"),
        ("", ""),
    ],
)
def test_the_number_is_strict_and_the_pair_must_fit(household, number, name):
    assert household_of(number, name) is None


def test_a_closed_dossier_fits_nothing(household):
    household.closed_at = NOW
    household.save()
    assert household_of("6354", "DEMOCIVIL") is None


@pytest.mark.parametrize("name", ["O'NEILL", "Ibañez-Ñandú", "DE LA TOUR D’AUVERGNE", "Łukasz Œuvrard"])
def test_names_of_here_and_elsewhere(name):
    household = make.HouseholdFactory(number="12", name=name)
    for typed in (name.lower(), name.replace("'", " ").replace("’", ""), name.replace("-", " ").upper()):
        assert household_of("12", typed) == household


def test_nothing_happens_before_the_address_is_confirmed(maurice):
    user = signed_up()
    assert user.references == GIVEN
    assert Request.objects.count() == 0
    assert Adult.objects.get().user is None


@pytest.mark.parametrize("first_name", ["Maurice", "MAURICE", " maurice "])
def test_the_tie_is_immediate_when_the_first_name_fits_one_adult(maurice, household, first_name):
    user, adult = activated(first_name=first_name)
    assert adult == maurice
    assert Adult.objects.get().user == user
    assert user.references is None
    request = Request.objects.get()
    assert (request.state, request.household, request.data) == (Request.State.APPROVED, household, GIVEN)
    assert kinds()[1:] == [("linked", "maurice@exemple.fr"), ("household_told", "m@dossier.fr")]
    assert JournalEntry.objects.filter(subject=f"household:{household.pk}").count() == 2


def test_every_address_of_the_dossier_is_told_but_the_one_that_signs_up(maurice, household):
    other = make.UserFactory(username="jeanne", email="jeanne@compte.fr")
    make.AdultFactory(household=household, first_name="Jeanne", user=other, email="jeanne@dossier.fr")
    make.AdultFactory(household=household, first_name="Paul", email="Maurice@exemple.fr")
    activated()
    told = {to for kind, to in kinds() if kind == "household_told"}
    assert told == {"m@dossier.fr", "jeanne@compte.fr", "jeanne@dossier.fr"}


@pytest.mark.parametrize("first_name", ["Jean", "", "🙂", "Mauricette"])
def test_a_first_name_that_fits_nobody_makes_a_request(maurice, first_name):
    request = waiting(first_name=first_name)
    assert (request.kind, request.state, request.data) == (Request.Kind.LINK, Request.State.WAITING, GIVEN)
    assert Adult.objects.get().user is None


def test_two_adults_of_the_same_first_name_make_a_request(maurice, household):
    make.AdultFactory(household=household, first_name="MAURICE", last_name="Père")
    assert waiting().is_waiting


def test_an_adult_who_has_an_account_makes_a_request(maurice):
    maurice.user = make.UserFactory(username="premier")
    maurice.save()
    assert waiting().is_waiting


def test_continuing_without_makes_a_request(maurice):
    assert waiting(references={}).data == {}


def test_a_dossier_closed_or_renamed_meanwhile_makes_a_request(maurice, household):
    user = signed_up()
    household.closed_at = NOW
    household.save()
    assert links.activate(key_of(mails()[0]), now=NOW) is None
    assert Request.objects.get(author=user).household is None


def test_a_password_link_that_activates_ties_too(maurice):
    user = signed_up()
    from portail.accounts import actions as accounts

    accounts.ask_password_link(user.email, now=NOW)
    links.choose_password(key_of(mails(kind="front/mail/password")[0]), "six-girafes-bleues", now=NOW)
    assert Adult.objects.get().user == user


def test_the_second_account_that_claims_an_adult_waits(maurice):
    first, adult = activated()
    second, none = activated(username="autre", email="autre@exemple.fr")
    assert (adult, none) == (maurice, None)
    assert Adult.objects.get().user == first
    assert Request.objects.get(author=second).is_waiting


# --- an account without dossier gives references later


def test_a_claim_ties_at_once_and_takes_the_place_of_what_waited(maurice):
    request = waiting(references={})
    assert links.claim(request.author, GIVEN, now=NOW) == maurice
    request.refresh_from_db()
    assert request.state == Request.State.WITHDRAWN
    with pytest.raises(CannotLink) as refused:
        links.claim(request.author, GIVEN, now=NOW)
    assert refused.value.obstacle is Obstacle.ACCOUNT_TIED


def test_the_same_claim_twice_is_one_request(maurice):
    request = waiting(first_name="Jean")
    assert links.claim(request.author, GIVEN, now=NOW) is None
    assert Request.objects.count() == 1


def test_a_wrong_claim_changes_nothing(maurice):
    request = waiting(references={})
    with pytest.raises(WrongReferences):
        links.claim(request.author, GIVEN | {"name": "autre"}, now=NOW)
    assert Request.objects.get().is_waiting


# --- what an agent decides


def test_an_agent_ties_and_both_sides_are_told(maurice, household, agnes):
    request = waiting(references={})
    for _twice in range(2):
        assert links.link(request, maurice, actor=agnes, now=NOW).user == request.author
    request.refresh_from_db()
    assert (request.state, request.household, request.decided_by) == (
        Request.State.APPROVED,
        household,
        agnes,
    )
    assert kinds()[1:] == [("linked", "maurice@exemple.fr"), ("household_told", "m@dossier.fr")]
    entry = JournalEntry.objects.get(verb="household.account_linked")
    assert (entry.actor, entry.subject) == (agnes, f"household:{household.pk}")


def obstacle(request, adult, agnes) -> Obstacle:
    with pytest.raises(CannotLink) as refused:
        links.link(request, adult, actor=agnes, now=NOW)
    assert Request.objects.get(pk=request.pk).is_waiting
    return refused.value.obstacle


def test_an_adult_is_not_taken_from_another_account(maurice, agnes):
    request = waiting(references={})
    Adult.objects.filter(pk=maurice.pk).update(user=make.UserFactory(username="premier"))
    assert obstacle(request, maurice, agnes) is Obstacle.ADULT_TAKEN


def test_an_account_is_tied_to_one_adult(maurice, household, agnes):
    request = waiting(references={})
    make.AdultFactory(household=household, first_name="Jean", user=request.author)
    assert obstacle(request, maurice, agnes) is Obstacle.ACCOUNT_TIED


def test_a_closed_dossier_takes_no_account(maurice, household, agnes):
    request = waiting(references={})
    household.closed_at = NOW
    household.save()
    assert obstacle(request, maurice, agnes) is Obstacle.CLOSED


@pytest.mark.parametrize("gone", [True, False])
def test_an_account_gone_or_disabled_is_not_tied(maurice, agnes, gone):
    request = waiting(references={})
    if gone:
        request.author.delete()
    else:
        User.objects.filter(pk=request.author_id).update(is_active=False)
    assert obstacle(request, maurice, agnes) is Obstacle.ACCOUNT_GONE


def test_a_refusal_is_told_with_its_reason_once(maurice, agnes):
    request = waiting(references={})
    for _twice in range(2):
        links.refuse_link(request, "Nous ne vous trouvons pas.", actor=agnes, now=NOW)
    request.refresh_from_db()
    assert (request.state, request.answer) == (Request.State.REFUSED, "Nous ne vous trouvons pas.")
    assert kinds()[1:] == [("link_refused", "maurice@exemple.fr")]
    assert "Nous ne vous trouvons pas." in mails()[-1].text
    with pytest.raises(AlreadyDecided):
        links.link(request, maurice, actor=agnes, now=NOW)


def test_a_request_tied_is_not_refused_afterwards(maurice, agnes):
    request = waiting(references={})
    links.link(request, maurice, actor=agnes, now=NOW)
    with pytest.raises(AlreadyDecided):
        links.refuse_link(request, "Trop tard", actor=agnes, now=NOW)


def test_untied_an_account_stays_without_dossier(maurice, agnes):
    user, _adult = activated()
    for _twice in range(2):
        links.unlink(maurice, actor=agnes, now=NOW)
    assert Adult.objects.get().user is None
    assert User.objects.get(pk=user.pk).may_sign_in
    assert kinds()[-1] == ("unlinked", "maurice@exemple.fr")
    assert JournalEntry.objects.filter(verb="household.account_unlinked").count() == 1


# --- an account closed by its owner


def test_closing_an_account_unties_withdraws_and_erases_and_the_dossier_stays(maurice, household):
    user, _adult = activated()
    asked = Request.objects.create(
        kind=Request.Kind.MESSAGE, author=user, author_label=str(user), household=household, created_at=NOW
    )
    links.close_account(user, now=NOW + timedelta(days=1))
    assert not User.objects.filter(pk=user.pk).exists()
    assert Adult.objects.get() == maurice
    assert Adult.objects.get().user is None
    asked.refresh_from_db()
    assert (asked.state, asked.author, asked.author_label) == (
        Request.State.WITHDRAWN,
        None,
        "Maurice Democivil",
    )
    assert kinds()[-1] == ("account_closed", "maurice@exemple.fr")
    again, adult = activated()
    assert adult == maurice
    assert again.pk != user.pk


def test_a_link_is_used_once(maurice):
    signed_up()
    key = key_of(mails()[0])
    links.activate(key, now=NOW)
    with pytest.raises(LinkRefused):
        links.activate(key, now=NOW)
    assert Request.objects.count() == 1
