"""Numbers without gap nor double: the row of a series is locked until the transaction ends."""

from datetime import date

from portail.billing.models import Series

INVOICE, CREDIT = "invoice", "credit"
DIGITS = 9
"""After the year: thirteen digits in all, as the Treasury's fields hold."""


def take(kind: str, day: date, count: int) -> range:
    """The next `count` numbers of the year of `day` in a series, in the caller's transaction.

    Whoever asks meanwhile waits for its end: a number is lost with the transaction that took it, so none is missing.
    """
    name = f"{kind}-{day.year}"
    Series.objects.get_or_create(name=name)
    series = Series.objects.select_for_update().get(name=name)
    first = series.last + 1
    series.last += count
    series.save(update_fields=["last"])
    base = day.year * 10**DIGITS
    return range(base + first, base + first + count)
