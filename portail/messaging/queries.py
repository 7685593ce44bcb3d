"""What the service publishes, as the screens read it."""

from collections.abc import Collection
from datetime import date

from portail.messaging.models import LegalPage, News, PublicDocument, PublishedQuerySet


def news(audiences: Collection[str], *, on: date) -> PublishedQuerySet:
    """The news that these audiences read on that day, the newest first."""
    return News.objects.for_audiences(*audiences).on(on)


def documents(audiences: Collection[str], *, on: date) -> PublishedQuerySet:
    """The documents that these audiences may download on that day, by title."""
    return PublicDocument.objects.for_audiences(*audiences).on(on)


def legal_page(kind: str) -> LegalPage | None:
    """The version of a legal page that is shown; None when the commune has published none."""
    return LegalPage.objects.filter(kind=kind).order_by("-version").first()


def terms_version() -> int | None:
    """The version of the terms of use to accept now."""
    terms = LegalPage.objects.filter(kind=LegalPage.Kind.TERMS).order_by("-version")
    return terms.values_list("version", flat=True).first()
