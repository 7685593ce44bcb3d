"""Forms that speak plainly: the base classes, and fields for passwords, days and hours."""

from portail.core.forms.base import Form, ModelForm, written
from portail.core.forms.edit import EditForm, SeenField
from portail.core.forms.widgets import DayInput, HourInput, MomentInput, NewPasswordInput

__all__ = [
    "DayInput",
    "EditForm",
    "Form",
    "HourInput",
    "ModelForm",
    "MomentInput",
    "NewPasswordInput",
    "SeenField",
    "written",
]
