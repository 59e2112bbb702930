"""What the server runs."""

import multiprocessing
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianxin.town.settings")
application = get_wsgi_application()


def _refuse_demo_in_production() -> None:
    """However the server was started: a production installation does not serve a demo's sign-ins."""
    from django.db import DatabaseError, connections

    from lianxin.town.demo.signins import refusal
    from lianxin.town.settings import CONFIG

    try:
        sentences = refusal(CONFIG)
    except DatabaseError:  # no tables yet: nothing to refuse, and each page will say so
        sentences = None
    finally:
        connections.close_all()
    if sentences:
        raise SystemExit("\n".join(sentences))


_refuse_demo_in_production()


def _end_with_the_server() -> None:
    """A process of the server does not go on serving, with nobody minding it, when the server itself was killed."""
    if (server := multiprocessing.parent_process()) is not None:
        from lianxin.town.running import end_when_orphaned

        end_when_orphaned(server.pid)


_end_with_the_server()
