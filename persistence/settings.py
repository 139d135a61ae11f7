"""Django's settings, all of them made from `PersistenceSettings`."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from mesh.settings import load
from persistence.config import PersistenceSettings

CONFIG = load(PersistenceSettings)
ROOT = Path(__file__).resolve().parents[1]

SECRET_KEY = CONFIG.secret_key.get_secret_value()
DEBUG = CONFIG.debug
ALLOWED_HOSTS = list(CONFIG.allowed_hosts) or [
    urlsplit(CONFIG.public_origin).hostname or "",
    "localhost",
    "127.0.0.1",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [CONFIG.public_origin, *CONFIG.csrf_trusted_origins]

INSTALLED_APPS = [
    "persistence",
    "persistence.identity",
    "persistence.chat",
    "persistence.documents",
    # The queue of the ingest worker.
    "procrastinate.contrib.django",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "persistence.http.urls"

DATABASES = {
    "default": CONFIG.app_database.django(),
    # What spans owners: orm.run(…, using="service").
    "service": CONFIG.service_database.django(),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ORM_THREADS = CONFIG.orm_threads
SERVICE_THREADS = CONFIG.service_threads

AUTH_USER_MODEL = "identity.User"
PASSWORD_HASHERS = ["persistence.identity.hashers.BoundedArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STORAGES = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    **({"originals": CONFIG.originals} if CONFIG.originals else {}),
}

STATIC_URL = "/admin/static/"
STATIC_ROOT = ROOT / "build" / "static"

# Logs are structlog's: mesh/telemetry.py.
LOGGING_CONFIG = None

# Envoy ends TLS and overwrites the header, and only Envoy reaches this process.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = CONFIG.is_https
SESSION_COOKIE_SECURE = CONFIG.is_https
CSRF_COOKIE_SECURE = CONFIG.is_https
SECURE_HSTS_SECONDS = 31_536_000 if CONFIG.is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = CONFIG.is_https
SECURE_HSTS_PRELOAD = CONFIG.is_https
SESSION_COOKIE_PATH = "/admin"
CSRF_COOKIE_PATH = "/admin"
SESSION_COOKIE_AGE = 12 * 60 * 60
X_FRAME_OPTIONS = "DENY"

# The worker and its tasks are ours: documents/ingestion/. Nobody else looks for tasks.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
