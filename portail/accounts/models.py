"""Who signs in: one account per adult or per agent."""

import unicodedata
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

USERNAME = RegexValidator(
    r"^[\w.+\- ]{2,60}\Z",
    _("Utilisez de 2 à 60 lettres, chiffres, espaces, points, tirets ou « _ », sans « @ »."),
)


def clean_username(typed: str) -> str:
    """The user name as it is kept and shown: one way to code an accent, single spaces, none around."""
    return " ".join(unicodedata.normalize("NFKC", typed).split())


def username_key(typed: str) -> str:
    """What makes a user name unique: `clean_username` without regard to case."""
    return clean_username(typed).casefold()


class Role(models.TextChoices):
    FAMILY = "family", _("Famille")
    READER = "reader", "Consultation"
    LEADER = "leader", "Animation"
    KITCHEN = "kitchen", "Cuisine"
    CASH_OFFICER = "cash_officer", "Régie"
    AGENT = "agent", "Agent"
    ADMINISTRATOR = "administrator", "Administration"


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username_key=username_key(username or ""))

    def find(self, typed: str) -> "User | None":
        """The account of this user name or address, in whatever case: one holds "@", the other never does."""
        if "\0" in typed:  # PostgreSQL does not even look for it
            return None
        if "@" in typed:
            return self.filter(email=typed.strip().lower()).first()
        return self.filter(username_key=username_key(typed)).first()


class User(AbstractBaseUser):
    """An account. A family account is tied to an Adult by `Adult.user`; an agent's stands alone.

    `activated_at` is empty until the address was confirmed: such an account cannot sign in, and a family's is removed
    24 hours after the last link that was sent to it (`activation_sent_at`). Until then `references` keeps what was
    given to find the dossier ({"number", "name", "email"}, or {} without any).
    `new_email` waits for its own confirmation; `email` holds until then.
    """

    username = models.CharField(_("Nom d'utilisateur"), max_length=60, validators=[USERNAME])
    username_key = models.CharField(max_length=180, editable=False)
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
    sign_up_id = models.UUIDField("Inscription", null=True, blank=True, unique=True, editable=False)
    references = models.JSONField("Références données à l'inscription", null=True, blank=True, editable=False)
    new_email = models.EmailField(_("Nouvelle adresse à confirmer"), blank=True)
    new_email_sent_at = models.DateTimeField("Confirmation envoyée le", null=True, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        constraints = [
            models.UniqueConstraint(
                fields=["username_key"],
                name="user_username_unique",
                violation_error_message=_("Ce nom d'utilisateur est déjà pris : choisissez-en un autre."),
            ),
            models.UniqueConstraint(
                fields=["email"],
                name="user_email_unique",
                violation_error_message=_(
                    "Cette adresse a déjà un compte : connectez-vous, ou demandez un nouveau mot de passe."
                ),
            ),
            models.CheckConstraint(condition=~models.Q(username__contains="@"), name="user_username_no_at"),
        ]
        indexes = [
            models.Index(
                fields=["activation_sent_at"],
                name="user_to_activate",
                condition=models.Q(activated_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Addresses are kept in lower case, and a user name with the key that makes it unique."""
        self.email = self.email.strip().lower()
        self.username = clean_username(self.username)
        self.username_key = username_key(self.username)
        if (fields := kwargs.get("update_fields")) is not None and "username" in fields:
            kwargs["update_fields"] = {*fields, "username_key"}
        super().save(*args, **kwargs)

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

    @property
    def may_sign_in(self) -> bool:
        """Neither disabled nor still waiting for its address to be confirmed."""
        return self.is_active and self.activated_at is not None

    @property
    def journal_subject(self) -> str:
        return f"user:{self.pk}"


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
