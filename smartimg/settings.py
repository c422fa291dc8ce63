"""All settings, read from the environment: strict, and loud when a value makes no sense."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

from pipeline.addresses import AllowList
from smartimg import services
from smartimg.admin_menu import UNFOLD as UNFOLD

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent


def read_bool(name: str, default: bool) -> bool:
    """True for 1/true/yes/on, False for 0/false/no/off; anything else is an error."""
    text = os.environ.get(name, "").strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {text!r}")


def read_int(name: str, default: int, least: int = 0) -> int:
    """A whole number of at least `least`."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) < least:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least {least}, not {text!r}")
    return int(text)


def read_list(name: str, default: str = "") -> list[str]:
    """Words between commas, blanks dropped."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def read_database(url: str) -> dict[str, object]:
    """Django's form of a postgresql:// URL; a socket directory may stand in ?host=."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"DATABASE_URL must begin with postgresql://, not {parts.scheme}://")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "smartimg",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": query.get("port", str(parts.port or "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # 0: cursors that can keep plans do so from the first time; Django's own can't.
        "OPTIONS": {"connect_timeout": 10, "prepare_threshold": 0},
    }


VAR_DIR = Path(os.environ.get("SMARTIMG_VAR") or BASE_DIR / "var").resolve()
DEBUG = read_bool("SMARTIMG_DEBUG", False)
SECRET_KEY = os.environ.get("SMARTIMG_SECRET_KEY") or services.read_secret_key(VAR_DIR)
ALLOWED_HOSTS = read_list("SMARTIMG_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = read_list("SMARTIMG_ORIGINS")
BASE_URL = (os.environ.get("SMARTIMG_BASE_URL") or services.read_address(VAR_DIR)).rstrip("/")

# Deterministic addresses: nothing is started here; manage.py, the supervisor and the tests do that.
ENDPOINTS = services.endpoints(VAR_DIR)
DATABASES = {"default": read_database(ENDPOINTS.database_url)}
REDIS_URL = ENDPOINTS.redis_url

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "review.apps.RoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "review.apps.ReviewConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "smartimg.security.ContentSecurityPolicyMiddleware",
]

ROOT_URLCONF = "smartimg.urls"
WSGI_APPLICATION = "smartimg.wsgi.application"
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
                "review.views.frame.context",
            ],
        },
    }
]

AUTHENTICATION_BACKENDS = ["review.demo_people.DemoOnlyInDebug"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "log-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "log-in"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "smartimg.formats"
TIME_ZONE = os.environ.get("SMARTIMG_TIME_ZONE", "UTC")
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "staticfiles"


def read_store() -> dict[str, object]:
    """Where image bytes lie: a folder under var/, or s3://bucket from SMARTIMG_STORE."""
    url = urlsplit(os.environ.get("SMARTIMG_STORE", ""))
    if not url.scheme:
        folder = {"location": str(VAR_DIR / "store"), "base_url": None}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": folder}
    if url.scheme != "s3" or not url.netloc:
        raise ImproperlyConfigured("SMARTIMG_STORE must be empty (a folder under var/) or s3://bucket")
    options = {
        "bucket_name": url.netloc,
        "location": url.path.lstrip("/"),
        "endpoint_url": os.environ.get("SMARTIMG_S3_ENDPOINT") or None,
        "default_acl": None,
        "file_overwrite": True,
        "querystring_auth": True,
        "max_memory_size": 16 << 20,  # more of a file is laid on the disk: what people send has gigabytes
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STORAGES = {
    "default": read_store(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# Fetching: hosts (or CIDR blocks) that may resolve to private addresses, by the operator's word only.
FETCH_ALLOW = read_list("SMARTIMG_FETCH_ALLOW")
try:
    AllowList.parse(FETCH_ALLOW)
except ValueError as error:
    raise ImproperlyConfigured(f"SMARTIMG_FETCH_ALLOW makes no sense: {error}") from error
FETCH_PER_HOST = read_int("SMARTIMG_FETCH_PER_HOST", 4, least=1)
FETCH_TIMEOUT_S = read_int("SMARTIMG_FETCH_TIMEOUT_S", 20, least=1)

# Work
CELERY_BROKER_URL = services.celery_broker_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "review.tasks.fetch_*": {"queue": "fetch"},
    "review.tasks.judge_*": {"queue": "vision"},
    "review.tasks.train_*": {"queue": "train"},
    "review.tasks.improve": {"queue": "train"},
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A killed worker's message comes back after this; leases in the database make a second run harmless.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "resume-runs": {"task": "review.tasks.resume_runs", "schedule": 15.0},
    "resume-work": {"task": "review.tasks.resume_work", "schedule": 15.0},
    "ask-disputed": {"task": "review.tasks.ask_disputed", "schedule": 300.0},
    "weigh-answers": {"task": "review.tasks.weigh_answers", "schedule": 60.0},
    "clean-drafts": {"task": "review.tasks.clean_drafts", "schedule": 86_400.0},
    "start-due-loops": {"task": "review.tasks.start_due_loops", "schedule": 900.0},
    "clean-files": {"task": "review.tasks.clean_files", "schedule": 3_600.0},
}
CELERY_TIMEZONE = TIME_ZONE
# This share of the judgements that the judges are sure of is put before people: so their error is known.
AUDIT_SHARE = read_int("SMARTIMG_AUDIT_PERMILLE", 10) / 1000
# Days after which files of data sets, and files of labels that were sent, are deleted; the data sets stay.
KEEP_FILES_DAYS = read_int("SMARTIMG_KEEP_FILES_DAYS", 30, least=1)
BATCH_SIZE = read_int("SMARTIMG_BATCH_SIZE", 8, least=1)
# A batch whose worker was killed waits this long for the next one; live workers renew it in time.
LEASE_S = read_int("SMARTIMG_LEASE_S", 45, least=5)

# Of 100 decided proposals, so many are shown again to a second specialist who does not know the decision.
SECOND_OPINION_PERCENT = read_int("SMARTIMG_SECOND_OPINION_PERCENT", 5)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "review.api.errors.handle",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": os.environ.get("SMARTIMG_API_RATE", "600/min")},
}
SPECTACULAR_SETTINGS = {
    "TITLE": "smartimg API",
    "DESCRIPTION": "Send a product's images, read the chosen set.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
}

# Security: everything off by default that a browser may be talked into.
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
HTTPS = read_bool("SMARTIMG_HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("SMARTIMG_LOG_LEVEL", "INFO")},
    "loggers": {"httpx": {"level": "WARNING"}},
}
