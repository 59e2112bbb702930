"""Django's settings, made from the environment (see `config`)."""

import os
from pathlib import Path

from lianxin.town.config import mail, read

CONFIG = read(os.environ)

SECRET_KEY = CONFIG["LIANXIN_SECRET"] or CONFIG.secret("session")
DEBUG = CONFIG["LIANXIN_DEBUG"]
ALLOWED_HOSTS = [host.strip() for host in CONFIG["LIANXIN_HOSTS"].split(",") if host.strip()]
ROOT_URLCONF = "lianxin.town.urls"
WSGI_APPLICATION = "lianxin.town.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "lianxin.ui",
    "lianxin.keys",
    "lianxin.jobs",
    "lianxin.ledger",
    "lianxin.places",
    "lianxin.people",
    "lianxin.forms",
    "lianxin.notices",
    "lianxin.cases",
    "lianxin.town",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "lianxin.ui.packing.PackedMiddleware",
    "lianxin.ui.middleware.ContentPolicyMiddleware",
    "lianxin.cases.api.middleware.ProblemMiddleware",
    "lianxin.ui.middleware.SentByScriptMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "lianxin.people.middleware.ActorMiddleware",
    "axes.middleware.AxesMiddleware",
    "lianxin.ui.unsaved.UnsavedMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": False,
        "DIRS": [],
        "OPTIONS": {
            "environment": "lianxin.ui.jinja.environment",
            "context_processors": ["lianxin.people.middleware.page_context"],
        },
    },
]

DATABASES = {"default": CONFIG.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "lianxin.people.backends.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "lianxin.people.clients.address_of"
AXES_LOCKOUT_CALLABLE = "lianxin.people.views.signing.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W003"]

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG["LIANXIN_HTTPS"]
SECURE_HSTS_SECONDS = 31_536_000 if CONFIG["LIANXIN_HTTPS"] else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG["LIANXIN_HTTPS"] else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "lianxin.ui.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

LOCALE_PATHS = sorted(Path(__file__).parents[1].rglob("locale"))
STATIC_URL = "/static/"
MEDIA_ROOT = CONFIG.data / "files"
LIANXIN_UPLOADS = CONFIG.data / "uploads"  # tables that wait to be taken in
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = 26_214_400

LIANXIN_CIPHER = CONFIG["LIANXIN_CIPHER"]
LIANXIN_PERSONAL_KEY = CONFIG.secret("personal")
LIANXIN_SEAL_KEY = CONFIG.secret("seal")
LIANXIN_SEAL_LOG = CONFIG.data / "seals.log"
LIANXIN_PROFILE = CONFIG["LIANXIN_PROFILE"]
LIANXIN_PROXIES = CONFIG["LIANXIN_PROXIES"]
LIANXIN_CHECKIN_DAYS = CONFIG["LIANXIN_CHECKIN_DAYS"]
LIANXIN_FIRST_PASSWORD_DAYS = CONFIG["LIANXIN_FIRST_PASSWORD_DAYS"]
LIANXIN_PHOTO_BYTES = CONFIG["LIANXIN_PHOTO_MB"] * 1_000_000

globals().update(mail(CONFIG["LIANXIN_EMAIL_URL"], CONFIG["LIANXIN_HOSTS"]))
LIANXIN_MAIL = bool(CONFIG["LIANXIN_EMAIL_URL"]) or LIANXIN_PROFILE == "demo"  # a demo prints its letters
LIANXIN_TIANDITU_KEY = CONFIG["LIANXIN_TIANDITU_KEY"]
LIANXIN_AMAP_KEY = CONFIG["LIANXIN_AMAP_KEY"]
LIANXIN_SMS = CONFIG["LIANXIN_SMS"]
LIANXIN_SMS_FOLDER = CONFIG.data / "sms"
LIANXIN_WECHAT = CONFIG["LIANXIN_WECHAT"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"refusals": {"()": "lianxin.town.logs.Refusals"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "lianxin": {"level": "INFO"}, "axes": {"level": "ERROR"}, "django.request": {"filters": ["refusals"]},
    },
}
