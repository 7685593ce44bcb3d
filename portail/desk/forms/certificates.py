"""Which year's tax certificates."""

from datetime import date
from typing import Any

from django import forms

from portail.core.forms import Form

YEARS = 4


class YearForm(Form):
    year = forms.TypedChoiceField(label="Année", coerce=int)

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        years = [today.year - back for back in range(1, YEARS + 1)]
        self.latest = years[0]
        self.fields["year"].choices = [(year, str(year)) for year in years]  # type: ignore[attr-defined]
