"""What every installation shares. Values that differ come from the environment; nothing here is a secret."""

import os
from pathlib import Path
from typing import Any

import dj_database_url

from config import places

BASE_DIR = places.ROOT
GONGHENG_HOME = places.HOME
SERVER_HOME = places.SERVER
CA_HOME = Path(os.environ.get("GONGHENG_CA_HOME", places.HOME / "ca"))
SEALED_ROOT = SERVER_HOME / "sealed"
OPENED_ROOT = SERVER_HOME / "opened"
DOCUMENT_ROOT = SERVER_HOME / "documents"
UPLOAD_ROOT = SERVER_HOME / "uploads"

DEBUG = False
DEMONSTRATION = False  # demonstration accounts and CA; refuses to start on anything but loopback
OPERATOR = os.environ.get("GONGHENG_OPERATOR", "")  # USCC of who runs the servers: may not bid nor hold keys (EB-23)
REGION_CODE = os.environ.get("GONGHENG_REGION", "442000")  # six digits of GB/T 2260, in the codes of projects
PLATFORM_CODE = os.environ.get("GONGHENG_PLATFORM", "0001")  # four digits, in the codes of projects
# who stamps the time (RFC 3161): an http(s) address, "demonstration" (keys under TIMESTAMP_HOME), or "" for nobody
TIMESTAMP_AUTHORITY = os.environ.get("GONGHENG_TSA", "")
TIMESTAMP_USER = os.environ.get("GONGHENG_TSA_USER", "")
TIMESTAMP_PASSWORD = os.environ.get("GONGHENG_TSA_PASSWORD", "")
TIMESTAMP_HOME = CA_HOME / "timestamps"
TIMESTAMP_ROOTS = Path(os.environ.get("GONGHENG_TSA_ROOTS", TIMESTAMP_HOME / "root.pem"))  # PEM, whom we trust
LOG_ORIGIN = os.environ.get("GONGHENG_LOG_ORIGIN", "gongheng.local/log")
LEDGER_ANCHORS = places.anchors(os.environ.get("GONGHENG_ANCHORS", ""))  # name → driver and what it needs
TRUSTED_PROXIES = [
    p for p in os.environ.get("GONGHENG_PROXIES", "").split(",") if p
]  # whose X-Forwarded-For is believed
ALLOWED_HOSTS = [h for h in os.environ.get("GONGHENG_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("GONGHENG_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "channels",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "js_lib_bootstrap5",
    "axes",
    "identity",
    "ledger",
    "tendering",
    "evaluation",
    "ui",
    "public_portal",
    "purchaser_portal",
    "bidder_portal",
    "expert_portal",
    "centre_portal",
    "regulator_portal",
    "opening_hall",
    "api",
    "rehearsal",
    "runtime",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ui.middleware.ContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ui.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "identity.middleware.ActiveRole",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "ui.middleware.NoNul",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ui.context.page",
            ],
        },
    },
]


def _database() -> dict[str, Any]:
    """Return the database's settings: `DATABASE_URL`, else SQLite under the server's folder."""
    url = os.environ.get("DATABASE_URL")
    if url:
        found: dict[str, Any] = {**dj_database_url.parse(url, conn_max_age=60)}
        return found | {"OPTIONS": {**found.get("OPTIONS", {}), "application_name": "gongheng"}}
    SERVER_HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(SERVER_HOME / "db.sqlite3"),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    },
}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"evaluation.tasks.read_bid": {"queue": "reading"}}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"

AUTH_USER_MODEL = "identity.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "public:home"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_LOCKOUT_CALLABLE = "public_portal.views.sign_in.locked_out"
AXES_USERNAME_FORM_FIELD = "username"  # what the sign-in form and authenticate() call it; the column is `login`
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_THOUSAND_SEPARATOR = False  # zh-hans groups by four without a mark: money is formatted by our own rule

STATIC_URL = "static/"
STATIC_ROOT = SERVER_HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(DOCUMENT_ROOT)}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("GONGHENG_LOG_LEVEL", "INFO")},
    "loggers": {"axes": {"level": "WARNING"}, "httpx": {"level": "WARNING"}, "fontTools": {"level": "WARNING"}},
}
