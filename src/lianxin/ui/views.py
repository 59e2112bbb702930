"""Pages of the look itself: the reader's choices, the gallery of components, a refused form."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_safe

from lianxin.ui.assets import worker_script
from lianxin.ui.samples import samples
from lianxin.ui.typed import typed

A_YEAR = 365 * 24 * 3600
# Query name: cookie, and the values it may take.
CHOICES = {
    "size": ("lx_size", ("plain", "elder", "largest")),
    "theme": ("lx_theme", ("auto", "light", "dark", "contrast")),
    "lang": (settings.LANGUAGE_COOKIE_NAME, tuple(code for code, _name in settings.LANGUAGES)),
}


def _next_page(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "/")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if safe else "/"


@require_GET
def look(request: HttpRequest) -> HttpResponse:
    """Remember larger type, a theme or a language in a cookie, and go back to the page.

    A plain link, so that it works without a script and in the elder view of any browser.
    """
    answer = HttpResponseRedirect(_next_page(request))
    for name, (cookie, values) in CHOICES.items():
        value = request.GET.get(name)
        if value in values:
            answer.set_cookie(cookie, value, max_age=A_YEAR, samesite="Lax", secure=request.is_secure())
    return answer


@require_GET
def living(request: HttpRequest) -> HttpResponse:
    """Every component in each of its states, with invented values."""
    layout = "ui/app.html" if request.GET.get("layout") == "app" else "ui/public.html"
    return render(request, "ui/living.html", {"layout": layout, **samples()})


@require_safe
def worker(_request: HttpRequest, form: str) -> HttpResponse:
    """The service worker of the public pages, at the root so that it may serve them; `form` names the page it keeps.

    Asked for anew each time: a browser with an old one would keep an old build.
    """
    source = worker_script(reverse(form))
    if source is None:
        raise Http404
    return HttpResponse(
        source, content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": "/", "X-Content-Type-Options": "nosniff"},
    )  # fmt: skip


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page of a form whose token is missing or old: what to do, not what went wrong inside.

    Another sign-in in the same browser makes the forms old that stand open: what was written in one is given back,
    to a page of ours alone, for another site could have us show its words as the reader's own.
    """
    came = request.headers.get("Origin") or request.headers.get("Referer", "")
    ours = urlsplit(came).netloc == request.get_host()
    response = render(request, "403_csrf.html", {"reason": reason, "lost": typed(request) if ours else []}, status=403)
    response["Cache-Control"] = "private, no-store"
    return response
