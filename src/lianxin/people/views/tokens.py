"""Access tokens of one's own post: made, shown once, revoked."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lianxin.people.actions import create_token, revoke_token
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.people.models import Post, Token
from lianxin.people.tokens import DISPLAY
from lianxin.people.views.signing import see

LASTS = ((30, gettext_lazy("30 days")), (90, gettext_lazy("90 days")), (366, gettext_lazy("one year")))
MAY = (
    ("cases:read", gettext_lazy("read cases")),
    ("cases:write", gettext_lazy("register cases and move them on")),
    ("setup:read", gettext_lazy("read the town's set-up")),
    ("setup:write", gettext_lazy("change the town's set-up, as far as the post may")),
)


class NewToken(forms.Form):
    """What a token is for, what it may do, and for how long."""

    name = forms.CharField(
        label=gettext_lazy("What is it for?"),
        max_length=60,
        help_text=gettext_lazy("For example the system that will use it."),
    )
    scopes = forms.MultipleChoiceField(label=gettext_lazy("What it may do"), choices=MAY)
    days = forms.TypedChoiceField(label=gettext_lazy("How long it lasts"), choices=LASTS, coerce=int, initial=90)


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens of one's post; a new one is shown in the answer to the form that made it and never again."""
    form, plain = NewToken(request.POST if request.method == "POST" else None), ""
    if form.is_bound and form.is_valid():
        _token, plain = create_token(_post(request), **form.cleaned_data, actor=_actor(request), now=timezone.now())
        form = NewToken()
    may = {**dict(MAY), DISPLAY: _("show the wall on a screen")}
    context = {"form": form, "plain": plain, "tokens": _own(request), "may": may, "now": timezone.now()}
    return render(request, "people/tokens.html", context, status=422 if form.is_bound else 201 if plain else 200)


@staff
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Revoke a token of one's own post."""
    token = next((each for each in _own(request) if each.pk == token_id), None)
    if token is None:
        raise Http404
    revoke_token(token, actor=_actor(request), now=timezone.now())
    messages.success(request, _("The token “%s” no longer works.") % token.name)
    return see(reverse("tokens"))


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _post(request: HttpRequest) -> Post:
    """The post in which one works now."""
    actor = _actor(request)
    return Post.objects.for_system("own post", actor.town).get(pk=actor.post_id or 0)


def _own(request: HttpRequest) -> list[Token]:
    rows = Token.objects.seen_by(_actor(request))  # a token is visible to its own post alone
    return list(rows.order_by("-id"))
