"""All that the desk's page of one household shows, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from portail.accounts.models import User
from portail.activities.models import SchoolYear
from portail.bookings import queries as bookings
from portail.bookings.models import Booking, Enrolment, Receipt
from portail.core.models import JournalEntry, OutboxMail
from portail.desk.journal_words import Line, in_words
from portail.desk.quotient_block import QuotientBlock, quotient_block
from portail.families.models import (
    Adult,
    ChildContact,
    FamilyDocument,
    Household,
    HouseholdChild,
    Request,
    Schooling,
)
from portail.families.queries import school_year_of

SHOWN = 5
SHOWN_BOOKINGS = 8
SHOWN_JOURNAL = 6


@dataclass(frozen=True)
class ChildBlock:
    """A child of the household: its link, its school this year, what it is enrolled in, its other household."""

    link: HouseholdChild
    schooling: Schooling | None
    enrolments: list[Enrolment]
    others: list[HouseholdChild]
    is_here: bool
    may_share: bool


@dataclass(frozen=True)
class Sheet:
    """`awaited`: accounts that named this dossier and are not activated yet.

    Lists are cut at what a page shows; `has_more` names those that go on (…_page in the urls)."""

    household: Household
    adults: list[Adult]
    awaited: list[User]
    children: list[ChildBlock]
    contacts: list[ChildContact]
    year: SchoolYear | None
    bookings: list[Booking]
    coming: int
    receipts: list[Receipt]
    quotient: QuotientBlock
    requests: list[Request]
    documents: list[FamilyDocument]
    mails: list[OutboxMail]
    journal: list[Line]
    has_more: frozenset[str]


def sheet(household: Household, *, now: datetime) -> Sheet:
    """The household as it stands at `now`."""
    today = timezone.localdate(now)
    year = school_year_of(today)
    subject = household.journal_subject
    coming = coming_bookings(household, today=today)
    lists: dict[str, QuerySet] = {
        "receipts": bookings.receipts(household),
        "requests": household.requests.select_related("child"),
        "documents": household.documents.exclude(kind__in=FamilyDocument.RESTRICTED),
        "mails": OutboxMail.objects.filter(about=subject).defer("text", "html"),
        "journal": JournalEntry.objects.filter(subject=subject),
    }
    cut = {name: _cut(rows, SHOWN_JOURNAL if name == "journal" else SHOWN) for name, rows in lists.items()}
    return Sheet(
        household=household,
        adults=list(household.adults.select_related("user")),
        awaited=list(User.objects.filter(activated_at=None, references__number=household.number)),
        children=_children(household, year, today),
        contacts=list(household.contacts.select_related("child").order_by("child__birth_date", "pk")),
        year=year,
        bookings=list(coming[:SHOWN_BOOKINGS]),
        coming=coming.count(),
        quotient=quotient_block(household, today=today),
        has_more=frozenset(name for name, (_, more) in cut.items() if more),
        journal=in_words(cut["journal"][0]),
        **{name: cut[name][0] for name in ("receipts", "requests", "documents", "mails")},
    )


def coming_bookings(household: Household, *, today: date) -> QuerySet[Booking]:
    """The household's active bookings from `today` on, the next first."""
    return (
        Booking.objects.active()
        .filter(household=household, session__date__gte=today)
        .select_related("child", "session__service", "session__place")
        .order_by("session__date", "child__birth_date", "session__service__position")
    )


def _cut(rows: QuerySet, number: int) -> tuple[list, bool]:
    found = list(rows[: number + 1])
    return found[:number], len(found) > number


def _children(household: Household, year: SchoolYear | None, today: date) -> list[ChildBlock]:
    links = (
        HouseholdChild.objects.filter(household=household)
        .select_related("child__health")
        .prefetch_related(
            Prefetch(
                "child__schoolings",
                Schooling.objects.filter(school_year=year).select_related("school", "school_class"),
                to_attr="of_this_year",
            ),
            Prefetch(
                "child__enrolments",
                Enrolment.objects.filter(Q(school_year__end__gte=today)).select_related(
                    "activity", "place", "school_year", "stay_place"
                ),
                to_attr="current_enrolments",
            ),
            Prefetch(
                "child__household_links",
                HouseholdChild.objects.exclude(household=household).select_related("household"),
                to_attr="other_links",
            ),
        )
        .order_by("child__birth_date", "child_id")
    )
    blocks = [_block(link, today) for link in links]
    return [block for block in blocks if block.is_here] + [block for block in blocks if not block.is_here]


def _block(link: HouseholdChild, today: date) -> ChildBlock:
    child = link.child
    others: list[HouseholdChild] = child.other_links  # type: ignore[attr-defined]
    schoolings: Sequence[Schooling] = child.of_this_year  # type: ignore[attr-defined]
    return ChildBlock(
        link=link,
        schooling=schoolings[0] if schoolings else None,
        enrolments=child.current_enrolments,  # type: ignore[attr-defined]
        others=others,
        may_share=all(other.until is not None and other.until < today for other in others),
        is_here=link.until is None or link.until >= today,
    )
