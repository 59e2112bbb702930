"""Whatever goes wrong below /api/ before or beside an operation is told as a problem too, never as a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from lianxin.cases.api.problems import BY_STATUS, MEDIA_TYPE, Problem, answer

Responder = Callable[[HttpRequest], HttpResponse]


class ProblemMiddleware:
    """Turns pages of errors (an unknown address, a wrong method or host, a crash) below /api/ into problems."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        below = request.path_info.startswith("/api/")
        if not below or response.status_code < 400 or response.headers.get("Content-Type", "") == MEDIA_TYPE:
            return response
        code = BY_STATUS.get(response.status_code, "fault" if response.status_code >= 500 else "bad_request")
        told = answer(Problem(code, method=request.method))
        if "Allow" in response.headers:
            told.headers["Allow"] = response.headers["Allow"]
        return told
