"""What a family changes at once by itself: how to reach it, and who to call for its children."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from portail.accounts.models import User
from portail.core import changes, journal
from portail.core.changes import Changes, Merged
from portail.core.text import de
from portail.families.models import Adult, Child, ChildContact, Household

REACH = ("email", "mobile_phone", "home_phone", "work_phone")
CONTACT = ("name", "relation", "phone", "email", "may_pick_up", "is_emergency")


def update_reach(
    adult: Adult, values: Mapping[str, Any], *, invoices_by_mail: bool, actor: User, now: datetime
) -> bool:
    """Keep an adult's telephones and contact address, and how the household gets its invoices.

    `values` holds the fields of REACH. Returns whether anything changed; saving twice is saving once.
    """
    with transaction.atomic():
        household = Household.objects.select_for_update().get(pk=adult.household_id)
        adult = Adult.objects.select_for_update().get(pk=adult.pk)
        changed = changes.write(adult, {field: values[field] for field in REACH})
        invoices = changes.write(household, {"invoices_by_mail": invoices_by_mail})
        return _journal(
            "family.reach_changed",
            household,
            f"Coordonnées de {adult} modifiées",
            changed | invoices,
            actor,
            now,
        )


def update_child_reach(
    child: Child, household: Household, *, phone: str, email: str, actor: User, now: datetime
) -> bool:
    """Keep a child's own telephone and address. Both its households see them."""
    with transaction.atomic():
        child = Child.objects.select_for_update().get(pk=child.pk)
        changed = changes.write(child, {"phone": phone, "email": email})
        return _journal(
            "family.child_reach_changed", household, f"Coordonnées {de(child)} modifiées", changed, actor, now
        )


def save_contact(
    contact: ChildContact, values: Mapping[str, Any], *, actor: User, now: datetime
) -> ChildContact:
    """Keep one person to call for a child; a new contact comes with its household and child set.

    The same contact sent twice (double click) is added once.
    """
    with transaction.atomic():
        is_new = contact.pk is None
        if is_new:
            same = ChildContact.objects.filter(
                household=contact.household,
                child=contact.child,
                **{field: values[field] for field in CONTACT},
            ).first()
            if same:
                return same
        else:
            contact = ChildContact.objects.select_for_update().get(pk=contact.pk)
        changed = changes.write(contact, {field: values[field] for field in CONTACT})
        did = "ajouté" if is_new else "modifié"
        _journal(
            "family.contact_saved",
            contact.household,
            f"Contact de {contact.child} {did}",
            changed,
            actor,
            now,
        )
        return contact


def edit_contact(
    contact: ChildContact, values: Mapping[str, Any], *, seen: Mapping[str, Any], actor: User, now: datetime
) -> Merged:
    """Change a contact that several agents may edit at once. `seen`: what the form showed. Raises EditedMeanwhile."""
    with transaction.atomic():
        contact = ChildContact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
        merged = changes.merge(contact, values, seen=seen)
        summary = f"Contact de {contact.child} modifié"
        _journal("family.contact_saved", contact.household, summary, merged.mine, actor, now)
        return merged


def remove_contact(contact: ChildContact, *, actor: User, now: datetime) -> None:
    """Forget a person to call. The journal keeps the name, no more."""
    with transaction.atomic():
        deleted, _ = ChildContact.objects.filter(pk=contact.pk).delete()
        if deleted:
            journal.record(
                "family.contact_removed",
                contact.household.journal_subject,
                summary=f"Contact de {contact.child} retiré",
                actor=actor,
                now=now,
                before={"name": contact.name},
            )


def _journal(
    verb: str, household: Household, summary: str, changed: Changes, actor: User, now: datetime
) -> bool:
    if changed:
        journal.record(
            verb,
            household.journal_subject,
            summary=summary,
            actor=actor,
            now=now,
            before=changes.before(changed),
            after=changes.after(changed),
        )
    return bool(changed)
