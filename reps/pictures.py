"""Reads a picture somebody uploaded and writes it anew from its known parts; what is no such picture is refused.

PNG, JPEG and WebP only: SVG may carry scripts. Camera and place, colour profiles, texts, animations and whatever
follows the end are left out, so that only what draws the picture is ever served.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MOST_BYTES = 300 * 1024
LEAST, MOST = 16, 2_000  # pixels of a side


class PictureError(Exception):
    """What is wrong, by a word: `kind`, `broken`, `size`, `large`."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes as they are served, and as what."""

    type: str
    body: bytes
    width: int
    height: int


def read(body: bytes) -> Picture:
    """Raises PictureError."""
    if len(body) > MOST_BYTES:
        raise PictureError("large")
    try:
        if body.startswith(_PNG):
            found = _png(body)
        elif body.startswith(b"\xff\xd8\xff"):
            found = _jpeg(body)
        elif body[:4] == b"RIFF" and body[8:12] == b"WEBP":
            found = _webp(body)
        else:
            raise PictureError("kind")
    except (struct.error, IndexError, ValueError) as error:
        raise PictureError("broken") from error
    if not (LEAST <= found.width <= MOST and LEAST <= found.height <= MOST):
        raise PictureError("size")
    return found


_PNG = b"\x89PNG\r\n\x1a\n"
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


def _png(body: bytes) -> Picture:
    parts = list(_png_parts(body))
    names = [name for name, _data in parts]
    if not parts or names[0] != b"IHDR" or names[-1] != b"IEND" or b"IDAT" not in names or len(parts[0][1]) != 13:
        raise PictureError("broken")
    width, height = struct.unpack(">II", parts[0][1][:8])
    kept = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return Picture("image/png", _PNG + kept, width, height)


def _png_parts(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The known chunks up to the end, each as long as it says and with a right sum."""
    place = len(_PNG)
    while True:
        length, name = struct.unpack(">I4s", body[place : place + 8])
        data = body[place + 8 : place + 8 + length]
        (given,) = struct.unpack(">I", body[place + 8 + length : place + 12 + length])
        if len(data) != length or zlib.crc32(name + data) != given:
            raise PictureError("broken")
        if name in _KEPT:
            yield name, data
        if name == b"IEND":
            return
        place += 12 + length


_FRAMES = (0xC0, 0xC1, 0xC2)  # baseline, extended, progressive: what browsers draw
_SCAN, _END, _APP0, _APP14 = 0xDA, 0xD9, 0xE0, 0xEE


def _jpeg(body: bytes) -> Picture:
    out, place, size = [body[:2]], 2, (0, 0)
    while True:
        if body[place] != 0xFF:
            raise PictureError("broken")
        mark = body[place + 1]
        (length,) = struct.unpack(">H", body[place + 2 : place + 4])
        segment = body[place : place + 2 + length]
        if len(segment) != 2 + length or length < 2:
            raise PictureError("broken")
        if mark in _FRAMES:
            height, width = struct.unpack(">HH", segment[5:9])
            size = (width, height)
        # Of the application's own segments only JFIF and Adobe's say how to draw; 0xFE is a comment.
        if mark in {_APP0, _APP14} or not (0xE0 <= mark <= 0xEF or mark == 0xFE):
            out.append(segment)
        place += 2 + length
        if mark == _SCAN:
            return _with_scans(out, body, place, size)


def _with_scans(out: list[bytes], body: bytes, place: int, size: tuple[int, int]) -> Picture:
    """What follows the first scan, up to the end that is no part of the data: later scans and their tables."""
    end = place
    while True:
        end = body.index(b"\xff", end)
        mark = body[end + 1]
        if mark == _END:
            return Picture("image/jpeg", b"".join(out) + body[place : end + 2], *size)
        if mark in {0x00, 0xFF} or 0xD0 <= mark <= 0xD7:  # stuffed, filled, restarted
            end += 1 if mark == 0xFF else 2
        elif mark in {0xC4, 0xDB, 0xDD, _SCAN}:  # tables and a further scan
            end += 2 + struct.unpack(">H", body[end + 2 : end + 4])[0]
        else:
            raise PictureError("broken")


def _webp(body: bytes) -> Picture:
    (length,) = struct.unpack("<I", body[4:8])
    if length + 8 > len(body):
        raise PictureError("broken")
    parts: dict[bytes, bytes] = {}
    place = 12
    while place < 8 + length:
        name, size = struct.unpack("<4sI", body[place : place + 8])
        data = body[place + 8 : place + 8 + size]
        if len(data) != size:
            raise PictureError("broken")
        parts.setdefault(name, data)
        place += 8 + size + size % 2
    drawn = b"VP8L" if b"VP8L" in parts else b"VP8 "
    if drawn not in parts or b"ANMF" in parts:
        raise PictureError("broken" if drawn not in parts else "kind")
    width, height = _webp_size(drawn, parts[drawn])
    kept = [(drawn, parts[drawn])]
    if drawn == b"VP8 " and b"ALPH" in parts:
        canvas = bytes([0x10, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        kept = [(b"VP8X", canvas), (b"ALPH", parts[b"ALPH"]), *kept]
    inside = b"WEBP" + b"".join(
        name + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2) for name, data in kept
    )
    return Picture("image/webp", b"RIFF" + struct.pack("<I", len(inside)) + inside, width, height)


def _webp_size(name: bytes, data: bytes) -> tuple[int, int]:
    if name == b"VP8L":
        if data[0] != 0x2F:
            raise PictureError("broken")
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if data[3:6] != b"\x9d\x01\x2a":
        raise PictureError("broken")
    width, height = struct.unpack("<HH", data[6:10])
    return width & 0x3FFF, height & 0x3FFF
