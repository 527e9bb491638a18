"""What mails and forms call the things we ask for, and how they write forwards, in the languages they come in; pure."""

# ruff: noqa: E501, RUF001, SIM905 - rows of words of other languages, told apart by blanks

import unicodedata
from collections.abc import Mapping

from leads.mapping import GUESSES

# Beside what web forms say: words of more languages, as letters without accents and separators.
_MORE: Mapping[str, tuple[str, ...]] = {
    "email": (
        "emailaddr", "correo", "correoelectronico", "indirizzoemail", "adressemail", "adresseemail", "epost", "eposta",
        "sahkoposti", "mailadresse", "replyto", "почта", "электроннаяпочта", "emailадрес", "メール", "メールアドレス",
        "邮箱", "电子邮件", "电子邮箱", "이메일",
    ),
    "first_name": ("voornaam", "nome", "imie", "fornamn", "fornavn", "etunimi", "имя", "first"),
    "last_name": ("achternaam", "cognome", "sobrenome", "nazwisko", "efternamn", "etternavn", "sukunimi", "фамилия", "last"),
    "name": (
        "nameofcontact", "contact", "contactperson", "ansprechpartner", "vorundnachname", "vornamename", "naam",
        "nomcomplet", "nometprenom", "nomecompleto", "nombrecompleto", "nombreyapellidos", "namn", "navn", "nimi", "фио",
        "お名前", "氏名", "姓名", "이름", "customername", "leadname", "customer", "lead", "von", "from",
    ),
    "phone": (
        "phoneno", "telephonenumber", "contactnumber", "cell", "cellphone", "mobilenumber", "mobil", "handy", "rufnummer",
        "telefonnummer", "telnr", "telefoon", "telefoonnummer", "portable", "cellulare", "telefone", "celular", "movil",
        "puhelin", "телефон", "電話", "電話番号", "电话", "手机", "전화번호",
    ),
    "company": (
        "business", "businessname", "unternehmen", "bedrijf", "bedrijfsnaam", "societe", "azienda", "empresa", "firmenname",
        "foretag", "virksomhed", "yritys", "компания", "организация", "会社名", "公司", "회사",
    ),
    "message": (
        "msg", "yourmessage", "enquiry", "inquiry", "requirements", "details", "bemerkung", "anfrage", "ihrenachricht",
        "kommentar", "bericht", "messaggio", "mensagem", "mensaje", "melding", "meddelande", "viesti", "сообщение",
        "комментарий", "お問い合わせ内容", "内容", "留言", "메시지",
    ),
    "website": ("homepage", "site", "siteweb", "sitioweb", "webseite", "сайт"),
    "country": ("paese", "maa", "страна", "国", "国家"),
    "city": ("stad", "citta", "cidade", "kaupunki", "город"),
    "postal_code": ("postleitzahl", "cap", "codigopostal", "postnummer", "индекс"),
    "deal_size": ("dealsize", "dealvalue"),
    "external_id": ("leadnumber", "leadno", "leadref"),
}  # fmt: skip

# Of the same the fields only: what a value is mapped to.
FIELDS: tuple[str, ...] = tuple(dict.fromkeys((*GUESSES, *_MORE)))
_FIELD_OF = {
    **{word: field for field, words in GUESSES.items() for word in words},
    **{word: field for field, words in _MORE.items() for word in words},
}
# Words a colleague's own lines begin with at least as often as a form's.
_NOT_IN_MAILS = frozenset({"title", "body", "question", "notes", "url", "from", "von", "land", "web", "profile"})
_IN_FORMS_ONLY = _NOT_IN_MAILS | {"first", "last"}

# The header of a mail that somebody forwards, as mail programs of many languages write it.
FROM = frozenset(
    "from von de da van fra fran od от lahettaja desde remitente mittente nadawca expediteur 发件人 差出人 보낸사람".split()
)
SUBJECT = frozenset(
    "subject betreff objet oggetto asunto assunto onderwerp amne emne temat aihe тема 主题 件名 제목".split()
)
DATE = frozenset(
    "date sent datum gesendet envoye data inviato fecha enviado enviadoel verzonden skickat sendt dato wyslano"
    " dataenvio дата отправлено lahetetty 日期 发送时间 日付 送信日時 날짜 보낸날짜".split()
)
TO = frozenset("to an a para aan til till do кому vastaanottaja per 收件人 宛先 받는사람".split())
COPY = frozenset("cc kopie copie kopia replyto antwortan importance wichtigkeit priority".split())
# Before a subject: it was passed on, or it is an answer.
FORWARD = ("fw", "fwd", "wg", "tr", "rv", "enc", "doorst", "vb", "vs", "vl", "pd", "i", "转发", "전달")
REPLY = ("re", "aw", "sv", "antw", "odp", "ref", "rif", "答复", "回复", "res")
# What stands above a forwarded mail; folded as `letters` folds it.
MARKS = (
    "forwardedmessage", "originalmessage", "beginforwardedmessage", "weitergeleitetenachricht",
    "ursprunglichenachricht",    "anfangderweitergeleitetennachricht", "messagetransfere", "messageoriginal", "debutdumessagetransfere",
    "doorgestuurdbericht", "oorspronkelijkbericht", "messaggioinoltrato", "messaggiooriginale", "mensajereenviado",
    "mensajeoriginal", "mensagemencaminhada", "vidarebefordratmeddelande", "videresendtmelding",
    "пересылаемоесообщение", "przekazanawiadomosc", "转发的邮件", "転送されたメッセージ",
)  # fmt: skip


def letters(text: str) -> str:
    """Letters and digits only, small, without accents: by this words are compared."""
    parted = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    kept = "".join(c for c in parted if c.isalnum())
    return unicodedata.normalize("NFC", kept)


def field_of(key: str) -> str:
    """Our field of what a line is called, empty where nobody knows."""
    word = letters(key)
    return "" if word in _IN_FORMS_ONLY else _FIELD_OF.get(word, "")


def is_forward(subject: str) -> bool:
    """Whether the subject says it was passed on."""
    return _prefix(subject) in FORWARD


def is_reply(subject: str) -> bool:
    """Whether the subject says it is an answer."""
    return _prefix(subject) in REPLY


def _prefix(subject: str) -> str:
    head = subject[:20].replace("\uff1a", ":").partition(":")
    return letters(head[0]) if head[1] else ""
