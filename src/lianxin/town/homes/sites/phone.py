"""Where the plate of a site leads: residents to a public page, workers to their page of it on the phone."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.views.public.pages import TownRequest, nav
from lianxin.people.middleware import staff
from lianxin.places.models import Site
from lianxin.places.sites.queries import site_by_code
from lianxin.town.homes import plates
from lianxin.town.homes.field import on_phone
from lianxin.town.homes.field_day import of_day, undisturbed
from lianxin.town.homes.sites.pages import about_site, near_site, site_of


@never_cache
@require_safe
def plate(request: TownRequest, code: str) -> HttpResponse:
    """The page behind a plate's code, of a grid or of a site."""
    site = site_by_code(request.town, code)
    return _of_site(request, site) if site is not None else plates.plate(request, code)


def _of_site(request: TownRequest, site: Site) -> HttpResponse:
    if request.actor.is_staff and request.actor.can("register"):
        return redirect("field-site", site.code)
    return render(request, "town/site_public.html", {"nav": nav(), **about_site(request.town, site)})


@staff
@never_cache
@require_safe
def field_site(request: StaffRequest, code: str) -> HttpResponse:
    """A site on its worker's phone: check in, raise what is wrong, what is open near it, who was here lately."""
    actor = request.actor
    site = site_of(actor.town, code)
    near = near_site(actor, site)
    context = {
        **frame(request, "field"), **of_day(request, actor), **about_site(actor.town, site), **near,
        "rows": on_phone(actor, near["rows"]), "may_check_in": actor.can("register") and site.valid_to is None,
    }  # fmt: skip
    return undisturbed(request, render(request, "town/field_site.html", context))
