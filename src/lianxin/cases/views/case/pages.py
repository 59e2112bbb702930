"""The one case page, its transitions, its photos, and the look at a contact."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lianxin.cases.actions.looking import reveal_contact
from lianxin.cases.actions.undoing import undo
from lianxin.cases.files import photo_response
from lianxin.cases.forms import clean_text
from lianxin.cases.models import Case, Reporter
from lianxin.cases.queries.messages import unread
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.queries.standing import NotSeen, stand
from lianxin.cases.values import Done, Standing
from lianxin.cases.views.case.attempt import attempt_of, perform
from lianxin.cases.views.case.showing import actor_of, look_reasons, seen, show_page
from lianxin.cases.views.parts import in_part
from lianxin.cases.words import done_sentence, refusal
from lianxin.keys.ids import read_number
from lianxin.keys.tries import TooManyTries
from lianxin.notices.actions import read_messages
from lianxin.people.looking import NoReason
from lianxin.people.middleware import staff
from lianxin.people.views.signing import see, wanted
from lianxin.workflow.engine import Refused


@staff
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Everything about a case that is this person's to read, and what they can do with it."""
    standing = seen(request, number)
    told_of(request, standing.case)
    return show_page(request, standing)


def told_of(request: HttpRequest, row: Case) -> None:
    """Who has the case before them has had the messages about it."""
    actor = actor_of(request)
    if unread(actor):
        read_messages(actor=actor, now=timezone.now(), case_id=row.pk)


@staff
@never_cache
@require_POST
@in_part
def act(request: HttpRequest, number: str) -> HttpResponse:
    """Make a transition; refused, the page comes again with a sentence and all that was typed."""
    attempt = attempt_of(request)
    done = perform(request, seen(request, number), attempt, actor_of(request))
    if done is None:
        return show_page(request, seen(request, number), attempt=attempt)
    _say(request, done)
    told_of(request, done.case)
    return see(wanted(request) or _where(request, done))


@staff
@never_cache
@require_POST
@in_part
def take_back(request: HttpRequest, number: str) -> HttpResponse:
    """Take one's last act back; refused, the page comes again and says why."""
    standing, actor = seen(request, number), actor_of(request)
    try:
        undo(standing.case.pk, [_entry(request)], actor=actor, now=timezone.now())
    except Refused as refused:
        flow = workflow_by_id(actor.town, standing.case.workflow_id)
        return show_page(request, seen(request, number), told=refusal(refused, flow), status=409)
    messages.success(request, _("Taken back. The case stands as it stood before."))
    return see(wanted(request) or reverse("case", args=[standing.case.number]))


def _entry(request: HttpRequest) -> int:
    return read_number(request.POST.get("entry", "")) or 0


def _say(request: HttpRequest, done: Done) -> None:
    """Tell what was done and what follows, unless this was a repeat that was told before."""
    if done.entry is not None:
        row = done.case
        flow = workflow_by_id(actor_of(request).town, row.workflow_id)
        made = flow.transition(done.entry.source, done.entry.act)
        if made is not None:
            messages.success(request, done_sentence(flow, made, row.step, row.due_at))


def _where(request: HttpRequest, done: Done) -> str:
    """Back to the case, or home when it is no longer this person's to see."""
    try:
        stand(actor_of(request), pk=done.case.pk)
    except NotSeen:
        return "/"
    return reverse("case", args=[done.case.number])


@staff
@never_cache
@require_POST
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """Show one reporter's name and telephone number, once, for a reason that stays on record."""
    standing = seen(request, number)
    now = timezone.now()
    try:
        found = reveal_contact(standing, _reporter(request), _reason(request), actor=actor_of(request), now=now)
    except Reporter.DoesNotExist:
        raise Http404 from None
    except (NoReason, TooManyTries) as refused:
        return _not_shown(request, standing, refused)
    return show_page(request, standing, revealed=found)


def _reporter(request: HttpRequest) -> int:
    pk = read_number(request.POST.get("reporter", ""))
    if pk is None:
        raise Http404
    return pk


def _not_shown(request: HttpRequest, standing: Standing, refused: Exception) -> HttpResponse:
    if isinstance(refused, NoReason):
        return show_page(request, standing, told=_("Say why you need the telephone number."), status=422)
    told = _("You have looked at the details of many people this hour. Wait a while.")
    return show_page(request, standing, told=told, status=429)


def _reason(request: HttpRequest) -> str:
    """One of the usual reasons, or the person's own words."""
    usual = look_reasons().get(request.POST.get("reason", ""))
    return usual or clean_text(request.POST.get("words", "")[:500])


@staff
@require_safe
def photo(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A photo of a case, to whom may see the case."""
    return photo_response(request, seen(request, number).case, pk)
