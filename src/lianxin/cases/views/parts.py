"""A page's main part alone, for a pane of the desk: the same view at the same address, drawn without its frame.

A script asks for it by the header `X-Lianxin-Part`: `shown` for what the reader sees at once, `ahead` for what is
fetched before it is wanted, which therefore uses up none of the messages that are told once.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

PART = "X-Lianxin-Part"
HELD = "X-Lianxin-Ahead"  # the number of the case the script has fetched ahead
AHEAD = "ahead"
Responder = Callable[..., HttpResponse]


def part_of(request: HttpRequest) -> str:
    """How a part of a page is asked for; "" where the whole page is."""
    return request.headers.get(PART, "")


def in_part(view: Responder) -> Responder:
    """A form sent from a pane is answered by what there is to tell, with the next address as `X-Location`.

    A script cannot see a redirect. It knows best whether it holds the next page already.
    """

    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if part_of(request) and response.status_code == 303:
            told = render(request, "ui/messages.html")
            told.headers["X-Location"] = response.headers["Location"]
            return told
        return response

    answered.__name__, answered.__doc__ = view.__name__, view.__doc__
    return answered
