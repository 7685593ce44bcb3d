"""Who signs in: one account per adult or per agent."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

USERNAME = RegexValidator(
    r"^[\w.+\- ]{2,60}\Z",
    _("Utilisez de 2 à 60 lettres, chiffres, espaces, points, tirets ou « _ », sans « @ »."),
)


class Role(models.TextChoices):
    FAMILY = "family", _("Famille")
    READER = "reader", "Consultation"
    LEADER = "leader", "Animation"
    CASH_OFFICER = "cash_officer", "Régie"
    AGENT = "agent", "Agent"
    ADMINISTRATOR = "administrator", "Administration"


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """An account. A family account is tied to an Adult by `Adult.user`; an agent's stands alone.

    `activated_at` is empty until the address was confirmed: such an account cannot sign in, and is removed
    24 hours after the last link that was sent to it (`activation_sent_at`).
    """

    username = models.CharField(_("Nom d'utilisateur"), max_length=60, validators=[USERNAME])
    email = models.EmailField(_("Adresse e-mail"))
    first_name = models.CharField(_("Prénom"), max_length=80, blank=True)
    last_name = models.CharField(_("Nom"), max_length=80, blank=True)
    role = models.CharField(_("Rôle"), max_length=20, choices=Role.choices, default=Role.FAMILY)
    is_active = models.BooleanField(_("Actif"), default=True)
    mobile_layout = models.BooleanField(_("Ergonomie mobile"), default=False)
    language = models.CharField(_("Langue"), max_length=5, default="fr")
    created_at = models.DateTimeField(_("Créé le"))
    activation_sent_at = models.DateTimeField(_("Lien d'activation envoyé le"), null=True, blank=True)
    activated_at = models.DateTimeField(_("Activé le"), null=True, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_unique",
                violation_error_message=_("Ce nom d'utilisateur est déjà pris : choisissez-en un autre."),
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_(
                    "Cette adresse a déjà un compte : connectez-vous, ou demandez un nouveau mot de passe."
                ),
            ),
            models.CheckConstraint(condition=~models.Q(username__contains="@"), name="user_username_no_at"),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or self.username

    @property
    def is_family(self) -> bool:
        return self.role == Role.FAMILY

    @property
    def is_staff(self) -> bool:
        return self.role != Role.FAMILY


class TermsAcceptance(models.Model):
    """This person accepted this version of the terms of use, at this moment."""

    user = models.ForeignKey(User, models.CASCADE, related_name="acceptances")
    version = models.PositiveIntegerField("version des conditions")
    at = models.DateTimeField("acceptées le")

    class Meta:
        verbose_name = "acceptation des conditions"
        verbose_name_plural = "acceptations des conditions"
        constraints = [models.UniqueConstraint(fields=["user", "version"], name="terms_accepted_once")]

    def __str__(self) -> str:
        return f"conditions, version {self.version}"
