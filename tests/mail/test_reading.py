"""What mails mean: who wrote it, what they say, what a template finds, whose it was, which are passed over."""

# ruff: noqa: E501, PT017, RUF001 - mails in other languages, on one line each; some may be read or be refused

import time

import pytest

from leads.connector import Configured, Ignored
from leads.mail import reading
from leads.mail.copied import delivery_key_of_raw
from leads.mail.html_text import text_of
from leads.mail.message import BrokenError, parse
from tests.mail.corpus import FORM, FORWARDS, ORIGINAL, coded, html, nested, raw, with_parts

OURS = "ours.example"


def is_ours(email):
    return email.endswith(f"@{OURS}")


def read(source, **settings):
    return reading.read(parse(source), configured=Configured(settings=settings), is_ours=is_ours)


def person(source, **settings):
    return read(source, **settings).facts["person"]


# --- bodies -----------------------------------------------------------------------------------------------------------

GREETING = "Grüße aus Köln, 東京 und Łódź"


@pytest.mark.parametrize(
    "source",
    [
        raw(GREETING),
        html(
            f"<html><head><title>x</title><style>p {{}}</style></head><body><p>{GREETING}</p><script>alert(1)</script>"
        ),
        coded(GREETING, "utf-8", "base64"),
        coded(GREETING, "utf-8", "quoted-printable"),
        coded(GREETING, "utf-16", "base64"),
        coded(GREETING, "utf-16-le", "base64"),
        coded(GREETING, "utf-8", "base64", says="no-such-charset"),
        coded(GREETING, "utf-8", "base64", says="us-ascii"),
        coded(GREETING, "utf-8", "base64", says="idna"),
        coded(GREETING, "utf-8", "base64", says="punycode"),
        coded(GREETING, "utf-8", "base64", says='"utf-8'),
        coded(GREETING, "gb18030", "base64"),
        with_parts(GREETING, html_text="<b>something else</b>"),
        with_parts("", html_text=f"<div>{GREETING}</div>"),
    ],
    ids=range(14),
)
def test_the_text_is_read_whatever_it_is_written_in(source):
    assert person(source)["message"] == GREETING


def test_broken_charsets_never_stop_a_mail():
    for charset in ("utf-8", "shift_jis", "hz", "utf-7", "x-unknown", "zlib", "hex", "rot13", "\x00", "a" * 9000):
        source = raw(b"Hello \xff\xfe\x80 there \xc3", head=f"Content-Type: text/plain; charset={charset}")
        assert "Hello" in person(source)["message"], charset


def test_html_keeps_links_and_tables_as_text_and_nothing_that_runs():
    text = text_of(
        '<p>See <a href="https://example.net/x">our page</a>, <a href="javascript:alert(1)">this</a>'
        '<img src="http://track.example/p.gif"></p><script>steal()</script><style>a{}</style><!-- hidden -->'
        '<table><tr><td>Name</td><td> Ann\n Bauer </td></tr><tr><th>Mail:</th><td><a href="mailto:ann@example.net">'
        "ann@example.net</a></td></tr></table>1 &lt; 2"
    )

    assert text == "See our page (https://example.net/x), this\n\nName\tAnn Bauer\nMail:\tann@example.net\n\n1 < 2"


@pytest.mark.parametrize("piece", ["<", "<a ", "<!--", "<![", "<a href='", "&#", "&amp", "<td>", "</p", "<script>"])
def test_html_that_is_all_beginnings_is_read_in_bounded_time(piece):
    began = time.monotonic()
    parse(html(piece * (400_000 // len(piece))))
    assert time.monotonic() - began < 5


def test_five_megabytes_on_one_line_are_read_in_bounded_time():
    began = time.monotonic()
    found = person(raw("x" * 5_000_000))
    person(raw("a:" * 2_500_000))
    person(raw("> " * 2_500_000))
    person(raw("From: " * 800_000))
    person(raw("a" + " " * 5_000_000 + "b"))
    read(raw("hi", Subject="y" * 5_000_000))
    read(raw("hi", To=", ".join(f"p{n}@example.org" for n in range(200_000))))
    assert time.monotonic() - began < 12
    assert len(found["message"]) == reading.LONGEST_MESSAGE


def test_two_hundred_recipients_are_fine():
    assert person(raw(To=", ".join(f"p{n}@example.org" for n in range(200))))["email"] == "ann@example.net"


# --- who wrote it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "name", "email"),
    [
        ("Ann Bauer <ann@example.net>", "Ann Bauer", "ann@example.net"),
        ("ANN@example.net", "", "ann@example.net"),
        ('"Bauer, Ann" <ann@example.net>', "Bauer, Ann", "ann@example.net"),
        ("Bauer, Ann <ann@example.net>", "Bauer, Ann", "ann@example.net"),
        ("=?utf-8?q?J=C3=B6rg_Gr=C3=BCn?= <ann@example.net>", "Jörg Grün", "ann@example.net"),
        ("=?utf-8?b?SsO2cmc=?= =?utf-8?b?IEdyw7xu?= <ann@example.net>", "Jörg Grün", "ann@example.net"),
        ("=?no-such?q?Ann?= <ann@example.net>", "Ann", "ann@example.net"),
        ("=?utf-8?b?!!!?= <ann@example.net>", None, "ann@example.net"),
        ("Jörg Grün <ann@example.net>", "Jörg Grün", "ann@example.net"),
        ("ann@example.net (Ann Bauer)", "Ann Bauer", "ann@example.net"),
        (
            "=?utf-8?q?Ann=0D=0ABcc=3A_all=40example=2Eorg?= <ann@example.net>",
            "Ann Bcc: all@example.org",
            "ann@example.net",
        ),
        ("=?utf-8?q?A=00n=E2=80=AEn?= <ann@example.net>", "A n n", "ann@example.net"),
        ("undisclosed, <ann@example.net>", None, "ann@example.net"),
    ],
)
def test_the_sender_is_read_as_it_was_meant(sender, name, email):
    found = person(raw(sender=sender))
    assert found["email"] == email
    if name is not None:
        assert found.get("name", "") == name


def test_a_header_in_a_name_or_subject_stays_a_word_of_it():
    lead = read(raw(sender="Ann <ann@example.net>", Subject="=?utf-8?q?Demo=0D=0ABcc:_all=40example.org=00?="))
    assert lead.facts["subject"] == "Demo Bcc: all@example.org"


def test_bytes_no_database_could_keep_are_gone():
    for text in (b"a\x00b\x1b[31m", "a\u202eb\ud800".encode("utf-8", "surrogatepass")):
        message = person(raw(text))["message"]
        message.encode("utf-8")
        assert not {"\x00", "\x1b", "\u202e"} & set(message)


@pytest.mark.parametrize("sender", [None, "", "Ann Bauer", "<>", "undisclosed-recipients:;", "@", "a@"])
def test_without_a_sender_it_is_refused_with_the_reason(sender):
    with pytest.raises(BrokenError, match="no sender"):
        read(raw(sender=sender))


def test_whom_an_answer_would_reach_is_the_person():
    found = read(raw("I am interested.", Reply_To="Ben Holt <ben@example.net>", sender="Form <noreply@site.example>"))
    assert (found.facts["person"]["email"], found.facts["person"]["name"]) == ("ben@example.net", "Ben Holt")
    assert found.facts["sent_by"] == "noreply@site.example"


def test_number_and_profile_of_a_signature_are_found_and_those_of_what_they_answer_to_are_not():
    text = (
        "Yes, please.\n\nAnn\n+49 30 901820\nhttps://www.linkedin.com/in/annbauer\n\nOn Monday Kim <kim@ours.example>"
        " wrote:\n> Call me: +44 20 7946 0018\n> Kim"
    )
    found = person(raw(text))
    assert found["phone"] == "+49 30 901820"
    assert found["profile_url"].endswith("annbauer")
    assert "Call me" not in found["message"]


# --- templates --------------------------------------------------------------------------------------------------------

WANTED = {"name": "Ann Bauer", "email": "ann@example.net", "phone": "+49 30 901820", "company": "Bauer Marine"}
LAYOUTS = {
    "lines": raw(FORM, sender="Form <form@site.example>"),
    "stars": raw(FORM.replace("\n", "\n* ").replace(":", " :"), sender="form@site.example"),
    "bold": raw("\n".join(f"*{line.replace(':', ':*', 1)}" for line in FORM.split("\n")), sender="form@site.example"),
    "below": raw(
        "Name\nAnn Bauer\n\nEmail\nann@example.net\n\nPhone\n+49 30 901820\n\nCompany\nBauer Marine\n",
        sender="form@site.example",
    ),
    "below with colons": raw(
        "Name:\nAnn Bauer\nEmail:\nann@example.net\nPhone:\n+49 30 901820\nCompany:\nBauer Marine\n",
        sender="form@site.example",
    ),
    "columns": raw(
        "Name          Ann Bauer\nEmail         ann@example.net\nPhone         +49 30 901820\nCompany       Bauer Marine",
        sender="form@site.example",
    ),
    "bars": raw(
        "| Name | Ann Bauer |\n| Email | ann@example.net |\n| Phone | +49 30 901820 |\n| Company | Bauer Marine |",
        sender="form@site.example",
    ),
    "table": html(
        "<table><tr><td><b>Name</b></td><td>Ann Bauer</td></tr><tr><td>Email</td><td><a href='mailto:ann@example.net'>"
        "ann@example.net</a></td></tr><tr><td>Phone</td><td>+49 30 901820</td></tr><tr><td>Company</td>"
        "<td>Bauer Marine</td></tr></table>",
        sender="form@site.example",
    ),
    "table with paragraphs": html(
        "<table><tr><td><p>Name</p></td><td><p>Ann Bauer</p></td></tr><tr><td><p>Email</p></td><td><p>ann@example.net</p>"
        "</td></tr><tr><td><p>Phone</p></td><td><p>+49 30 901820</p></td></tr><tr><td><p>Company</p></td><td>"
        "<p>Bauer Marine</p></td></tr></table>",
        sender="form@site.example",
    ),
    "keys on top": html(
        "<table><tr><th>Name</th><th>Email</th><th>Phone</th><th>Company</th></tr><tr><td>Ann Bauer</td>"
        "<td>ann@example.net</td><td>+49 30 901820</td><td>Bauer Marine</td></tr></table>",
        sender="form@site.example",
    ),
    "Japanese": raw(
        "お名前：Ann Bauer\nメールアドレス：ann@example.net\n電話番号：+49 30 901820\n会社名：Bauer Marine",
        sender="form@site.example",
    ),
    "French": raw(
        "Nom complet : Ann Bauer\nAdresse e-mail : ann@example.net\nTéléphone : +49 30 901820\nSociété : Bauer Marine",
        sender="form@site.example",
    ),
    "Russian": raw(
        "ФИО: Ann Bauer\nЭлектронная почта: ann@example.net\nТелефон: +49 30 901820\nКомпания: Bauer Marine",
        sender="form@site.example",
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_form_is_read_however_it_is_laid_out(layout):
    found = read(LAYOUTS[layout]).facts
    assert {name: found["person"].get(name) for name in WANTED} == WANTED
    assert found["sent_by"] == "form@site.example"


def test_what_no_field_is_called_is_kept_and_a_message_has_as_many_lines_as_it_has():
    found = read(raw(FORM)).facts
    assert found["lines"] == [{"name": "Budget", "value": "10-20k"}]
    assert found["person"]["message"] == "Bitte um Rückruf.\nDanke!"


def test_keys_nobody_knows_still_show_address_and_number():
    found = read(raw("Zzyx: Ann Bauer\nQwrt: ann@example.net\nPlugh: +49 30 901820", sender="form@site.example")).facts
    assert (found["person"]["email"], found["person"]["phone"]) == ("ann@example.net", "+49 30 901820")
    assert found["lines"] == [{"name": "Zzyx", "value": "Ann Bauer"}]


def test_a_person_who_writes_sentences_is_not_taken_for_a_form():
    text = "Hi,\nquick question: do you ship to Norway?\nSee https://example.net: nice\nTime: 10:30\nTel: +49 30 901820\n\nAnn"
    found = person(raw(text))
    assert (found["name"], found["email"], found["phone"]) == ("Ann Bauer", "ann@example.net", "+49 30 901820")
    assert "quick question" in found["message"]


def test_a_test_is_told_by_a_line():
    assert read(raw(f"{FORM}\n").replace(b"Budget: 10-20k", b"Test: true")).test is True


# --- forwarded by a colleague -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", FORWARDS)
def test_what_a_colleague_passes_on_is_the_first_senders(style):
    found = read(raw(FORWARDS[style], sender="Kim <kim@ours.example>", Subject="Fwd: Seats")).facts

    assert (found["person"]["name"], found["person"]["email"]) == ("Ben Holt", "ben@example.net")
    assert found["person"]["phone"] == "+44 20 7946 0018"
    assert found["person"]["message"] == ORIGINAL
    assert found["forwarded_by"] == "Kim <kim@ours.example>"
    assert found["note"] == "Please take this one."


@pytest.mark.parametrize("depth", [1, 2, 29, 30])
def test_the_innermost_of_many_forwards_counts(depth):
    found = read(raw(nested(depth), sender="Kim <kim@ours.example>", Subject="Fwd: Seats")).facts
    assert found["person"]["email"] == "ben@example.net"
    assert found["person"]["message"] == ORIGINAL


def test_deeper_than_thirty_it_stops_and_stays_readable():
    began = time.monotonic()
    lead = read(raw(nested(300), sender="Kim <kim@ours.example>", Subject="Fwd: Seats"))
    assert time.monotonic() - began < 5
    assert lead.facts["person"]["message"]


def test_a_form_that_a_colleague_passes_on_is_read_as_a_form():
    text = nested(1, inner=FORM)
    found = read(raw(text, sender="Kim <kim@ours.example>", Subject="WG: Anfrage")).facts
    assert (found["person"]["name"], found["person"]["email"]) == ("Ann Bauer", "ann@example.net")


def test_an_attached_mail_is_the_first_senders_thirty_deep_too():
    def attached(depth):
        if not depth:
            return raw(ORIGINAL, sender="Ben Holt <ben@example.net>")
        inner = attached(depth - 1)
        boundary = f"b{depth}"
        return (
            (
                f"From: Kim <kim@ours.example>\r\nSubject: Fwd\r\nMIME-Version: 1.0\r\nMessage-ID: <a{depth}@ours.example>\r\n"
                f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n--{boundary}\r\nContent-Type: text/plain\r\n\r\n"
                f"see attached\r\n--{boundary}\r\nContent-Type: message/rfc822\r\n\r\n"
            ).encode()
            + inner
            + f"\r\n--{boundary}--\r\n".encode()
        )

    for depth in (1, 2, 30):
        found = read(attached(depth)).facts
        assert found["person"]["email"] == "ben@example.net"
        assert found["note"] == "see attached"
    for depth in (31, 150, 800):  # bounded: read as far as it goes, or refused with a reason
        try:
            read(attached(depth))
        except BrokenError as error:
            assert "cannot be read" in str(error)


def test_a_stranger_who_forwards_is_the_sender():
    found = read(raw(FORWARDS["gmail"], sender="Cy <cy@example.org>", Subject="Fwd: Seats")).facts
    assert found["person"]["email"] == "cy@example.org"
    assert "forwarded_by" not in found


def test_our_own_words_below_an_answer_are_not_the_first_sender():
    text = nested(
        1, inner="Yes, call me.\n\nFrom: Kim <kim@ours.example>\nSent: Monday\nTo: ben\nSubject: Seats\n\nMay I call?"
    )
    found = read(raw(text, sender="Kim <kim@ours.example>", Subject="Fwd: Seats")).facts
    assert found["person"]["email"] == "ben@example.net"
    assert found["person"]["message"] == "Yes, call me."


def test_a_colleagues_answer_is_no_lead_and_what_they_write_of_somebody_is():
    answer = raw("Thanks, I will call.", sender="kim@ours.example", Subject="Re: Seats", In_Reply_To="<x@example.net>")
    assert "colleague" in read(answer).reason
    quoted = raw(f"I called.\n\n{FORWARDS['outlook']}", sender="kim@ours.example", Subject="RE: Seats")
    assert "colleague" in read(quoted).reason
    told = read(
        raw("Ben Holt, Holt Ltd\nben@example.net\n\nwants a demo\n\nkim@ours.example", sender="kim@ours.example")
    )
    assert told.facts["person"]["name"] == "Ben Holt"
    assert told.facts["person"]["email"] == "ben@example.net"


# --- passed over ------------------------------------------------------------------------------------------------------

REPORT = "Content-Type: multipart/report; report-type=delivery-status; boundary=x"
IGNORED = {
    "an auto reply": raw(Auto_Submitted="auto-replied"),
    "an auto reply with a comment": raw(Auto_Submitted="auto-replied; owner-email=x@example.org"),
    "generated": raw(Auto_Submitted="auto-generated"),
    "an Exchange away note": raw("I am away", Subject="Automatic reply: Demo", X_Auto_Response_Suppress="All"),
    "suppressed": raw(X_Auto_Response_Suppress="DR, OOF, AutoReply"),
    "bulk": raw(Precedence="bulk"),
    "junk": raw(Precedence="junk"),
    "auto_reply": raw(FORM, Precedence="auto_reply"),
    "autoreply header": raw(X_Autoreply="yes"),
    "away though it has lines": raw(FORM, Subject="Out of office", Auto_Submitted="auto-generated"),
    "a bounce": raw("--x--", head=REPORT, sender="MAILER-DAEMON@example.net"),
    "an empty return path": raw(Return_Path="<>"),
    "failed recipients": raw(X_Failed_Recipients="x@example.org"),
    "our own": raw(Message_ID="<0b5c2a40-0000-4000-8000-000000000000@fairlead>", Auto_Submitted="auto-generated"),
    "sixty-one hops": raw(head="\r\n".join(["Content-Type: text/plain"] + ["Received: by x"] * 61)),
    "a calendar answer": raw("BEGIN:VCALENDAR", head="Content-Type: text/calendar; method=REPLY"),
    "a calendar alone": raw("BEGIN:VCALENDAR", head="Content-Type: text/calendar; method=REQUEST"),
}


@pytest.mark.parametrize("case", IGNORED)
def test_what_is_no_lead_is_passed_over_with_a_reason(case):
    found = read(IGNORED[case])
    assert isinstance(found, Ignored)
    assert len(found.reason) > 10


def test_a_person_out_of_office_by_subject_alone_is_a_lead():
    assert person(raw(Subject="Out of office furniture"))["email"] == "ann@example.net"
    assert person(raw(Auto_Submitted="no"))["email"] == "ann@example.net"


def test_what_a_machine_wrote_counts_where_the_template_finds_somebody():
    assert person(raw(FORM, sender="form@site.example", Auto_Submitted="auto-generated"))["name"] == "Ann Bauer"
    assert isinstance(
        read(raw(FORM, sender="form@site.example", Auto_Submitted="auto-generated"), template="none"), Ignored
    )


def test_lists_are_passed_over_where_ops_say_so():
    source = raw(List_Id="<news.example.org>")
    assert person(source)["email"] == "ann@example.net"
    assert "list" in read(source, lists=True).reason


def test_a_form_that_sends_from_the_mailbox_itself_is_taken():
    found = person(raw(FORM, sender="leads@ours.example"), own_address="leads@ours.example")
    assert found["email"] == "ann@example.net"


# --- what hangs on it -------------------------------------------------------------------------------------------------


def test_attachments_are_named_and_never_opened():
    bomb = b"PK\x03\x04" + b"\x00" * 1000
    source = with_parts(
        "See attached.",
        ("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22junk"),
        ("invite.ics", "text/calendar", b"BEGIN:VCALENDAR"),
        ("../../etc/passwd\x00.zip", "application/zip", bomb),
        ("Angebot für Köln.pdf", "application/pdf", b"%PDF"),
        ("page.html", "text/html", b"<script>alert(1)</script>"),
    )
    found = read(source).facts
    assert found["attachments"][:2] == ["winmail.dat", "invite.ics"]
    assert "Angebot für Köln.pdf" in found["attachments"]
    assert not any("/" in name or "\x00" in name for name in found["attachments"])
    assert found["person"]["message"] == "See attached."


def test_a_thousand_parts_and_deep_ones_are_bounded():
    many = with_parts("Hello", *((f"f{n}.bin", "application/octet-stream", b"x") for n in range(700)))
    assert len(read(many).facts["attachments"]) == 20
    deep = b"From: ann@example.net\r\n" + b"".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n".encode() for n in range(2000)
    )
    try:
        read(deep + b"\r\nhello")
    except BrokenError as error:
        assert "cannot be read" in str(error)


# --- once -------------------------------------------------------------------------------------------------------------


def test_a_mail_is_known_by_its_id_else_by_what_it_says():
    assert delivery_key_of_raw(raw("a")) == delivery_key_of_raw(raw("b", Subject="other")) == "mail:<m1@example.net>"
    bare = raw(Message_ID=None)
    assert delivery_key_of_raw(bare) == delivery_key_of_raw(
        b"Received: by other\r\n" + bare.replace(b"\r\n", b"\n") + b"\n"
    )
    assert len({delivery_key_of_raw(raw(t, Message_ID=None, Subject=s)) for t in "ab" for s in "cd"}) == 4
    assert len(delivery_key_of_raw(raw(Message_ID=f"<{'x' * 5000}@example.net>"))) < 100
    assert delivery_key_of_raw(raw(Message_ID="<>")) != delivery_key_of_raw(raw("other", Message_ID="<>"))


@pytest.mark.parametrize(
    "junk", [b"", b"\x00" * 100, b"\xff" * 5000, b"\r\n\r\n", b":::::", b"From", b"From: \r\n\x00"]
)
def test_what_is_no_mail_is_refused(junk):
    with pytest.raises(BrokenError):
        read(junk)
