"""What every screen says the same way of an account: months, invoices, movements, balances, reasons of prices."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from portail.billing.models import Invoice, Movement
from portail.billing.queries.accounts import Bill, Standing
from portail.core.money import to_cents
from portail.core.sentences import said
from portail.core.sentences import told as sentence_told
from portail.core.templatetags.ui import in_words, money
from portail.rules import Sentence

register = template.Library()
VOWELS = "aeiouyàâéèêîôûh"
TONES = {
    Standing.TO_PAY: ("info", "clock"),
    Standing.LATE: ("bad", "warning"),
    Standing.PAID: ("ok", "check"),
    Standing.CREDITED: ("calm", "undo"),
    Standing.NOTHING: ("calm", "check"),
}


def months(first: date, last: date) -> str:
    """« novembre », « novembre 2025 », « septembre à octobre »: without its year when it is this one."""
    this_year = timezone.localdate().year
    end = formats.date_format(last, "F" if last.year == this_year else "F Y")
    if (first.year, first.month) == (last.year, last.month):
        return end
    start = formats.date_format(first, "F" if first.year in (last.year, this_year) else "F Y")
    return _("%(start)s à %(end)s") % {"start": start, "end": end}


@register.filter
def bill_months(invoice: Invoice) -> str:
    """« novembre »: what an invoice is for."""
    return months(invoice.first, invoice.last)


@register.filter
def bill_title(invoice: Invoice) -> str:
    """« Facture de novembre », « Facture d'octobre »."""
    named = {"months": months(invoice.first, invoice.last)}
    if named["months"][:1].lower() in VOWELS:
        return _("Facture d'%(months)s") % named
    return _("Facture de %(months)s") % named


@register.filter
def bill_state(bill: Bill) -> str:
    """Where an invoice stands, in words: « À payer avant le 15 décembre »."""
    day = in_words(bill.invoice.due_on, "day")
    return {
        Standing.TO_PAY: _("À payer avant le %(day)s") % {"day": day},
        Standing.LATE: _("En retard depuis le %(day)s") % {"day": day},
        Standing.PAID: _("Payée"),
        Standing.CREDITED: _("Annulée par avoir"),
        Standing.NOTHING: _("Rien à payer"),
    }[bill.standing]


@register.filter
def bill_tone(bill: Bill) -> str:
    return TONES[bill.standing][0]


@register.filter
def bill_icon(bill: Bill) -> str:
    return TONES[bill.standing][1]


@register.filter
def movement_label(movement: Movement) -> str:
    """What moved, in the language of the page."""
    if movement.invoice is not None:
        return bill_title(movement.invoice)
    if movement.credit_note is not None:
        return _("Avoir n° %(number)s") % {"number": movement.credit_note.number}
    payment = getattr(movement, "payment", None)
    if movement.kind == Movement.Kind.PAYMENT and payment is not None:
        return _("Paiement : %(mode)s") % {"mode": payment.get_mode_display().lower()}
    return movement.get_kind_display()


@register.filter
def owed(balance: Decimal) -> str:
    """The balance told to the family: « Vous devez 48,30 € »."""
    if balance > 0:
        return _("Vous devez %(amount)s") % {"amount": money(balance)}
    if balance < 0:
        return _("Il vous reste %(amount)s d'avance") % {"amount": money(-balance)}
    return _("Vous êtes à jour")


@register.filter
def balance_words(balance: Decimal) -> str:
    """The balance told to an agent, without colour: « Doit 48,30 € »."""
    if balance > 0:
        return f"Doit {money(balance)}"
    return f"{money(-balance)} d'avance" if balance < 0 else "À jour"


@register.filter
def running(balance: Decimal) -> str:
    """A balance inside a table: « 48,30 € », « 12,00 € d'avance »."""
    return _("%(amount)s d'avance") % {"amount": money(-balance)} if balance < 0 else money(balance)


@register.filter
def told(kept: Any) -> str:
    """A sentence of the rules as it was kept with a charge or a line."""
    return sentence_told(kept)


@register.filter
def is_text(kept: Any) -> bool:
    """Whether a kept sentence is plain French text, that no language can put otherwise."""
    return isinstance(kept, str)


@register.filter
def euros(kept: str) -> str:
    """An amount kept as text in JSON (« 34.20 ») as it is read."""
    try:
        return money(Decimal(kept))
    except (InvalidOperation, TypeError):
        return ""


@register.filter
def in_figures(value: Decimal) -> str:
    """A quantity: « 12 », « 1,5 »."""
    return formats.number_format(value.normalize() if value % 1 else int(value), use_l10n=True)


@register.filter
def at(mapping: dict[Any, Any], key: Any) -> Any:
    """What a mapping holds under a key, None when nothing."""
    return mapping.get(key)


@register.filter
def said_each(sentences: Iterable[Sentence]) -> str:
    """Sentences of the rules, each in the language of the page, with commas."""
    return ", ".join(said(sentence) for sentence in sentences)


@register.filter
def left_to_pay(invoice: Invoice) -> Decimal:
    """What is left of an invoice of `queries.unpaid`, in euros."""
    return to_cents(invoice.left)  # type: ignore[attr-defined]


@register.filter
def is_undone(movement: Movement) -> bool:
    """Whether an opposite movement undid this one."""
    return getattr(movement, "reversed_by", None) is not None
