"""Values and bodies that break careless programs, for every door: each is refused by its field, or taken whole."""

import json

LONG = "x" * 100_000
# name -> a value that JSON can carry
VALUES = {
    "nothing": None,
    "empty": "",
    "spaces": " \t ",
    "number": 7,
    "negative": -1,
    "huge number": 10**40,
    "fraction": 0.1,
    "yes": True,
    "list": ["a", "b"],
    "empty list": [],
    "nested list": [[["a"]]],
    "object": {"a": {"b": "c"}},
    "nul": "a\x00b",
    "lone high surrogate": "a\ud800b",
    "lone low surrogate": "\udfff",
    "four bytes": "\U0001d504\U0001d52b\U0001d52b \U0001f680",
    "zero width": "A\u200bn\u200dn\ufeff",
    "right to left": "\u202eecila\u202c",
    "combining": "e\u0301\u0301\u0301" * 50,
    "homograph": "\u0430nn@ex\u0430mple.net",
    "full width": "\uff1d1+1",
    "control": "a\x07\x1b[31mred\x7f",
    "line breaks": "a\r\nb\nc",
    "header": "Ann\r\nBcc: all@example.net",
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "svg": "<svg onload=alert(1)>",
    "javascript link": "javascript:alert(1)",
    "data link": "data:text/html,<script>alert(1)</script>",
    "template": "{{7*7}}",
    "template tag": "{% include 'settings' %}",
    "format": "%s%s%n {0.__class__}",
    "shell": "$(reboot); `id`",
    "sql": "'; DROP TABLE leads_lead; --",
    "sql like": "%_%",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+49 30 901820",
    "at": "@SUM(1)",
    "tab first": "\t=1+1",
    "path": "../../../../etc/passwd",
    "url inside": "http://169.254.169.254/latest/meta-data",
    "long": LONG,
    "very long word": "a" * 70_000,
    "many words": "word " * 5_000,
    "many at signs": "@" * 3_000,
    "regex bomb": "a" * 4_000 + "!",
    "phone bomb": "+" + "1 " * 3_000,
    "mail bomb": "a@" + "a." * 2_000 + "com",
    "two mails": "a@example.net, b@example.net",
    "mail without at": "ann.example.net",
    "mail with spaces": "ann bauer @ example . net",
    "mail with ip": "ann@[127.0.0.1]",
    "long mail": "a" * 250 + "@example.net",
    "not a number": "NaN",
    "infinity": "1e999",
    "date": "2026-02-30",
    "json text": '{"a": [1, 2',
    "xml": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    "slack": "<!channel> @everyone",
    "markdown": "[click](javascript:alert(1))",
    "country": "Atlantis",
    "country code": "ZZ",
    "dotted i": "\u0130stanbul ISTANBUL \u0131i",
    "sharp s": "STRASSE straße",
    "private use": "\ue000\U000f0000",
    "noncharacter": "\uffff\ufffe",
    "tag characters": "\U000e0041\U000e0042",
    "bidi and nul": "\u202e\x00\u2066",
    "quote": 'O\'Brien "Bob" \\',
    "comma": "Bauer, Ann; GmbH\tKG",
}
FIELDS = ("name", "email", "phone", "company", "country", "website", "message", "employees")
CASES = [(field, label, value) for field in FIELDS for label, value in VALUES.items()]
assert len(CASES) >= 500

# Whole bodies for the doors that take JSON: none is one lead that can be read.
BODIES = {
    "empty": b"",
    "spaces": b"   ",
    "half": b'{"name": "Ann"',
    "text": b"hello",
    "null": b"null",
    "number": b"3",
    "string": b'"Ann"',
    "nan": b'{"name": "Ann", "employees": NaN}',
    "infinity": b'{"employees": 1e999, "name": "Ann"}',
    "twins": b'{"name": "Ann", "name": "Ben"}',
    "utf-16": json.dumps({"name": "Ann"}).encode("utf-16"),
    "latin-1": '{"name": "Ann Müller"}'.encode("latin-1"),
    "cut in a letter": '{"name": "Müll'.encode()[:-1],
    "deep list": b"[" * 10_000 + b"]" * 10_000,
    "deep object": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "nul bytes": b"\x00" * 100,
    "xml": b"<lead><name>Ann</name></lead>",
    "zip": b"PK\x03\x04" + b"\x00" * 50,
    "gzip": b"\x1f\x8b\x08\x00\x00",
    "many keys": json.dumps({f"k{n}": n for n in range(5_000)}).encode(),
}


def neighbour(n):
    """A lead nobody could object to."""
    return {"name": f"Nora Neighbour {n}", "email": f"nora{n}@example.net", "company": "Neighbour Marine"}


def lead(field, value, n):
    """Somebody to speak with, with one field spoilt."""
    return {"name": "Ann Bauer", "email": f"case{n}@example.org", "message": f"case {n}", field: value}
