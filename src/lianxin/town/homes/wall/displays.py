"""Links for displays: made and ended by whoever looks after the town's tokens."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.keys.models import Town
from lianxin.people.actions import LONGEST_TOKEN, create_token, revoke_token
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.people.models import Post, Token
from lianxin.people.tokens import DISPLAY
from lianxin.people.views.signing import see


class NewDisplay(forms.Form):
    """Where a display hangs."""

    name = forms.CharField(label=gettext_lazy("Where does the screen hang?"), max_length=60)


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def displays(request: StaffRequest) -> HttpResponse:
    """The town's displays; a new one's link is shown in the answer to the form that made it and never again."""
    actor, now = _keeper(request), timezone.now()
    form, link = NewDisplay(request.POST if request.method == "POST" else None), ""
    if form.is_bound and form.is_valid():
        plain = _made(actor, form.cleaned_data["name"])
        link, form = request.build_absolute_uri(reverse("wall-display", args=[plain])), NewDisplay()
    context = {**frame(request, "wall-displays"), "form": form, "link": link, "now": now, "rows": _displays(actor.town)}
    return render(request, "town/wall_displays.html", context, status=422 if form.is_bound else 201 if link else 200)


@staff
@require_POST
def end_display(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a display's link open nothing any more."""
    actor = _keeper(request)
    token = next((each for each in _displays(actor.town) if each.pk == pk), None)
    if token is None:
        raise Http404
    revoke_token(token, actor=actor, now=timezone.now())
    messages.success(request, _("The screen “%s” shows nothing any more.") % token.name)
    return see(reverse("wall-displays"))


def _keeper(request: StaffRequest) -> Actor:
    if not request.actor.can("tokens"):
        raise PermissionDenied
    return request.actor


def _made(actor: Actor, name: str) -> str:
    """A year's link; it stands under the post that made it, and ends with it."""
    post = Post.objects.for_system("own post", actor.town).get(pk=actor.post_id or 0)
    now = timezone.now()
    _token, plain = create_token(post, scopes=[DISPLAY], days=LONGEST_TOKEN, name=name, actor=actor, now=now)
    return plain


def _displays(town: Town) -> list[Token]:
    """The town's displays, whoever made them, the newest first."""
    rows = Token.objects.for_system("displays: of the whole town", town).order_by("-id")
    return [token for token in rows.select_related("post__account") if token.scopes == [DISPLAY]]
