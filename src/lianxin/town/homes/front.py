"""The first page: the public's for whoever is not signed in, each post's own for staff."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianxin.cases.views.public.board import front
from lianxin.people.middleware import owes_password

HOMES = {
    "clerk": "desk",
    "dispatcher": "desk",
    "supervisor": "supervise",
    "leader": "town-page",
    "admin": "setup",
    "security_admin": "staff-directory",
    "audit_admin": "ledger",
}


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The resident's page, or the way to the home of the post one acts in; most posts work in the field."""
    if owes_password(request):
        return redirect("change-password")
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.is_staff:
        return front(request)  # type: ignore[arg-type]
    return redirect(HOMES.get(actor.role, "field"))
