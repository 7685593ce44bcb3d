"""Families: the household (dossier), its adults, the children it shares, and what it asks of the service."""

from portail.families.models.custody import CourtDecision, CustodyTerm
from portail.families.models.health import ChildHealth
from portail.families.models.households import (
    NUMBER,
    Adult,
    Child,
    ChildContact,
    Household,
    HouseholdChild,
    Schooling,
)
from portail.families.models.quotients import Quotient, QuotientReminder
from portail.families.models.requests import FamilyDocument, Request

__all__ = [
    "NUMBER",
    "Adult",
    "Child",
    "ChildContact",
    "ChildHealth",
    "CourtDecision",
    "CustodyTerm",
    "FamilyDocument",
    "Household",
    "HouseholdChild",
    "Quotient",
    "QuotientReminder",
    "Request",
    "Schooling",
]
