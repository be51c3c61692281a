"""One settings file for production, demo and tests; whatever differs comes from the environment."""

import os
import sys
from pathlib import Path

import bootstrap_wrapper
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import env, logs

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = env.text("SECRET_KEY", what="a random text of at least 50 characters")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is too short. It should have at least 50 characters.")
DEBUG = env.flag("DEBUG", default=False)
DEMO = env.flag("DEMO", default=False)
SECURE = env.flag("SECURE", default=not DEMO)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", what="the host names of the site, comma-separated")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", "", what="origins like https://host")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_htmx",
    "axes",
    "csp",
    "pgtrigger",
    # The engine only: "viewflow" itself would bring middlewares and templates that shadow ours.
    "viewflow.workflow",
    "cycles",
    "workflow",
    "notifications",
    *(["config.demo"] if DEMO else []),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages are small on slow networks; Django pads them against BREACH and masks CSRF tokens.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.kept.KeptPostMiddleware",
    "config.logs.RequestLogMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
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
                "csp.context_processors.nonce",
                "config.shell.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# The web and the worker connect as a role that owns no table; migrations as the owner.
OWNER_COMMANDS = {
    "migrate", "test", "pgtrigger", "grant_web_role", "makemigrations", "flush", "seed_holidays",
}  # fmt: skip
_owner_command = len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS
_as_owner = env.flag("AS_OWNER", default=_owner_command) and "OWNER_DATABASE_URL" in os.environ
DATABASES = {"default": env.database("OWNER_DATABASE_URL" if _as_owner else "DATABASE_URL")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": env.number("DB_CONN_MAX_AGE", 60, least=0, most=86400),
    "CONN_HEALTH_CHECKS": True,
    # Tests copy a database that is migrated already, where there is one.
    "TEST": {"NAME": "test_jenjang", "TEMPLATE": os.environ.get("TEST_DB_TEMPLATE")},
}
WEB_ROLE = env.database("DATABASE_URL")["USER"]

REDIS_URL = env.redis("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "jenjang",
    }
}

AUTH_USER_MODEL = "cycles.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
# One clumsy person must not lock a whole office behind one address.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS: list[str] = []

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / ".jenjang/static"), what="a folder"))
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", str(bootstrap_wrapper.get_bootstrap_dir())),
]
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(BASE_DIR / ".jenjang/media"), what="a folder"))
_manifest = "whitenoise.storage.CompressedManifestStaticFilesStorage"
_plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _plain if env.flag("PLAIN_STATIC", DEBUG) else _manifest},
}
WHITENOISE_USE_FINDERS = env.flag("PLAIN_STATIC", DEBUG)
UPLOAD_LIMIT_MB = env.number("UPLOAD_LIMIT_MB", 10, least=1, most=100)
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
# Invitations go to thousands at once: who is away for some days finds a link that still works.
PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SESSION_COOKIE_AGE = env.number("SESSION_HOURS", 12, least=1, most=720) * 3600
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
if env.flag("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

for _name, _value in env.mail("EMAIL_URL", "console://").items():
    globals()[_name] = _value
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Jenjang <noreply@localhost>", what="a mail address")
SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000", what="the address of the site").rstrip("/")
MAIL_SINK_DIR = env.text("MAIL_SINK_DIR", "", what="a folder (demo only)")
SOURCE_URL = env.text("SOURCE_URL", "https://example.org/jenjang", what="where the source lies")

CELERY_BROKER_URL = env.broker(REDIS_URL)
LOGGING = logs.LOGGING
