"""Making parts of a photo unreadable before anybody may see it: a new copy is made, the photo stays as it was.

What is covered is averaged over blocks of a fortieth of the photo's longer side, and at least twelve pixels: a face or
a plate has too few of them left to be put together again. The copy is written anew from its pixels, without the photo's
own small picture or notes.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil

from PIL import Image

from lianxin.forms.models import Cover, File
from lianxin.forms.photos import StoredPhoto, enter, keep_image, path_of
from lianxin.keys.models import Town

WHOLE = 1000  # areas are told in thousandths
MOST_AREAS = 80
COARSE, LEAST_BLOCK = 40, 12

Area = tuple[int, int, int, int]


def read_area(text: str) -> Area | None:
    """A rectangle "left,top,width,height" in thousandths, cut to the photo; None for what is none."""
    parts = text.split(",")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        return None
    left, top, width, height = (int(part) for part in parts)
    if left >= WHOLE or top >= WHOLE or not width or not height:
        return None
    return left, top, min(width, WHOLE - left), min(height, WHOLE - top)


def pixelate(image: Image.Image, areas: Iterable[Area]) -> Image.Image:
    """A copy with each area averaged over blocks; blocks at its edge reach beyond it rather than stop short."""
    made = image.copy()
    wide, high = made.size
    block = max(LEAST_BLOCK, max(wide, high) // COARSE)
    for left, top, width, height in areas:
        x, y = left * wide // WHOLE // block * block, top * high // WHOLE // block * block
        right, low = min(wide, _up((left + width) * wide, block)), min(high, _up((top + height) * high, block))
        for at in ((col, row) for row in range(y, low, block) for col in range(x, right, block)):
            part = made.crop((*at, min(at[0] + block, wide), min(at[1] + block, high)))
            made.paste(part.resize((1, 1), Image.Resampling.BOX).resize(part.size), at)
    return made


def _up(thousandths: int, block: int) -> int:
    """The next whole block at or beyond a place."""
    return ceil(ceil(thousandths / WHOLE) / block) * block


def cover_photo(digest: str, areas: Sequence[Area], *, town: Town) -> StoredPhoto:
    """Make the public copy of a kept photo on the disk. Raises FileNotFoundError when the photo has been erased."""
    with Image.open(path_of(town.pk, digest)) as image:
        made = pixelate(image.convert("RGB"), areas)
    return keep_image(made, town=town)


def enter_cover(digest: str, copy: StoredPhoto, areas: Sequence[Area], *, town_id: int, now: datetime) -> None:
    """Let a copy stand for a photo; in the transaction of its entry, after `uncover_photo`."""
    file_id = enter([copy], town_id=town_id, now=now)[copy.digest]
    Cover.objects.create(town_id=town_id, digest=digest, file_id=file_id, areas=listed(areas), at=now)


def listed(areas: Iterable[Area]) -> list[list[int]]:
    """Areas as they are kept."""
    return [list(area) for area in areas]


def uncover_photo(digest: str, *, town_id: int) -> list[File]:
    """Take the public copy away; returns its files, which the caller deletes if nothing else uses them."""
    rows = list(Cover.objects.for_system("uncover a photo", town_id).filter(digest=digest).select_related("file"))
    for row in rows:
        row.delete()
    return [row.file for row in rows]


def cover_of(town: Town, digest: str) -> Cover | None:
    """The public copy of a photo, if one was made."""
    return Cover.objects.for_system("a covered photo", town).filter(digest=digest).select_related("file").first()


def shown_digest(town: Town, digest: str) -> str:
    """The digest of what the public may see of a photo: its covered copy where there is one."""
    held = cover_of(town, digest)
    return held.file.digest if held else digest
