"""Forms that speak plainly: the base classes, and the password field that tells its strength."""

from portail.core.forms.base import Form, ModelForm
from portail.core.forms.widgets import NewPasswordInput

__all__ = ["Form", "ModelForm", "NewPasswordInput"]
