"""The one settings file. It runs with no environment at all, to try; production is asked for by name.

Every variable is listed in docs/exploitation.md. `portail check` and `portail serve` refuse an unsafe production.
"""

import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

YES, NO = {"1", "true", "yes", "on", "oui", "vrai"}, {"", "0", "false", "no", "off", "non", "faux"}


def flag(name: str, default: bool) -> bool:
    """A yes or a no. Anything else stops: a misspelt yes must not leave a production unsafe."""
    said = env.str(name, default="yes" if default else "no").strip().lower()
    if said not in YES | NO:
        raise ValueError(f"{name}: neither yes nor no")
    return said in YES


# --- Where things are -------------------------------------------------------------------------------------------
PRODUCTION = flag("PORTAIL_PRODUCTION", False)
DEBUG = flag("PORTAIL_DEBUG", False)
DATA_DIR = Path(env.str("PORTAIL_DATA", default=str(BASE_DIR / "data"))).resolve()
BIND = env.str("PORTAIL_BIND", default="127.0.0.1")
PORT = env.int("PORTAIL_PORT", default=8000)
WEB_WORKERS = env.int("PORTAIL_WORKERS", default=2)
WEB_THREADS = env.int("PORTAIL_THREADS", default=4)
PUBLIC_URL = env.str("PORTAIL_URL", default=f"http://localhost:{PORT}").rstrip("/")
MAIL_DIR = DATA_DIR / "mail"


def _secret() -> str:
    """The secret of the environment, or one kept in the data folder and made on the first start."""
    if value := env.str("PORTAIL_SECRET", default=""):
        return value
    path = DATA_DIR / "secret.key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        # Whole or not at all, and once: several processes may start together.
        draft = DATA_DIR / f"secret.{os.getpid()}.tmp"
        draft.touch(mode=0o600)
        draft.write_text(get_random_secret_key(), encoding="utf-8")
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text(encoding="utf-8").strip()


SECRET_FILE = None if env.str("PORTAIL_SECRET", default="") else DATA_DIR / "secret.key"
SECRET_KEY = _secret()
SECRET_KEY_FALLBACKS = env.list("PORTAIL_OLD_SECRETS", default=[])

# --- Who may ask ------------------------------------------------------------------------------------------------
_public_host = environ.urlparse(PUBLIC_URL).hostname or "localhost"
ALLOWED_HOSTS = env.list("PORTAIL_HOSTS", default=[_public_host, "localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
TRUSTED_PROXIES = env.int("PORTAIL_TRUSTED_PROXIES", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if PRODUCTION:
    SECURE_REDIRECT_EXEMPT = [r"^sante/$"]  # asked by supervisors, on the machine itself
    SECURE_SSL_REDIRECT = flag("PORTAIL_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = env.int("PORTAIL_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = flag("PORTAIL_HSTS_SUBDOMAINS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "portail_session"
CSRF_COOKIE_NAME = "portail_csrf"
LANGUAGE_COOKIE_NAME = "portail_langue"
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portail.core.views.csrf_failure"
SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())
LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Code -------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "portail.core",
    "portail.accounts",
    "portail.messaging",
    "portail.activities",
    "portail.families",
    "portail.bookings",
    "portail.attendance",
    "portail.billing",
    "portail.payments",
    "portail.front",
    "portail.desk",
    "portail.field",
    "portail.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portail.core.middleware.stylesheet",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portail.core.middleware.language",
    "portail.front.light.waiting_room",
    "portail.core.middleware.origin",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portail.core.middleware.sign_in_again",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portail.core.middleware.wrong_method",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portail.core.context.page",
                "portail.desk.context.desk",
            ],
        },
    }
]
FORM_RENDERER = "portail.core.forms.renderer.PortailRenderer"
# The function, of a higher room, that gives the name, colour, logo and contact shown on every page.
PORTAIL_SITE = "portail.activities.queries.site"
# The one that gives the least length of a password, from the rules of the commune.
PORTAIL_PASSWORD_LENGTH = "portail.activities.queries.password_length"

# --- Data -------------------------------------------------------------------------------------------------------
if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db_url("DATABASE_URL")}
else:
    DATABASES = {
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "portail.sqlite3")}
    }
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Opening a connection costs more than most pages' queries, on SQLite too (it defines some sixty functions each time).
DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}
MEDIA_ROOT = DATA_DIR / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_PERMISSIONS = 0o600
UPLOAD_MAX_BYTES = env.int("PORTAIL_UPLOAD_MAX_BYTES", default=10 * 1024 * 1024)

STATIC_URL = "/static/"
STATIC_ROOT = env.str("PORTAIL_STATIC", default=str(DATA_DIR / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

# --- Language and time ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
RULES_GALLERY = BASE_DIR / "rules"  # the regulations of real organisers that the desk offers as models
USE_I18N = USE_TZ = True
TIME_ZONE = env.str("PORTAIL_TIME_ZONE", default="Europe/Paris")

# --- Accounts ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # unique by the constraint on its key
AUTHENTICATION_BACKENDS = ["portail.accounts.backends.Backend"]
PASSWORD_HASHERS = ["portail.accounts.hashers.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "portail.accounts.validators.LengthOfTheCommune"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "portail.accounts.validators.NotCommonInFrench"},
    {"NAME": "portail.accounts.validators.NotOwnNames"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "front:home"
LOGOUT_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "front:home"
ACCOUNT_ADAPTER = "portail.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
# The portal's own activation, links (accounts.keys) and pace of tries (core.throttle) stand for allauth's.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
ACTIVATION_VALIDITY = ADDRESS_VALIDITY = timedelta(hours=24)
PASSWORD_LINK_VALIDITY = timedelta(hours=2)
INVITATION_VALIDITY = timedelta(days=3)

# --- Mail -------------------------------------------------------------------------------------------------------
MAIL_KEPT = not env.str("EMAIL_URL", default="")
if MAIL_KEPT:
    EMAIL_BACKEND = "portail.core.mail.KeptMailBackend"
else:
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 20
# How long a worker keeps a mail for itself: longer than sending can take, each step of it giving up as said above.
MAIL_LEASE = timedelta(seconds=env.int("PORTAIL_MAIL_LEASE", default=240))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str(
    "PORTAIL_MAIL_FROM", default="Portail Famille <portail@localhost>"
)

# --- Background -------------------------------------------------------------------------------------------------
# name: (function called with now=…, how often). They run in the worker, one worker at a time.
PORTAIL_PERIODIC: dict[str, tuple[str, timedelta]] = {
    "sessions": ("portail.core.upkeep.clear_sessions", timedelta(hours=6)),
    "cache": ("portail.core.upkeep.clear_cache", timedelta(hours=1)),
    "mail-bodies": ("portail.core.upkeep.forget_mail_bodies", timedelta(days=1)),
    "ip-addresses": ("portail.core.upkeep.forget_addresses", timedelta(days=1)),
    "beats": ("portail.core.upkeep.forget_beats", timedelta(hours=6)),
    "unactivated": ("portail.accounts.actions.purge_unactivated", timedelta(minutes=10)),
    "ended-sessions": ("portail.accounts.actions.forget_ended_sessions", timedelta(hours=6)),
    "kitchen-orders": ("portail.attendance.actions.kitchen.close_due", timedelta(minutes=5)),
    "custody-conflicts": ("portail.bookings.actions.conflicts.look_again", timedelta(hours=6)),
    "quotient-reminders": ("portail.families.actions.renewals.start_reminders", timedelta(hours=3)),
    "waiting-rooms": ("portail.bookings.actions.rooms.tidy", timedelta(minutes=1)),
    "offers": ("portail.bookings.actions.lists_over.pass_on", timedelta(minutes=1)),
    "waiting-lists": ("portail.bookings.actions.lists_over.end_lists", timedelta(minutes=15)),
}

# Long work that people ask for, done by the worker in batches: name -> generator of (done, total).
PORTAIL_JOBS: dict[str, str] = {
    "billing.draft": "portail.billing.actions.runs.draft_job",
    "billing.publish": "portail.billing.actions.runs.publish_job",
    "billing.remind": "portail.billing.actions.reminders.remind",
    "billing.edit": "portail.billing.actions.runs.edit_job",
    "post-files": "portail.billing.actions.postal.make",
    "tax-certificates": "portail.billing.actions.certificates.edit_all",
    "quotient-reminders": "portail.families.actions.renewals.write_reminders",
    "bookings.close": "portail.bookings.actions.closing_families.close_job",
    "bookings.reopen": "portail.bookings.actions.closing_families.reopen_job",
    "bookings.group-check": "portail.bookings.actions.group_changes.check_job",
    "bookings.group-write": "portail.bookings.actions.group_changes.write_job",
    "bookings.group-undo": "portail.bookings.actions.group_changes.undo_job",
    "regulation-trial": "portail.billing.actions.trials.try_on_bookings",
}

# --- Logs: events, never persons --------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("PORTAIL_LOG_LEVEL", default="INFO")},
}
