"""A logo is written anew from its known parts: nothing hidden in the file is served, and no other kind is taken."""

import struct
import zlib

import pytest

from reps import pictures


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width=32, height=16, *more):
    rows = b"".join(b"\x00" + b"\x80" * width for _ in range(height))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def webp(name=b"VP8L", *more):
    lossless = b"\x2f" + (15 | 15 << 14).to_bytes(4, "little") + b"\x00" * 7
    lossy = b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 16, 16) + b"\x00" * 6
    parts = [*more, (name, lossless if name == b"VP8L" else lossy)]
    inside = b"WEBP" + b"".join(n + struct.pack("<I", len(d)) + d + b"\x00" * (len(d) % 2) for n, d in parts)
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


def jpeg(*segments):
    """Segments after the first mark, then one frame of 16 by 16 and a scan."""
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, 16, 16, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + b"".join(segments) + frame + scan + b"\xff\xd9"


SECRET = b"<script>alert(1)</script> 48.1372N 11.5756E"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (png(32, 16, chunk(b"tEXt", SECRET), chunk(b"eXIf", SECRET)) + SECRET, "image/png"),
        (jpeg(b"\xff\xe1" + struct.pack(">H", 2 + len(SECRET)) + SECRET) + SECRET, "image/jpeg"),
        (jpeg(b"\xff\xfe" + struct.pack(">H", 2 + len(SECRET)) + SECRET), "image/jpeg"),
        (webp(b"VP8L", (b"EXIF", SECRET)) + SECRET, "image/webp"),
        (webp(b"VP8 ", (b"ALPH", b"\x00\x01"), (b"XMP ", SECRET)), "image/webp"),
    ],
)
def test_only_what_draws_it_is_kept(body, kind):
    found = pictures.read(body)

    assert found.type == kind
    assert SECRET not in found.body
    assert b"script" not in found.body
    again = pictures.read(found.body)
    assert (again.body, again.width, again.height) == (found.body, found.width, found.height)


def test_its_size_is_read():
    assert [(p.width, p.height) for p in map(pictures.read, (png(32, 16), jpeg(), webp(), webp(b"VP8 ")))] == [
        (32, 16), (16, 16), (16, 16), (16, 16),
    ]  # fmt: skip


def test_the_data_of_a_jpeg_stays_whole_up_to_its_end():
    assert pictures.read(jpeg()).body == jpeg()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "kind"),
        (b"GIF89a" + b"\x00" * 100, "kind"),
        (b"\x89PNG\r\n\x1a\n", "broken"),
        (png()[:-8], "broken"),
        (png().replace(b"IDAT", b"IDAX"), "broken"),
        (png()[:40] + b"\xff" + png()[41:], "broken"),
        (png(8, 8), "size"),
        (png(16, 2001), "size"),
        (jpeg()[:-2], "broken"),
        (jpeg()[:20], "broken"),
        (b"\xff\xd8\xff\xd9", "broken"),
        (webp()[:-4], "broken"),
        (webp(b"JUNK"), "broken"),
        (b"\x00" * (pictures.MOST_BYTES + 1), "large"),
    ],
)
def test_anything_else_is_refused_with_the_reason(body, why):
    with pytest.raises(pictures.PictureError) as refused:
        pictures.read(body)

    assert str(refused.value) == why


def test_no_beginning_of_a_picture_is_an_error_of_ours():
    for body in (png(), jpeg(), webp(), webp(b"VP8 ")):
        for length in range(len(body)):
            with pytest.raises(pictures.PictureError):
                pictures.read(body[:length])
