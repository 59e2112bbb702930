"""Who calls: a program with an access token, or a browser with its session, a reporter with a code."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja.security import APIKeyCookie, APIKeyHeader, HttpBearer
from ninja.utils import check_csrf

from lianxin.cases.api.counting import GUESSES, count
from lianxin.cases.api.problems import Problem
from lianxin.cases.links import reporter_by_code
from lianxin.keys.models import Town
from lianxin.people.actors import Actor, reporter
from lianxin.people.middleware import ended_of, owes_password, signed_in
from lianxin.people.models import Account
from lianxin.people.tokens import TokenRefused, bearer

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="lianxin"'}


class AccessToken(HttpBearer):
    """`Authorization: Bearer lx-…`: acts as the token's post, in the token's town, within its scopes."""

    openapi_description = _("A personal access token: acts as one post, within its scopes, until it expires.")

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """The actor, or a problem: a token that opens nothing is never answered as a missing one."""
        try:
            actor = bearer(token.strip(), now=timezone.now())
        except TokenRefused as refused:
            raise Problem(refused.code, headers=CHALLENGE) from refused
        if self.scope not in (actor.scopes or ()):
            raise Problem("scope_missing", scope=self.scope)
        request.town, request.actor = actor.town, actor  # type: ignore[attr-defined]
        return actor


class BrowserSession(APIKeyCookie):
    """The session cookie of somebody signed in; a write also needs the header X-CSRFToken."""

    openapi_description = _("The session of a signed-in browser; every write also needs the header X-CSRFToken.")
    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The actor of the session, None when there is no session, or a problem."""
        if not request.user.is_authenticated:
            raise Problem("sign_in", headers=CHALLENGE)
        if owes_password(request):
            raise Problem("own_password_first")
        if check_csrf(request, lambda: None) is not None:
            raise Problem("csrf")
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if not actor.is_staff:
            ended = ended_of(request)
            raise Problem("post_over", sentence=ended.sentence()) if ended else Problem("not_staff")
        return actor

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Nobody by the cookie alone: the session is read by the middleware."""
        return None


class ResidentSession(APIKeyCookie):
    """The session of a resident who has signed in by telephone; a write also needs the header X-CSRFToken."""

    openapi_description = _("The session of a resident who signed in by a code; a write needs X-CSRFToken too.")
    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Account | None:
        """Whose requests are asked for, or a problem."""
        if owes_password(request):
            raise Problem("own_password_first")
        account = signed_in(request)
        if account is None:
            raise Problem("sign_in", headers=CHALLENGE)
        if check_csrf(request, lambda: None) is not None:
            raise Problem("csrf")
        return account

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Nobody by the cookie alone: the session is read by the middleware."""
        return None


class ReportCode(APIKeyHeader):
    """`Authorization: Report <code>`, or the parameter `code`: the secret of one report."""

    openapi_description = _("The secret of one report: `Authorization: Report <code>`, or the query parameter `code`.")
    param_name = "Authorization"

    def __call__(self, request: HttpRequest) -> Actor:
        """The reporter; a wrong number and a wrong code are answered alike, and counted."""
        kind, _space, code = request.headers.get("Authorization", "").partition(" ")
        code = code.strip() if kind.lower() == "report" else request.GET.get("code", "")
        if not code:
            raise Problem("code_missing", headers={"WWW-Authenticate": 'Report realm="lianxin"'})
        match = request.resolver_match
        number = match.kwargs["number"] if match else ""
        town: Town = request.town  # type: ignore[attr-defined]
        found = reporter_by_code(town, number, code[:200])
        if found is None:
            count(request, GUESSES)
            raise Problem("not_found")
        request.reporter = found  # type: ignore[attr-defined]
        return reporter(town, case_id=found.case_id, reporter_id=found.pk, first=found.first)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Nobody by the code alone: it needs the number beside it."""
        return None


def token_holder(request: HttpRequest, scope: str) -> Actor | None:
    """Who calls an operation that is open to everybody, if a token says so; raises for a token that does not hold."""
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    return AccessToken(scope).authenticate(request, token) if kind.lower() == "bearer" else None


def allowed(scope: str) -> list[Any]:
    """The ways into an operation of the staff."""
    return [AccessToken(scope), BrowserSession()]
