"""Who is at the other end of the wire: the one place where a client's address is read."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

from lianxin.people.cipher import blind


def address_of(request: HttpRequest) -> str:
    """The address a client comes from, as the outermost of our own proxies saw it.

    Each proxy appends to X-Forwarded-For whom it was called by, so with n trusted proxies in front the n-th entry from
    the right is the client's; whatever stands further left, the client may have written itself. With none in front
    (LIANXIN_PROXIES=0) the header is not read at all. A header that is too short or holds no address is not believed:
    the proxy itself is then the client, so that all who come so share one allowance rather than having none.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.LIANXIN_PROXIES
    told = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
    if not proxies or len(told) < proxies:
        return direct
    try:
        return str(ip_address(_without_port(told[-proxies])))
    except ValueError:
        return direct


def _without_port(text: str) -> str:
    """Some proxies write `1.2.3.4:5678` or `[::1]:5678`."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def client_of(request: HttpRequest) -> str:
    """Who is asking, as a keyed digest: enough to count tries by, not readable as an address."""
    return blind("client", address_of(request))


def browser_of(request: HttpRequest) -> str:
    """Which browser at that address is asking, by the mark our forms leave in it; one that keeps none is its address.

    Whoever writes requests themselves chooses the mark: count the address beside it.
    """
    mark = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")[:64]
    return blind("browser", f"{address_of(request)} {mark}")
