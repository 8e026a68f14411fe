"""Every value that comes from outside is read here, once. A value that is missing or odd stops the start."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

VERSION = "0.1.0"  # as in pyproject.toml
VAR_DIR = Path(env.str("QIFENG_VAR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("QIFENG_DEBUG", default=False)
DEMO = env.bool("QIFENG_DEMO", default=False)


def _secret_key() -> str:
    """The key from the environment, else one made once and kept beside the database, readable by its owner only."""
    if key := env.str("QIFENG_SECRET_KEY", default=""):
        if len(key) < 32:
            raise ImproperlyConfigured("QIFENG_SECRET_KEY: at least 32 characters are expected")
        return key
    kept = VAR_DIR / "secret_key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(get_random_secret_key(), encoding="utf-8")
    return kept.read_text(encoding="utf-8").strip()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.list("QIFENG_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("QIFENG_ORIGINS", default=[])
HTTPS = env.bool("QIFENG_HTTPS", default=False)

# The name of the archives, as it stands on every page and every catalogue.
ARCHIVES_NAME_ZH = env.str("QIFENG_ARCHIVES_ZH", default="示例省档案馆")
ARCHIVES_NAME_EN = env.str("QIFENG_ARCHIVES_EN", default="Provincial Archives of Sample Province")
# AGPL-3.0 section 13: every page says where its source is.
SOURCE_URL = env.str("QIFENG_SOURCE_URL", default="/source/")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "guardian",
    "viewflow",
    "viewflow.workflow",
    "django_q",
    "review",
    "review.catalogue",
    "workflows",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "workflows.audit.told_by_actor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.pages.asks_once",
    "config.headers.content_security_policy",
    "config.signing_in.back_to_the_form",
]
# Viewflow's own pages are not mounted (docs/decisions/0002), so its middleware stays out too.
VIEWFLOW = {"AUTOREGISTER": False}

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "config.context.house",
            ],
        },
    },
]


def _database(variable: str, default: str) -> dict[str, object]:
    """A database from its address; SQLite in write-ahead mode, one writer at a time, foreign keys on."""
    database = env.db_url(variable, default=default)
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 60,  # seconds: a large import writes for half a minute, and others wait for it
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        }
        # A file, not memory: tests of two simultaneous writers need the real thing.
        database["TEST"] = {"NAME": str(VAR_DIR / f"test-{Path(str(database['NAME'])).name}")}
    elif database["ENGINE"] == "django.db.backends.postgresql":
        database["OPTIONS"] = {"options": "-c lock_timeout=20s"}
    else:
        raise ImproperlyConfigured(f"{variable}: sqlite:// or postgres:// is expected")
    return database


DATABASES = {
    "default": _database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'qifeng.sqlite3'}"),
    # The public site's own database: it holds released copies and nothing else (review/catalogue).
    "catalogue": _database("CATALOGUE_DATABASE_URL", f"sqlite:///{VAR_DIR / 'catalogue.sqlite3'}"),
}
# Tests that touch the public site alone make its database alone.
DATABASES["catalogue"].setdefault("TEST", {})["DEPENDENCIES"] = []
DATABASE_ROUTERS = ["review.catalogue.router.CatalogueRouter"]
AUTH_USER_MODEL = "review.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None  # guardian: nobody who has not signed in holds any right
GUARDIAN_MONKEY_PATCH_USER = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "my-work"
LOGOUT_REDIRECT_URL = "sign-in"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
TIME_ZONE = env.str("QIFENG_TIME_ZONE", default="Asia/Shanghai")
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "review" / "static"]
# Only our own files: Viewflow's wheel carries 49 MB of static files that no page of ours uses.
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
WHITENOISE_USE_FINDERS = True
INTAKES_DIR = VAR_DIR / "intakes"  # uploaded catalogues and their staged rows, until they are saved or given up
# Uploads pass through a folder of ours on their way there: nothing of a catalogue lies in /tmp.
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(mode=0o700, exist_ok=True)
RELEASES_DIR = Path(env.str("QIFENG_RELEASES", default=str(VAR_DIR / "releases")))
# What releases are sealed with (PKCS#12); where none is named, a demonstration seal is made once in SEAL_DIR. What the public
# site trusts is a file of root certificates.
SEAL_DIR = VAR_DIR / "seal"
SEAL = Path(path) if (path := env.str("QIFENG_SEAL", default="")) else None
SEAL_PASSWORD = env.str("QIFENG_SEAL_PASSWORD", default="")
TIME_STAMPS = env.str("QIFENG_TIME_STAMPS", default="")  # the address of a time-stamp server (RFC 3161), for the PDFs
TRUST = Path(env.str("QIFENG_TRUST", default=str(SEAL_DIR / "authority.pem")))
OBJECTS_DIR = VAR_DIR / "objects"  # digital objects, by their digest
# Where the public reaches the open catalogue, "https://…/open/": printed as a QR code; nothing is printed where it is empty.
PUBLIC_URL = env.str("QIFENG_PUBLIC_URL", default="")
PUBLIC_CONTACT = env.str("QIFENG_PUBLIC_CONTACT", default="")  # a mail address, told to harvesters (OAI-PMH)
LETTERS_DIR = VAR_DIR / "letters"  # filled packages and sealed letters that units sent back, by their digest

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 10
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# Notices go out by mail only where a server is named: smtp://, smtp+tls:// (STARTTLS) or smtp+ssl://NAME:PASSWORD@HOST:PORT.
MAILS = bool(env.str("QIFENG_SMTP", default=""))
if MAILS:
    globals().update(env.email_url("QIFENG_SMTP"))
EMAIL_TIMEOUT = 10  # seconds: a tick waits for no server longer than that
DEFAULT_FROM_EMAIL = env.str("QIFENG_MAIL_FROM", default="qifeng@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}

# Background work (review/jobs, `manage.py work`): how many shards are worked on at once.
WORKERS = env.int("QIFENG_WORKERS", default=2)
if WORKERS < 1:
    raise ImproperlyConfigured("QIFENG_WORKERS: at least 1 is expected")
# django-q2 keeps its queue in the database of the records, so that a job and its queue entries are rolled back together.
Q_CLUSTER = {
    "name": "qifeng",
    "orm": "default",
    "workers": WORKERS,
    "queue_limit": WORKERS,
    "poll": 0.5,
    "timeout": 60,  # of its own small tasks; a shard has none, its lease governs (review/jobs/queueing.py)
    "retry": 90,  # an entry that a killed worker had fetched is delivered again after these seconds
    "save_limit": -1,  # no second record of what was done: the shards are
    "scheduler": False,  # review/jobs/reaping.py looks around instead
}

# The adopted ruleset that new batches are screened with (policies/rulesets).
RULESET = env.str("QIFENG_RULESET", default="cn-2")


def _due_mode() -> str:
    """From which day an entry is due (policies.dates.due_date); another word stops the start."""
    mode = env.str("QIFENG_DUE_MODE", default="exact")
    if mode not in ("exact", "next_january"):
        raise ImproperlyConfigured(f"QIFENG_DUE_MODE: exact or next_january is expected, not {mode!r}")
    return mode


DUE_MODE = _due_mode()
