"""What the invented town hall publishes: news, documents to download, documents of families."""

from datetime import date, timedelta
from pathlib import Path

from django.core.files.base import ContentFile

from portail.accounts.models import User
from portail.activities.models import Session
from portail.core import pdf
from portail.core.uploads import Upload
from portail.demo import accounts
from portail.demo.families import Family
from portail.demo.structure import CONTACT, LEVELS, Town
from portail.demo.timeline import Timeline, at
from portail.families.models import FamilyDocument
from portail.messaging import actions
from portail.messaging.models import Audience, News, PublicDocument
from portail.rules import FRENCH

TEMPLATE = Path(__file__).with_name("document.typ")


def publish(town: Town, plans: list[Family], agent: User, when: Timeline) -> None:
    for age, audience, title, body in _news(when):
        since = when.today - timedelta(days=age)
        values = {"title": title, "body": body, "audience": audience, "since": since, "until": None}
        actions.keep_news(News(), values, actor=agent, now=when.now)
    for title, name, parts in _documents(when):
        values = {
            "title": title,
            "audience": Audience.PUBLIC,
            "since": when.previous.start,
            "until": None,
        }
        upload = Upload(_pdf(title, parts, when, name), name, "application/pdf")
        actions.keep_document(PublicDocument(), values, upload, actor=agent, now=when.now)
    _give(plans, town, agent, when)


def _news(when: Timeline) -> list[tuple[int, Audience, str, str]]:
    """Days since, audience, title, text. The first three are those of the guide, in its order."""
    summer = when.today.year if when.today < date(when.today.year, 8, 15) else when.today.year + 1
    found = [
        (
            4,
            Audience.PUBLIC,
            "Quotient familial",
            "L'actualisation des QF se fait durant le mois de février de chaque année.\n"
            "Toute famille n'ayant pas transmis son justificatif (avis d'imposition ou attestation CAF), se verra "
            "appliquer le tarif le plus fort.",
        ),
        (
            14,
            Audience.PUBLIC,
            "Fermeture Août",
            f"Comme chaque année, l'accueil de loisirs sera fermé du 1er au 15 août {summer}.",
        ),
        (
            32,
            Audience.PUBLIC,
            "Délais de Réservation",
            "Vous avez jusqu'au dimanche soir 21h pour modifier les réservations de la semaine à venir.",
        ),
        (
            2,
            Audience.AGENTS,
            "Dossiers en attente",
            "Pensez à regarder chaque matin les comptes à rattacher et les changements à valider.",
        ),
    ]
    holidays = Session.objects.filter(service__code="vacances", date__gte=when.today + timedelta(days=7))
    if first := holidays.order_by("date").first():
        found.append(
            (
                7,
                Audience.FAMILIES,
                "Vacances : les réservations sont ouvertes",
                f"Réservez dès maintenant l'accueil de loisirs à partir du {FRENCH.year(first.date)}. "
                "Les places sont données dans l'ordre des réservations.",
            )
        )
    return found


def _documents(when: Timeline) -> list[tuple[str, str, list[tuple[str, str]]]]:
    year = when.current.label
    return [
        (
            f"Règlement intérieur des accueils {year}",
            f"reglement-interieur-{year}.pdf",
            [
                (
                    "Qui peut s'inscrire",
                    "Tout enfant scolarisé dans une école de la commune, dès la petite section. "
                    "L'inscription vaut pour une année scolaire.",
                ),
                (
                    "Réserver et annuler",
                    "Vous avez jusqu'au dimanche soir 21 h pour modifier les réservations de la semaine à venir, "
                    "sur le portail ou au guichet.",
                ),
                (
                    "Venir chercher un enfant",
                    "Seules les personnes désignées par les responsables peuvent venir chercher un enfant. "
                    "Une pièce d'identité peut être demandée.",
                ),
                (
                    "Santé",
                    "Toute allergie est signalée par un projet d'accueil individualisé avant la première journée.",
                ),
            ],
        ),
        (
            "Fiche sanitaire de liaison",
            "fiche-sanitaire.pdf",
            [
                ("L'enfant", "Nom, prénom, date de naissance, école et classe."),
                ("Vaccinations", "Joindre la copie du carnet de santé, pages des vaccinations."),
                (
                    "Recommandations",
                    "Lunettes, appareil dentaire, sieste, peurs : tout ce qui aide l'équipe.",
                ),
            ],
        ),
        (
            "Projet pédagogique de l'accueil de loisirs La Source",
            "projet-pedagogique-la-source.pdf",
            [
                (
                    "Nos intentions",
                    "Prendre le temps, choisir ses activités, vivre dehors autant que possible.",
                ),
                (
                    "La journée",
                    "Accueil de 8 h à 9 h 30, activités, repas à 12 h, temps calme, activités, goûter à 16 h, départs "
                    "jusqu'à 18 h.",
                ),
            ],
        ),
    ]


GIVEN_TO = ("2718", "4102", "4873")


def _give(plans: list[Family], town: Town, agent: User, when: Timeline) -> None:
    """A certificate of schooling in the documents of those who sign in."""
    added = max(at(when.today - timedelta(days=40), 11), at(when.current.start, 11))
    if added > when.now:
        added = when.now
    for family in plans:
        if family.number not in GIVEN_TO or family.household is None:
            continue
        title = f"Attestation d'inscription aux accueils {when.current.label}"
        children = [
            (
                f"{plan.first_name} {plan.last_name}",
                f"Inscrit en {LEVELS[plan.level]}, {town.schools[family.school].name}.",
            )
            for plan in family.children
            if 0 <= plan.level < len(LEVELS)
        ]
        name = f"attestation-inscription-{when.current.label}.pdf"
        content = _pdf(title, children, when, name)
        document = FamilyDocument(
            household=family.household,
            title=title,
            file_name=name,
            content_type="application/pdf",
            size=content.size,
            added_at=added,
            added_by=agent,
        )
        document.file.save(Upload(content, name, "application/pdf").kept_name, content, save=False)
        document.save()


def _pdf(title: str, parts: list[tuple[str, str]], when: Timeline, name: str) -> ContentFile:
    data = {
        "title": title,
        "commune": accounts.COMMUNE,
        "service": CONTACT["service_name"],
        "colour": CONTACT["colour"],
        "parts": [{"title": head, "text": text} for head, text in parts],
        "date": FRENCH.year(when.current.start),
    }
    return ContentFile(pdf.render(TEMPLATE, data, now=when.now), name=name)
