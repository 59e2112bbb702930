"""Pages of the look alone: no town, no database."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def plain(settings):
    """Settings under which pages stand alone."""
    settings.ROOT_URLCONF = "ui.urls"
    settings.MIDDLEWARE = [
        "lianxin.ui.middleware.ContentPolicyMiddleware",
        "lianxin.ui.middleware.SentByScriptMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ]
    return settings


@pytest.fixture
def page():
    """Renders a piece of template with the components at hand."""
    from django.template import engines

    def render(text: str, **context: object) -> str:
        source = '{% import "ui/macros.html" as ui %}' + text
        return engines["jinja2"].from_string(source).render(context).strip()

    return render


@pytest.fixture
def chinese():
    from django.utils import translation

    with translation.override("zh-hans"):
        yield


@pytest.fixture
def english():
    from django.utils import translation

    with translation.override("en"):
        yield
