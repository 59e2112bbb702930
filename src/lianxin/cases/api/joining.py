"""Joining by program: one more who waits for the answer to a request that anybody may know of."""

from pathlib import Path
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from lianxin.cases.actions.joining import join_case
from lianxin.cases.api.counting import REPORTS, count, count_phone
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import OF_BODY
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.public import shown, town_of
from lianxin.cases.api.reading import body_of, guarded, key_of, photos_by_token
from lianxin.cases.api.shapes import Contact, Taken, Text
from lianxin.cases.api.writing import done_response, once_of
from lianxin.cases.links import link_code
from lianxin.cases.queries.board import public_case
from lianxin.cases.values import Contact as Kept
from lianxin.keys.numbers import spoken
from lianxin.people.actors import nobody
from lianxin.workflow.engine import Refused

example = examples_in(Path(__file__).with_name("own.yaml"))
router = Router()


class JoinBody(Taken):
    """What one has to add, if anything, and how one is told."""

    text: Annotated[Text, StringConstraints(max_length=4000)] = ""
    contact: Contact = Field(Contact(), description=_("Who asks: name and phone, both as far as they like."))
    photos: Annotated[list[Annotated[str, StringConstraints(max_length=800)]], Field(max_length=9)] = Field(
        default_factory=list, description=_("Tokens of photos sent to /photos before.")
    )


class JoinedShape(Schema):
    """What somebody who joined keeps: their own code for the request of others."""

    number: str
    spoken: str
    code: str
    link: str


@router.post(
    "/board/{number}/join",
    tags=[shown],
    operation_id="joinReport",
    **Described(
        _("Join a request of others"),
        _(
            "For a request that stands on the public board or the map and is still open. Whoever joins is counted, "
            "and follows it with a code of their own. One that has ended is raised anew."
        ),
        gives=JoinedShape,
        status=201,
        example=example("joined"),
        body=(JoinBody, example("join_body")),
        keyed=True,
        fails=(*OF_BODY, "refused", "slow_down"),
    ).options,
)
@guarded
def join_report(request: HttpRequest, number: str) -> HttpResponse:
    """Join a request."""
    town, key, now = town_of(request), key_of(request), timezone.now()
    count(request, REPORTS)
    body, found = body_of(request, JoinBody), public_case(town, number)
    if found is None:
        raise Problem("not_found")
    photos = photos_by_token(body.photos, town)
    once = once_of("api.join", key, {"number": found[0].number, **body.model_dump(mode="json")}, photos)
    count_phone(request, body.contact.phone, once)
    contact = Kept(body.contact.name, body.contact.phone)
    try:
        joined = join_case(found[0].pk, contact, actor=nobody(town), now=now, note=body.text, photos=photos, once=once)
    except Refused as refused:
        raise Problem("refused") from refused
    code = link_code(joined.reporter_id)
    link = request.build_absolute_uri(f"/r/{joined.number}/{code}/")
    told = {"number": joined.number, "spoken": spoken(joined.number), "code": code, "link": link}
    return done_response(told, repeated=joined.repeated)
