"""Photos: read whatever a phone sends, keep what the job needs.

A photo is turned upright, shrunk to 1920 pixels and written anew, so that place, time and maker of the camera are
gone. It lies in the data folder under the digest of what is kept, synced to the disk before the row commits.
"""

import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from lianxin.forms.models import File
from lianxin.keys.models import Town

GAP: Final = 1.5  # how much larger a picture is first made small cheaply: half the time, and nobody sees it (44 dB)
LONGEST, THUMB = 1920, 360
ROUNDED: Final = 2  # pixels that a row may be off: the sides of a photo made smaller are rounded in two ways
MOST_PIXELS = 120_000_000
MOST_UNFOLDED = 40_000_000  # of a format that must be unfolded whole to be made smaller; a JPEG need not
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
KNOWN = frozenset({"JPEG", "PNG", "WEBP", "HEIF", "MPO", "GIF", "BMP"})


class PhotoRefused(ValueError):
    """The file is no photo we keep; `code` is stable: too_big, too_many_pixels, not_a_photo, too_many,
    empty.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo that lies on the disk; `file` is not yet written to the database, `sent` is the digest of what came,
    `thumb` that of its small picture ("" where that is not known).
    """

    digest: str
    sent: str
    size: int
    width: int
    height: int
    thumb: str = ""


def path_of(town_id: int, digest: str, *, thumb: bool = False) -> Path:
    """Where a kept photo lies."""
    name = f"{digest}.thumb.jpg" if thumb else f"{digest}.jpg"
    return Path(settings.MEDIA_ROOT) / str(town_id) / digest[:2] / name


def store(data: bytes, *, town: Town, sync: bool = True) -> StoredPhoto:
    """Read, clean and keep a photo on the disk; raises PhotoRefused.

    `sync=False` does not wait for the disk: for the demo's drawn photos alone, which can be drawn again.
    """
    if not data:
        raise PhotoRefused("empty")
    if len(data) > settings.LIANXIN_PHOTO_BYTES:
        raise PhotoRefused("too_big")
    return keep_image(_upright(data), town=town, sent=hashlib.sha256(data).hexdigest(), sync=sync)


def keep_image(image: Image.Image, *, town: Town, sent: str = "", sync: bool = True) -> StoredPhoto:
    """Write a picture and its thumbnail to the disk, from its pixels alone; `sent` is the digest of what it came as."""
    kept, (width, height) = _jpeg(image, LONGEST), image.size
    scale = min(1.0, LONGEST / max(width, height))
    digest = hashlib.sha256(kept).hexdigest()
    path, small = path_of(town.pk, digest), path_of(town.pk, digest, thumb=True)
    if not path.exists():
        _write(path, kept, sync=sync)
    thumb = small.read_bytes() if small.exists() else _jpeg(image, THUMB)
    if not small.exists():
        _write(small, thumb, sync=sync)
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    return StoredPhoto(digest, sent, len(kept), wide, high, hashlib.sha256(thumb).hexdigest())


def faults_of(town_id: int, digest: str, thumb: str) -> Iterator[str]:
    """What is wrong on the disk with a kept photo and with its small picture; `thumb`: the digest of that, "" where
    nobody kept it.
    """
    for small, told, name in ((False, digest, "a photo"), (True, thumb, "the small picture of a photo")):
        path = path_of(town_id, digest, thumb=small)
        if not path.exists():
            yield f"{name} is missing"
        elif told and hashlib.sha256(path.read_bytes()).hexdigest() != told:
            yield f"{name} was changed"


def misfit(file: File) -> bool:
    """Whether a row says another size than its photo on the disk has; False where that is not there, or is none."""
    path = path_of(file.town_id, file.digest)
    try:
        with Image.open(path) as image:
            off = abs(image.width - file.width) + abs(image.height - file.height)
        return off > ROUNDED or path.stat().st_size != file.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return False  # that it was changed, its digest tells


def _upright(data: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.format not in KNOWN:
                raise PhotoRefused("not_a_photo")
            if image.width * image.height > (MOST_PIXELS if image.format in {"JPEG", "MPO"} else MOST_UNFOLDED):
                raise PhotoRefused("too_many_pixels")
            image.draft("RGB", (LONGEST, LONGEST))
            turned = ImageOps.exif_transpose(image) or image
            if turned.mode in {"RGBA", "LA", "P"}:  # transparency would turn black
                paper = Image.new("RGB", turned.size, "white")
                paper.paste(turned.convert("RGBA"), mask=turned.convert("RGBA").getchannel("A"))
                return paper
            return turned.convert("RGB")
    except PhotoRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoRefused("too_many_pixels") from error
    except UnidentifiedImageError as error:
        raise PhotoRefused("not_a_photo") from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, IndexError, TypeError) as error:
        raise PhotoRefused("not_a_photo") from error  # a cut-off or crafted file fails in many ways


def _jpeg(image: Image.Image, longest: int) -> bytes:
    small = image.copy()
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=GAP)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=82, optimize=longest == THUMB)
    return out.getvalue()


def _write(path: Path, body: bytes, *, sync: bool) -> None:
    """Write so that after a power cut there is the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    with open(part, "wb") as file:
        file.write(body)
        file.flush()
        if sync:
            os.fsync(file.fileno())
    part.replace(path)
    if not sync:
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def enter(photos: Sequence[StoredPhoto], *, town_id: int, now: datetime) -> dict[str, int]:
    """Write the rows of stored photos; returns file ids by digest. Call it in the transaction of the case."""
    rows = [
        File(town_id=town_id, digest=each.digest, size=each.size, width=each.width, height=each.height, at=now)
        for each in photos
    ]
    File.objects.bulk_create(rows, ignore_conflicts=True)
    found = File.objects.for_system("photos", town_id).filter(digest__in=[each.digest for each in photos])
    return dict(found.values_list("digest", "id"))


def orphans(town_id: int, *, older_than: datetime) -> Iterator[Path]:
    """Photos on the disk that no row knows, and half-written ones."""
    known = set(File.objects.for_system("orphans", town_id).values_list("digest", flat=True))
    for path in sorted((Path(settings.MEDIA_ROOT) / str(town_id)).glob("*/*")):
        kept = path.name.removesuffix(".jpg").removesuffix(".thumb") in known and path.suffix == ".jpg"
        if not kept and path.suffix in {".jpg", ".part"} and _is_older(path, older_than):
            yield path


def _is_older(path: Path, moment: datetime) -> bool:
    """Whether a file was last written before; False for one that has gone meanwhile."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, tz=moment.tzinfo) < moment
    except FileNotFoundError:
        return False


def sweep_orphans(*, older_than: datetime) -> int:
    """Delete files that no row knows, left by a write that never committed. Returns how many."""
    gone = 0
    for folder in Path(settings.MEDIA_ROOT).glob("*"):
        for path in orphans(int(folder.name), older_than=older_than) if folder.name.isdecimal() else ():
            path.unlink()
            gone += 1
    return gone
