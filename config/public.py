"""Settings of the public site by itself: the open catalogue and nothing else, on a machine that knows no other database.

    DJANGO_SETTINGS_MODULE=config.public python manage.py migrate --database catalogue
    DJANGO_SETTINGS_MODULE=config.public python manage.py publish_release 2026-3.zip
    gunicorn config.public_wsgi

It reads no password of the review's database and could not reach it. In an installation of everything in one
(config/settings.py) the same app stands under /open/; the addresses are the same here.
"""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

VAR_DIR = Path(env.str("QIFENG_VAR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("QIFENG_DEBUG", default=False)
DEMO = env.bool("QIFENG_DEMO", default=False)


def _secret_key() -> str:
    """The key from the environment, else one made once beside the database: not the key of the review."""
    if key := env.str("QIFENG_PUBLIC_SECRET_KEY", default=""):
        if len(key) < 32:
            raise ImproperlyConfigured("QIFENG_PUBLIC_SECRET_KEY: at least 32 characters are expected")
        return key
    kept = VAR_DIR / "public_secret_key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(get_random_secret_key(), encoding="utf-8")
    return kept.read_text(encoding="utf-8").strip()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.list("QIFENG_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("QIFENG_ORIGINS", default=[])
HTTPS = env.bool("QIFENG_HTTPS", default=False)

ARCHIVES_NAME_ZH = env.str("QIFENG_ARCHIVES_ZH", default="示例省档案馆")
ARCHIVES_NAME_EN = env.str("QIFENG_ARCHIVES_EN", default="Provincial Archives of Sample Province")
SOURCE_URL = env.str("QIFENG_SOURCE_URL", default="/source/")
PUBLIC_URL = env.str("QIFENG_PUBLIC_URL", default="")
PUBLIC_CONTACT = env.str("QIFENG_PUBLIC_CONTACT", default="")
TRUST = Path(env.str("QIFENG_TRUST", default=str(VAR_DIR / "seal" / "authority.pem")))
CATALOGUE_FILES_DIR = VAR_DIR / "catalogue"
RELEASES_DIR = Path(env.str("QIFENG_RELEASES", default=str(VAR_DIR / "releases")))

INSTALLED_APPS = ["django.contrib.staticfiles", "review.catalogue"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.headers.content_security_policy",
]
ROOT_URLCONF = "config.public_urls"
WSGI_APPLICATION = "config.public_wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "review.catalogue.context.archives",
            ],
        },
    },
]


def _database() -> dict[str, object]:
    """The catalogue's own database."""
    database = env.db_url("CATALOGUE_DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'catalogue.sqlite3'}")
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 60,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        }
    elif database["ENGINE"] == "django.db.backends.postgresql":
        database["OPTIONS"] = {"options": "-c lock_timeout=20s"}
    else:
        raise ImproperlyConfigured("CATALOGUE_DATABASE_URL: sqlite:// or postgres:// is expected")
    return database


# No default: whatever would ask another database than the catalogue's fails.
DATABASES = {"default": {}, "catalogue": _database()}
DATABASE_ROUTERS = ["review.catalogue.router.CatalogueRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
TIME_ZONE = env.str("QIFENG_TIME_ZONE", default="Asia/Shanghai")
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "review" / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
WHITENOISE_USE_FINDERS = True

CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "review.catalogue.error_pages.csrf_refused"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
