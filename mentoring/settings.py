"""Settings of one installation. Everything that differs between machines comes from the environment."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF

from common.zones import use_pinned_tzdata
from mentoring.colours import COLOURS
from mentoring.error_reports import start_reports
from mentoring.formats.en.formats import DATE_FORMAT as DATE_FORMAT
from mentoring.formats.en.formats import DATETIME_FORMAT as DATETIME_FORMAT
from mentoring.limits import *  # noqa: F403 - each of its names is a setting
from mentoring.password_rules import AUTH_PASSWORD_VALIDATORS as AUTH_PASSWORD_VALIDATORS
from mentoring.schedule import CELERY_BEAT_SCHEDULE as CELERY_BEAT_SCHEDULE

use_pinned_tzdata()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY")
# Older ones, with which what was signed or encrypted can still be read
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var"))).absolute()

# The installation
SITE_NAME = env("SITE_NAME", default="Quarterhour")
SITE_URL = env("SITE_URL", default=f"http://localhost:{env('PORT', default='8000')}").rstrip("/")
SITE_HOST = SITE_URL.split("://", 1)[-1].split(":")[0]
HTTPS = SITE_URL.startswith("https://")
# The zone in which people read times until we know theirs; `accounts/viewing.py` and `User.zone_name` alone read it
SITE_ZONE = env("SITE_ZONE", default="UTC")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=sorted({SITE_HOST, "localhost", "127.0.0.1"}))
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
NUM_PROXIES = env.int("NUM_PROXIES", default=0)
# Seconds from SIGTERM until a web server takes no more requests: proxies that ask /healthz/live pass it by meanwhile
WEB_LEAVES_AFTER = env.float("WEB_LEAVES_AFTER", default=5)

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "lucide",
    "template_partials",
    # Our own, from the lowest up
    *("common", "live", "accounts", "notifications", "trust", "about", "mentors", "programmes", "sessions_app"),
    *("calendars", "search", "events", "staff", "operations", "demo"),
]

MIDDLEWARE = [
    "mentoring.request_log.RequestLogMiddleware",
    "mentoring.middleware.TextEncodingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Below WhiteNoise, whose files are compressed once, when they are collected; above everything that reads or changes
    # what a view answered, which has to see it as text.
    "mentoring.middleware.CompressTextMiddleware",
    "csp.middleware.CSPMiddleware",
    "mentoring.middleware.ResponseHeadersMiddleware",
    # Above all that only answers with something in them need
    "sessions_app.middleware.NothingNewMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "mentoring.middleware.CookielessMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.PersonMiddleware",
    "accounts.middleware.SignInFirstMiddleware",
    "accounts.middleware.TimezoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mentoring.middleware.NotAllowedMiddleware",
    "mentoring.middleware.BusyMiddleware",
]
if DEBUG:
    # Files are served as they were saved, without collecting them: they are compressed as they are asked for.
    MIDDLEWARE.insert(1, MIDDLEWARE.pop(MIDDLEWARE.index("mentoring.middleware.CompressTextMiddleware")))

ROOT_URLCONF = "mentoring.urls"
WSGI_APPLICATION = "mentoring.wsgi.application"
FORM_RENDERER = "common.forms.FormRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"i18n": "common.templatetags.i18n"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "common.context_processors.site_context",
                "live.context_processors.live_context",
                "accounts.context_processors.viewer_context",
                "about.context_processors.texts_context",
                "sessions_app.context_processors.frame_context",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL")}
# A copy that PostgreSQL keeps, for public pages (`mentoring.replica`)
if env("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = env.db("DATABASE_REPLICA_URL")
    DATABASE_ROUTERS = ["mentoring.replica.ReplicaRouter"]
    MIDDLEWARE.append("mentoring.replica.ReplicaMiddleware")
for database in DATABASES.values():
    database |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
# Nobody waits behind a stuck lock: book_session and its kin promise an answer within three seconds. A page's statement
# is over before helpers or a compiler would have started for it, and what it reads is in memory. What is prepared is
# planned once; PostgreSQL would plan it anew for the first five times of each connection.
SESSION_SETTINGS = {
    "lock_timeout": "3000",
    "TimeZone": "UTC",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "random_page_cost": "1.1",
    "plan_cache_mode": "force_generic_plan",
}
# A pooler that lends connections by transaction refuses settings at the start of a connection, and what is prepared or
# left open for later may be on another one by then: the role has the settings instead (`common.checks.database`).
DATABASE_POOLER = env.bool("DATABASE_POOLER", default=False)
for database in DATABASES.values():
    if DATABASE_POOLER:
        database["DISABLE_SERVER_SIDE_CURSORS"] = True
    else:
        options = " ".join(f"-c {name}={value}" for name, value in SESSION_SETTINGS.items())
        database.setdefault("OPTIONS", {})["options"] = options
# Large statements of a booking are prepared.
PREPARE_STATEMENTS = not DATABASE_POOLER
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits live in Postgres, so that the site keeps its promises while Redis is down.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        # The usual 300 would let anyone push other people's limits out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_ENGINE = "accounts.session_store"

# People
AUTH_USER_MODEL = "accounts.User"
# One only: each would hash a wrong password for itself.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_ADAPTER = "accounts.second_factor.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# With whose accounts people can sign in; docs/sign-in.md shows how they are written
OIDC_PROVIDERS = env("OIDC_PROVIDERS", default="")
SAML_PROVIDERS = env("SAML_PROVIDERS", default="")
# At whose services people can connect their calendars; docs/calendars.md shows how they are written
CALENDAR_PROVIDERS = env("CALENDAR_PROVIDERS", default="")
# "required": roles of staff sleep until their session has used a second factor. "optional" is for trying things out.
STAFF_SECOND_FACTOR = env("STAFF_SECOND_FACTOR", default="required")
# After this the second step is asked again: with nothing opened in between, and at the latest
STAFF_IDLE, STAFF_SESSION_LENGTH = timedelta(minutes=30), timedelta(hours=12)
# How long after two owners have agreed a lost second step is removed
FACTOR_RESET_WAITS = timedelta(hours=24)

# Redis carries wake-up calls and readings of questions that may be lost; what must happen is a row in Postgres.
REDIS_URL = env("REDIS_URL", default="redis://localhost:6379/0")
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default=REDIS_URL)
TASKS_APP = "mentoring.celery.app"
CELERY_TIMEZONE = "UTC"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# No second try: a hint to the workers is not worth a wait, and theirs is the loop that reconnects.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 5, "max_retries": 0}
CELERY_TASK_PUBLISH_RETRY = False

# Where pages listen for hints (decision 42): a path of this site, or an address of another origin. Empty: nowhere.
LIVE_URL = env("LIVE_URL", default="")
LIVE_ORIGINS = ["/".join(LIVE_URL.split("/")[:3])] if "://" in LIVE_URL else []

# Mail
EMAIL_CONFIG = env.email("EMAIL_URL", default="smtp://localhost:25")
vars().update(EMAIL_CONFIG)
# Seconds to connect and for each answer of the mail server; and for its last one, for which RFC 5321 asks ten minutes
EMAIL_TIMEOUT = env.float("EMAIL_TIMEOUT", default=10)
EMAIL_ANSWER_TIMEOUT = env.float("EMAIL_ANSWER_TIMEOUT", default=300)
# Seconds that a page waits for the mail server to take a code, so that it can say whether it was sent
CODE_MAIL_WAIT = env.float("CODE_MAIL_WAIT", default=3)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <no-reply@{SITE_HOST}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# People are told that a person reads their answer: an address that someone does read
CONTACT_EMAIL = env("CONTACT_EMAIL", default=f"help@{SITE_HOST}")
# Accounts of moderators who are told of reports about safety; none: all. Where people in danger find help
SAFETY_ON_CALL = env.list("SAFETY_ON_CALL", default=[])
HELP_ADDRESSES = env.list("HELP_ADDRESSES", default=["https://findahelpline.com/"])
# Rules look at new messages, and what they find opens a case for moderators; the privacy page says so
SIGNALS = env.bool("SIGNALS", default=False)
DEV_MAIL = env.bool("DEV_MAIL", default=DEBUG)
DEV_MAIL_DIR = DATA_DIR / "mail"
# Whom to ask whether a message arrived whose fate is unknown: docs/mail-providers.md
MAIL_RECEIPTS = env(
    "MAIL_RECEIPTS", default=f"notifications.sending.receipts.{'DevelopmentSink' if DEV_MAIL else 'NoReceipts'}"
)
# A worker that has neither ended a row nor renewed its lease within this counts as gone
OUTBOX_LEASE = timedelta(seconds=60)
OUTBOX_FIRST_RETRY = timedelta(seconds=30)
# How often each worker process looks for what is due, whether or not it is woken up, and for what a lost one left
OUTBOX_LOOKS_EVERY = timedelta(seconds=2)
OUTBOX_REAPS_EVERY = timedelta(seconds=30)
# So many refusals of us in a row, or of different people, and all workers pause: see notifications/sending/breaker.py
OUTBOX_REFUSALS_OF_US = 3
OUTBOX_REFUSED_PEOPLE = 5
OUTBOX_BREAKER_PAUSE = timedelta(seconds=30)
# So many notifications that ended like this within an hour make /healthz ill
OUTBOX_ILL_AT = {"expired": 1, "dead": 10, "uncertain": 10}

# One line for each person who was removed: kept outside the database, so that a restored backup brings nobody back
ERASURE_LOG = Path(env("ERASURE_LOG", default=str(DATA_DIR / "erasures.log")))

# Calls are held on this site, in the browsers of the two. What lets them through strict networks is a relay, coturn
# with `use-auth-secret`; sessions_app/room/checks.py looks at these.
TURN_URLS = env.list("TURN_URLS", default=[])
TURN_SECRET = env("TURN_SECRET", default="")
STUN_URLS = env.list("STUN_URLS", default=[])
# Send everything by the relay, so that neither learns the other's address
TURN_ONLY = env.bool("TURN_ONLY", default=False)
# Instead of that, the address of another service; {token} is the booking's own unguessable room
MEETING_URL = env("MEETING_URL", default="")
# Or a Jitsi of one's own that asks for tokens; all of the first three or none, as
# sessions_app/booking/checks.py makes sure.
JITSI_DOMAIN = env("JITSI_DOMAIN", default="")
JITSI_APP_ID = env("JITSI_APP_ID", default="")
JITSI_APP_SECRET = env("JITSI_APP_SECRET", default="")
JITSI_ISSUER = env("JITSI_ISSUER", default="") or JITSI_APP_ID
JITSI_AUDIENCE = env("JITSI_AUDIENCE", default="") or JITSI_APP_ID
JITSI_SUBJECT = env("JITSI_SUBJECT", default="") or JITSI_DOMAIN.partition(":")[0]

# clamd, which looks at shared files: host:port or the path of a socket. None: they can be opened at once.
CLAMD = env("CLAMD", default="")

# Other systems are told by HTTPS at public addresses only; tests and trials tell some on this machine
WEBHOOKS_TO_LOCAL_ADDRESSES = env.bool("WEBHOOKS_TO_LOCAL_ADDRESSES", default=False)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.access.authentication.TokenAuthentication",
        "accounts.access.authentication.SessionAuthentication",
    ],
    "DEFAULT_PARSER_CLASSES": ["common.api.parsing.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "common.api.parsing.OnlyJSON",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "common.api.errors.handle_exception",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": SITE_NAME,
    "DESCRIPTION": "Find someone who can help with a question, and book a short session with them.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "/static/img/favicon.svg",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False, "validatorUrl": None},
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums"],
    "COMPONENT_SPLIT_REQUEST": True,
    # Else choices that several things call `kind` or `state` get made-up names.
    "ENUM_NAME_OVERRIDES": {
        name: f"events.models.{name}"
        for name in ("EventKind", "EventState", "PlanState", "RegistrationState", "WishKind")
    }
    | {"SignalKind": "sessions_app.models.SignalKind", "ReportKind": "trust.models.ReportKind"}
    | {"FileState": "sessions_app.api.files.STATES"}
    | {"MetAt": "trust.api.PARTING_TYPES", "ReportedType": "trust.api.TYPES"},
}

# Machines that watch: `Authorization: Bearer …` opens /metrics; without a token only this machine may read it
METRICS_TOKEN = env("METRICS_TOKEN", default="")

# Words and clocks
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
# Ours does what Django's does, and less where that is enough.
SILENCED_SYSTEM_CHECKS = ["templates.W003"]
# With one language, texts are as they are written: looking each of them up takes a tenth of a page.
USE_I18N = len(LANGUAGES) > 1
FORMAT_MODULE_PATH = "mentoring.formats"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# Files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", BASE_DIR / "static_build"]
MEDIA_ROOT = DATA_DIR / "media"
S3_BUCKET = env("S3_BUCKET", default="")
# What people upload, on this machine's disk or in a bucket that only we read: it is always handed out by a view.
UPLOADS: dict[str, Any] = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
if S3_BUCKET:
    UPLOADS = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env("S3_ENDPOINT_URL", default=None),
            "region_name": env("S3_REGION", default=None),
            "access_key": env("S3_ACCESS_KEY_ID", default=None),
            "secret_key": env("S3_SECRET_ACCESS_KEY", default=None),
            "file_overwrite": False,
        },
    }
STORAGES = {
    "default": UPLOADS,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Security
# Where people write who find a hole: /.well-known/security.txt, which holds for a year from the day of the release
SECURITY_CONTACT = env("SECURITY_CONTACT", default="")
RELEASED_ON = date(2026, 11, 28)
# Where browsers report what the policy below blocked
POLICY_REPORTS = "/csp-report/"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *LIVE_ORIGINS],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "report-uri": [POLICY_REPORTS],
        "report-to": ["csp"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    power: [] for power in ("camera", "microphone", "display-capture", "geolocation", "payment", "usb")
}
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# Monitoring inside the network asks without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if NUM_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} [{request}]: {message}", "style": "{"},
        "json": {"()": "common.logs.JsonLine"},
    },
    "filters": {
        "secrets": {"()": "common.logs.WithoutSecrets"},
        "request": {"()": "common.logs.WithRequestId"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env("LOG_FORMAT", default="line"),
            "filters": ["secrets", "request"],
        }
    },
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
}
start_reports(env("SENTRY_DSN", default=""), environment=SITE_HOST)

UNFOLD = {"SITE_TITLE": SITE_NAME, "SITE_HEADER": SITE_NAME, "SITE_URL": "/", "COLORS": COLOURS}

if env.bool("TESTING", default=False):
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
