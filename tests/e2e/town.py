"""The town of the journeys: the dossiers of the guide, a school with its canteen and its cares, a month to book."""

from datetime import date, time

from django.core.files.base import ContentFile

from portail.accounts.models import Role
from portail.activities.actions.calendar import import_calendar
from portail.activities.actions.sessions import generate_sessions
from portail.activities.models import Commune, ServicePlace, Session
from portail.messaging.models import LegalPage, News, PublicDocument
from tests import factories as make
from tests.cast import family, staff

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Town:
    """Wednesday has no canteen; the month of the journeys is December 2026, whose deadlines are all to come."""

    def __init__(self) -> None:
        self.commune = commune()
        year = make.SchoolYearFactory()
        import_calendar("B", "", (2026, 2027), actor=None, now=make.NOW)
        self.offers = services()
        generate_sessions(
            self.offers.values(), date(2026, 11, 2), date(2027, 1, 31), actor=None, now=make.NOW
        )
        self.year = year
        self.maurice = dossier("6354", "DEMOCIVIL", "Maurice", ("Emma", "Hugo"), self)
        self.marie = dossier("1901", "DEMOCIVIS", "Marie", ("Jade", "Tom"), self)
        publications()
        self.agnes = staff("agnes", "Agnès", Role.AGENT)
        self.renee = staff("renee", "Renée", Role.CASH_OFFICER)
        self.alix = staff("alix", "Alix", Role.ADMINISTRATOR)
        self.lou = staff("lou", "Lou", Role.LEADER)

    def family(self, first_name: str, last_name: str, number: str, *children):
        """A parent with an account, whose children are enrolled everywhere."""
        found = family(first_name, last_name, number)
        for child in children:
            self.enrol(found.household, child)
        return found

    def enrol(self, household, child) -> None:
        make.HouseholdChildFactory(household=household, child=child)
        if child.schoolings.exists():
            return
        make.SchoolingFactory(child=child)
        for activity in {offer.service.activity for offer in self.offers.values()}:
            make.EnrolmentFactory(child=child, activity=activity)

    def session(self, service: str, day: date) -> Session:
        return Session.objects.get(service__code=service, date=day)


def commune() -> Commune:
    return make.CommuneFactory(
        postcode="14220",
        service_name="Service enfance et jeunesse",
        address="1 place de la Mairie\n14220 Valmont-sur-Orne",
        email="enfance@valmont.example",
        opening_hours="Lundi au vendredi, 8 h 30 à 17 h",
    )


def services() -> dict[str, ServicePlace]:
    place = make.PlaceFactory(school=make.SchoolFactory())
    care = make.ActivityFactory(code="periscolaire", name="Accueil périscolaire", icon="morning", position=1)
    lunch = make.ServiceFactory(position=1)
    morning = make.ServiceFactory(
        activity=care, code="matin", name="Garderie du matin", short_name="Matin", icon="morning",
        starts_at=time(7, 30), ends_at=time(8, 30), weekdays="1245", position=0,
    )  # fmt: skip
    evening = make.ServiceFactory(
        activity=care, code="soir", name="Garderie du soir", short_name="Soir", icon="evening",
        starts_at=time(16, 30), ends_at=time(18, 30), weekdays="1245", position=2,
    )  # fmt: skip
    return {
        service.code: make.ServicePlaceFactory(service=service, place=place)
        for service in (morning, lunch, evening)
    }


def dossier(number: str, name: str, adult: str, children: tuple[str, ...], town: Town):
    """A household of the guide: an adult without account, and two children."""
    household = make.HouseholdFactory(number=number, name=name)
    person = make.AdultFactory(
        household=household, first_name=adult, last_name=name.title(), email=f"{adult.lower()}@poste.example"
    )
    for rank, first_name in enumerate(children):
        child = make.ChildFactory(
            first_name=first_name, last_name=name.title(), birth_date=date(2017 + rank, 3, 4)
        )
        town.enrol(household, child)
    return person


def publications() -> None:
    News.objects.create(
        title="Délais de réservation",
        body="Vous avez jusqu'au dimanche soir 21 h pour modifier les réservations de la semaine à venir.",
        since=date(2026, 11, 2),
    )
    News.objects.create(
        title="Fermeture d'août",
        body="L'accueil de loisirs sera fermé du 1er au 15 août.",
        since=date(2026, 10, 20),
    )
    document = PublicDocument(
        title="Règlement du périscolaire", file_name="reglement.pdf", content_type="application/pdf", size=len(PDF),
        since=date(2026, 9, 1),
    )  # fmt: skip
    document.file.save("reglement.pdf", ContentFile(PDF), save=True)
    for kind in LegalPage.Kind:
        LegalPage.objects.create(kind=kind, version=1, body="Un texte.\n\nUn autre.", published_at=make.NOW)
