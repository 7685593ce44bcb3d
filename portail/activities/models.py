"""What the commune offers: its schools and places, its activities and services, the sessions that are booked."""

from datetime import date, time

from django.conf import settings
from django.core.validators import (
    FileExtensionValidator,
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
)
from django.db import models
from django.db.models import F, Q

CODE = RegexValidator(
    r"^[a-z0-9]+(-[a-z0-9]+)*\Z",
    "Utilisez des minuscules, des chiffres et des tirets, par exemple « cantine ».",
)
CODE_TAKEN = {
    "unique": "Ce code est déjà pris : choisissez-en un autre.",
    "invalid": CODE.message,
}
WEEKDAYS = RegexValidator(r"^(?=.)1?2?3?4?5?6?7?\Z", "Cochez au moins un jour.")
COLOUR = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", "Écrivez la couleur comme « #1f6f54 ».")


class Commune(models.Model):
    """The one commune of this installation: what every page shows. Its rules are in the Regulation."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField("Nom de la commune", max_length=100)
    postcode = models.CharField("Code postal", max_length=5, blank=True)
    zone = models.CharField("Zone scolaire", max_length=1, choices=[("A", "A"), ("B", "B"), ("C", "C")])
    subdivision = models.CharField(
        "Département ou territoire pour les jours fériés",
        max_length=3,
        blank=True,
        help_text="Laissez vide en métropole hors Alsace-Moselle.",
    )
    colour = models.CharField("Couleur", max_length=7, default="#1f6f54", validators=[COLOUR])
    logo = models.FileField(
        "Logo",
        upload_to="commune/",
        blank=True,
        validators=[FileExtensionValidator(["png", "jpg", "jpeg", "webp"])],
    )
    service_name = models.CharField("Nom du service", max_length=120, default="Service enfance")
    address = models.TextField("Adresse", blank=True)
    phone = models.CharField("Téléphone", max_length=20, blank=True)
    email = models.EmailField("Adresse e-mail du service", blank=True)
    opening_hours = models.TextField("Horaires d'ouverture", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "commune"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="commune_is_one")]

    def __str__(self) -> str:
        return self.name


class Regulation(models.Model):
    """A version of the commune's rules: the settings file as it was applied. The last version is in force."""

    version = models.PositiveIntegerField("Version", unique=True)
    text = models.TextField("Fichier de réglages")
    note = models.CharField("Motif", max_length=200, blank=True)
    applied_at = models.DateTimeField("Appliquée le")
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )

    class Meta:
        verbose_name = "règlement"
        verbose_name_plural = "règlements"
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"règlement, version {self.version}"


class RegulationDraft(models.Model):
    """What an administrator is writing, tried on the screens before it is applied: one each. `over`: the version it
    started from (0: the file we ship)."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="à")
    text = models.TextField("Fichier de réglages")
    over = models.PositiveIntegerField("Version de départ")
    saved_at = models.DateTimeField("Gardé le")

    class Meta:
        verbose_name = "brouillon de règlement"
        verbose_name_plural = "brouillons de règlement"

    def __str__(self) -> str:
        return f"brouillon sur la version {self.over}"


class CalendarEntry(models.Model):
    """A stretch of the commune's calendar. First filled from the national calendars, then edited freely."""

    class Kind(models.TextChoices):
        PUBLIC_HOLIDAY = "public_holiday", "Jour férié"
        SCHOOL_HOLIDAY = "school_holiday", "Vacances scolaires"
        CLOSURE = "closure", "Fermeture de la commune"
        WORKED = "worked", "Jour travaillé malgré tout"

    class Source(models.TextChoices):
        NATIONAL = "national", "Calendrier national"
        COMMUNE = "commune", "Commune"

    kind = models.CharField("Nature", max_length=20, choices=Kind.choices)
    start = models.DateField("Du")
    end = models.DateField("Au (inclus)")
    label = models.CharField("Intitulé", max_length=100)
    source = models.CharField("Origine", max_length=10, choices=Source.choices, default=Source.COMMUNE)

    class Meta:
        verbose_name = "période du calendrier"
        verbose_name_plural = "calendrier"
        ordering = ["start", "end", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gte=F("start")),
                name="calendar_dates",
                violation_error_message="La date de fin doit suivre la date de début.",
            ),
            models.UniqueConstraint(
                fields=["kind", "start", "label"],
                name="calendar_once",
                violation_error_message="Cette période est déjà au calendrier.",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class SchoolYear(models.Model):
    label = models.CharField(
        "Année scolaire",
        max_length=20,
        unique=True,
        error_messages={"unique": "Une année scolaire porte déjà ce nom."},
    )
    start = models.DateField("Premier jour")
    end = models.DateField("Dernier jour (inclus)")
    bookable_from = models.DateTimeField(
        "Réservable par les familles à partir du",
        null=True,
        blank=True,
        help_text="Vide : les familles ne peuvent pas encore réserver cette année-là.",
    )

    class Meta:
        verbose_name = "année scolaire"
        verbose_name_plural = "années scolaires"
        ordering = ["-start"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="school_year_dates",
                violation_error_message="Le dernier jour doit suivre le premier.",
            )
        ]

    def __str__(self) -> str:
        return self.label

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.end


class School(models.Model):
    name = models.CharField(
        "École", max_length=120, unique=True, error_messages={"unique": "Une école porte déjà ce nom."}
    )
    address = models.CharField("Adresse", max_length=250, blank=True)
    is_active = models.BooleanField("Ouverte", default=True)

    class Meta:
        verbose_name = "école"
        verbose_name_plural = "écoles"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SchoolClass(models.Model):
    """A class of a school in a given year: "CE1 - Mme Petit"."""

    school = models.ForeignKey(School, models.PROTECT, related_name="classes", verbose_name="École")
    school_year = models.ForeignKey(
        SchoolYear, models.PROTECT, related_name="classes", verbose_name="Année scolaire"
    )
    name = models.CharField("Classe", max_length=80)
    level = models.CharField("Niveau", max_length=20, blank=True)

    class Meta:
        verbose_name = "classe"
        verbose_name_plural = "classes"
        ordering = ["school__name", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "school_year", "name"],
                name="class_once",
                violation_error_message="Cette école a déjà une classe de ce nom cette année-là.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """Where a service happens: a school's canteen, a leisure centre."""

    name = models.CharField(
        "Lieu", max_length=120, unique=True, error_messages={"unique": "Un lieu porte déjà ce nom."}
    )
    school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="places", verbose_name="École"
    )
    address = models.CharField("Adresse", max_length=250, blank=True)
    is_active = models.BooleanField("Ouvert", default=True)

    class Meta:
        verbose_name = "lieu"
        verbose_name_plural = "lieux"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Activity(models.Model):
    """What a child is enrolled in: school meals, before- and after-school care, the leisure centre."""

    code = models.SlugField("Code", max_length=40, unique=True, validators=[CODE], error_messages=CODE_TAKEN)
    name = models.CharField("Activité", max_length=120)
    icon = models.CharField("Icône", max_length=20, default="calendar")
    position = models.PositiveSmallIntegerField("Ordre", default=0)
    is_active = models.BooleanField("Proposée", default=True)

    class Meta:
        verbose_name = "activité"
        verbose_name_plural = "activités"
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """What is booked, day by day. `code` is how the settings file names it."""

    class Period(models.TextChoices):
        SCHOOL = "school", "Semaines d'école"
        HOLIDAYS = "holidays", "Vacances scolaires"
        ALL = "all", "Toute l'année"

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="services", verbose_name="Activité")
    code = models.SlugField("Code", max_length=40, unique=True, validators=[CODE], error_messages=CODE_TAKEN)
    name = models.CharField("Prestation", max_length=120)
    short_name = models.CharField("Nom court", max_length=30)
    icon = models.CharField("Icône", max_length=20, default="calendar")
    starts_at = models.TimeField("De")
    ends_at = models.TimeField("À")
    weekdays = models.CharField(
        "Jours", max_length=7, validators=[WEEKDAYS], help_text="1 = lundi … 7 = dimanche"
    )
    period = models.CharField("Période", max_length=10, choices=Period.choices, default=Period.SCHOOL)
    position = models.PositiveSmallIntegerField("Ordre", default=0)
    serves_meal = models.BooleanField(
        "Un repas est servi",
        default=False,
        help_text="La cuisine le compte pour chaque enfant réservé, sauf absence signalée.",
    )
    hours_step = models.PositiveSmallIntegerField(
        "Heures au choix de la famille, au pas de (minutes)",
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(240)],
        help_text="Vide : toute la séance est réservée. Par exemple 30 : de 8 h à 8 h 30, de 8 h à 9 h…",
    )
    is_active = models.BooleanField("Proposée", default=True)

    class Meta:
        verbose_name = "prestation"
        verbose_name_plural = "prestations"
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="service_hours",
                violation_error_message="L'heure de fin doit suivre l'heure de début.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def hours(self) -> tuple[time, time]:
        return self.starts_at, self.ends_at


class ServicePlace(models.Model):
    """A service offered in a place, with its usual number of places (empty: no limit)."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="offers", verbose_name="Prestation")
    place = models.ForeignKey(Place, models.PROTECT, related_name="offers", verbose_name="Lieu")
    capacity = models.PositiveIntegerField("Places", null=True, blank=True, help_text="Vide : sans limite.")
    is_active = models.BooleanField("Proposée", default=True)

    class Meta:
        verbose_name = "prestation dans un lieu"
        verbose_name_plural = "prestations par lieu"
        ordering = ["service__position", "place__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "place"],
                name="service_place_once",
                violation_error_message="Cette prestation est déjà proposée dans ce lieu.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.service} · {self.place}"


class Closing(models.Model):
    """An agent closed sessions: why, when, and which (the sessions point here).

    `audience`: for whom alone, in words (a class, a group); empty: for everybody. Then the sessions stay open to the
    others, and the children it closes for are in `bookings`. `message`: what families read beside the reason.
    `token`: the form's own; posting it twice closes once.
    """

    reason = models.CharField("Motif donné aux familles", max_length=200)
    message = models.TextField("Message aux familles", blank=True)
    audience = models.CharField("Pour", max_length=200, blank=True)
    token = models.UUIDField(null=True, blank=True, unique=True)
    start = models.DateField("Du")
    end = models.DateField("Au (inclus)")
    created_at = models.DateTimeField("Décidée le")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    reopened_at = models.DateTimeField("Rouverte le", null=True, blank=True)

    class Meta:
        verbose_name = "fermeture"
        verbose_name_plural = "fermetures"
        ordering = ["-start", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gte=F("start")),
                name="closing_dates",
                violation_error_message="La date de fin doit suivre la date de début.",
            )
        ]

    def __str__(self) -> str:
        return self.reason


class SessionQuerySet(models.QuerySet):
    def between(self, start: date, end: date) -> "SessionQuerySet":
        return self.filter(date__gte=start, date__lte=end)

    def locked(self, ids: list[int]) -> "SessionQuerySet":
        """These sessions, locked all at once in pk order: two families never wait for each other in a ring."""
        return self.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")


class Session(models.Model):
    """A service in a place on a date: the unit of capacity, and what a booking takes a place of."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="sessions", verbose_name="Prestation")
    place = models.ForeignKey(Place, models.PROTECT, related_name="sessions", verbose_name="Lieu")
    date = models.DateField("Date")
    capacity = models.PositiveIntegerField("Places", null=True, blank=True, help_text="Vide : sans limite.")
    closing = models.ForeignKey(
        Closing, models.SET_NULL, null=True, blank=True, related_name="sessions", verbose_name="Fermeture"
    )
    programme = models.CharField(
        "Sortie ou programme",
        max_length=120,
        blank=True,
        help_text="Nommé aux familles ce jour-là, par exemple « Sortie à la ferme ».",
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = "séance"
        verbose_name_plural = "séances"
        ordering = ["date", "service__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["service", "place", "date"], name="session_once"),
        ]
        indexes = [
            models.Index(fields=["place", "date"], name="session_place_date"),
            models.Index(fields=["date"], name="session_date"),
        ]

    def __str__(self) -> str:
        return f"{self.service} · {self.place} · {self.date:%d/%m/%Y}"
