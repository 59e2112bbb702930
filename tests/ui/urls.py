"""The look's own pages, and a form, for tests without a town."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import include, path

FORM = """
{% extends "ui/public.html" %}{% import "ui/macros.html" as ui %}{% block title %}Report{% endblock %}
{% block content %}<h1>Report</h1>{{ ui.errors(faults) }}
{% call ui.form("/form/", csrf=csrf_input, photos=True, key=request.POST.get("idempotency_key")) %}
{{ ui.field("title", "What", required=True, value=request.POST.get("title", "")) }}
{{ ui.photos_field("photos", "Photos") }}{{ ui.button("Send", kind="main") if not sure else ui.button("Withdraw", kind="danger", confirm="For good?") }}
{% endcall %}{% endblock %}
"""
received: list[tuple[str, str, list[tuple[str, int]]]] = []


def form(request: HttpRequest, *, sure: bool = False) -> HttpResponse:
    """Refuse the title "bad"; take all others and go on. `sure`: the button asks once more."""
    faults = []
    if request.method == "POST":
        files = [(file.name, file.size) for file in request.FILES.getlist("photos")]
        received.append((request.POST["idempotency_key"], request.POST["title"], files))
        if request.POST["title"] != "bad":
            return redirect("/ui/?after=form")
        faults = [{"field": "f-title", "text": "Say what it is"}]
    page = engines["jinja2"].from_string(FORM).render({"faults": faults, "sure": sure}, request)
    return HttpResponse(page, status=422 if faults else 200)


urlpatterns = [path("ui/", include("lianxin.ui.urls")), path("form/", form), path("sure/", form, {"sure": True})]
