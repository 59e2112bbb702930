"""Looking at large files, and taking them in, in the worker."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone, translation

from lianxin.jobs.queue import task
from lianxin.keys.models import Town
from lianxin.people.actors import Actor, actor_of
from lianxin.people.queries import posts_of, today
from lianxin.town.imports.uploads import Changed, look_at, take_in
from lianxin.town.models import Upload


@task("uploads.look", outside=True)  # reading takes seconds, in which nobody should wait for the database
def look(*, town_id: int, upload: int) -> None:
    """Look at a file, in the language of whoever brought it."""
    held = Upload.objects.for_system("look", town_id).filter(pk=upload, state=Upload.State.WAITING).first()
    if held is not None:
        with translation.override(held.options["language"] or settings.LANGUAGE_CODE):
            look_at(held, now=timezone.now())


@task("uploads.take", outside=True)
def take(*, town_id: int, upload: int) -> None:
    """Take a file in as whoever asked for it; when it no longer fits, or they may no more, it stays to be looked at."""
    rows = Upload.objects.for_system("take in", town_id).filter(pk=upload, state=Upload.State.TAKING)
    held = rows.first()
    if held is None:
        return
    actor = _actor(held)
    try:
        if actor is not None:
            take_in(held, actor=actor, now=timezone.now())
    except Changed:
        pass
    rows.update(state=Upload.State.LOOKED)  # unless it is done


def _actor(upload: Upload) -> Actor | None:
    """Whoever brought the file, if the post is still held."""
    town = Town.objects.get(pk=upload.town_id)
    posts = posts_of(upload.account_id, town, on=today(timezone.now()))
    return next((actor_of(post, town) for post in posts if post.pk == upload.post_id), None)
