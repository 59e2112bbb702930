"""The words of a reply text for one case, for the script of a form."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianxin.cases.views.case.showing import actor_of, seen
from lianxin.cases.views.replies.inserting import text_of
from lianxin.people.middleware import staff


@staff
@never_cache
@require_safe
def reply_text(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The words of a text with the case's own filled in; nothing where the text does not fit the case."""
    return HttpResponse(text_of(actor_of(request), seen(request, number), pk), content_type="text/plain; charset=utf-8")
