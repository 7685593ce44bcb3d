"""The terms of a custody in sentences, in pages and mails."""

from django import template

from portail.families.custody_words import lines, names_for
from portail.families.models import CustodyTerm, Household

register = template.Library()


@register.simple_tag
def custody_lines(term: CustodyTerm, household: Household) -> list[str]:
    """What the term says, as a parent of this household reads it."""
    return lines(term, names_for(term, household))


@register.simple_tag
def custody_dossiers(term: CustodyTerm) -> list[str]:
    """What the term says, with the numbers of the dossiers: for the service alone. Its households were read with it."""
    return lines(term, (f"dossier {term.first.number}", f"dossier {term.second.number}"))
