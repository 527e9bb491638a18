"""Guesses what the columns of a file are, by their names in several languages and by what stands in them."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.qualify import normalise

# Names as `plain` spells them: without case, accents and signs.
NAMES: dict[str, str] = {
    "external_id": "id|external id|externalid|lead id|record id|kundennummer|identifiant|numero|referenz|reference|ref"
    "|identificador|crm id|account id|konto id",
    "name": "name|full name|fullname|contact|contact name|kontakt|ansprechpartner|nom complet|nom|nombre"
    "|nombre completo|nome|nome completo|naam|imie i nazwisko|namn|navn|nimi|person|lead name"
    "|vollstandiger name|rep|vertreter",
    "first_name": "first name|firstname|given name|vorname|prenom|nombre de pila|nome proprio|voornaam|imie|fornamn"
    "|fornavn|etunimi",
    "last_name": "last name|lastname|surname|family name|nachname|familienname|nom de famille|apellido|apellidos"
    "|cognome|sobrenome|apelido|achternaam|nazwisko|efternamn|etternavn|sukunimi",
    "email": "email|e mail|mail|mailadresse|email address|e mail address|e mail adresse|emailadresse|courriel"
    "|adresse email|adresse mail|adresse e mail|correo|correo electronico|posta elettronica|indirizzo email"
    "|e postadress|e post|epost|sahkoposti|adres email|work email|business email",
    "phone": "phone|phone number|telephone|tel|mobile|cell|telefon|telefonnummer|handy|mobil|rufnummer|telefono"
    "|telefone|celular|movil|cellulare|telefoon|telefoonnummer|numero de telephone|portable|nr telefonu|puhelin",
    "company": "company|company name|organization|organisation|account|firma|unternehmen|firmenname|societe|entreprise"
    "|empresa|azienda|societa|bedrijf|bedrijfsnaam|foretag|yritys|account name|betrieb",
    "job_title": "job title|title|position|role|jobtitel|funktion|berufsbezeichnung|poste|fonction|cargo|puesto|ruolo"
    "|functie|stanowisko|befattning",
    "website": "website|web|url|homepage|site|site web|sitio web|sito|sito web|webseite|internet|strona www",
    "language": "language|lang|sprache|langue|idioma|lingua|taal|jezyk|sprak",
    "time_zone": "time zone|timezone|zeitzone|fuseau horaire|zona horaria|fuso orario|tijdzone",
    "country": "country|country code|land|pays|pais|paese|kraj|maa|nation|country region|landercode",
    "region": "region|state|province|bundesland|kanton|etat|departement|provincia|estado|regione|provincie"
    "|wojewodztwo|lan|state province",
    "city": "city|town|stadt|ort|ville|ciudad|citta|cidade|stad|plaats|miasto|kaupunki|wohnort",
    "postal_code": "postal code|postcode|post code|zip|zip code|zipcode|plz|postleitzahl|code postal|cp|codigo postal"
    "|cap|cep|kod pocztowy|postnummer|postinumero",
    "industry": "industry|sector|branche|industrie|secteur|sector de actividad|settore|setor|bransch|branza",
    "segment": "segment|marktsegment|segmento",
    "account_external_id": "account external id|account number|kontonummer|company id|firmen id",
    "employees": "employees|number of employees|headcount|company size|mitarbeiter|mitarbeiterzahl|anzahl mitarbeiter"
    "|effectif|salaries|nombre d employes|empleados|numero de empleados|dipendenti|funcionarios|medewerkers|anstallda"
    "|pracownicy",
    "product": "product|product interest|produkt|produit|producto|prodotto|produto|interest|interesse",
    "deal_size": "deal size|deal value|amount|value|budget|opportunity amount|auftragswert|wert|montant|importe|valor"
    "|importo|waarde|betrag",
    "source": "source|lead source|quelle|herkunft|origine|fuente|origen|fonte|bron|zrodlo|kalla|utm source",
    "campaign": "campaign|kampagne|campagne|campana|campagna|campanha|utm campaign",
    "channel": "channel|kanal|canal|canale|kanaal|medium|utm medium",
    "intent": "intent|absicht|intention",
    "score": "score|lead score|punkte|bewertung|puntuacion|punteggio",
    "message": "message|comment|comments|note|notes|nachricht|bemerkung|kommentar|notiz|commentaire|mensaje|comentario"
    "|messaggio|mensagem|bericht|opmerking|wiadomosc|meddelande|anfrage",
    "arrived_at": "arrived|arrived at|created|created at|create date|created date|date|received|received at|eingang"
    "|eingegangen|eingegangen am|erstellt|erstellt am|datum|date de creation|cree le|fecha|fecha de creacion|creado"
    "|data|data creazione|data de criacao|aangemaakt|skapad|utworzono|timestamp|submitted at|came",
    "owner": "owner|rep|sales rep|assigned to|owner email|lead owner|account owner|besitzer|zustandig|verkaufer"
    "|betreuer|proprietaire|commercial|propietario|vendedor|proprietario|venditore|eigenaar|wlasciciel",
    "sourced_by": "sourced by|sdr|sdr email|bdr|development rep|opener|set by|booked by",
    "group": "group|team|gruppe|equipe|equipo|grupo|squadra|gruppo|groep|zespol",
    "stage": "stage|status|phase|lead status|pipeline stage|stufe|etape|etapa|fase|stadium",
    "outcome": "outcome|result|ergebnis|resultat|resultado|esito",
    "lost_reason": "lost reason|reason|reason lost|grund|verlustgrund|raison|motivo|why",
    "won_amount": "won amount|revenue|umsatz|chiffre d affaires|ingresos|ricavo|won value",
    "won_currency": "won currency|currency|wahrung|devise|moneda|valuta",
    "assigned_at": "assigned at|assigned|assigned on|zugewiesen|zugewiesen am|attribue le|asignado",
    "first_contact": "first contact|first contacted|first touch|first response|erstkontakt|premier contact"
    "|primer contacto|contacted at",
    "reached": "reached|reached at|first conversation|erreicht|erreicht am|joint le",
    "closed_at": "closed at|closed|close date|closed date|abgeschlossen|abschluss|abschlussdatum|cloture"
    "|fecha de cierre",
    "calls": "calls|call|call at|anruf|anrufe|gesprach|appel|llamada|chiamata",
    "call_attempts": "call attempts|attempts|attempt|anrufversuch|versuche|tentative",
    "mails": "mails|mail sent|mails sent|emails sent|gesendete mails",
    "meetings": "meetings|meeting|meeting at|termin|termine|reunion|rendez vous|rendezvous|riunione",
    "domain": "domain|domaine|dominio|e mail domain|domein",
    "tier": "tier|level|stufe|rang|niveau|nivel|livello|klasse",
    "weight": "weight|gewicht|poids|peso|gewichtung|share",
    "countries": "countries|lander|pays|paises|paesi|landen",
    "regions": "regions|regionen|etats|states|provinces|provincias|bundeslander",
    "cities": "cities|stadte|villes|ciudades|citta",
    "postal": "postal|postal codes|postal areas|zips|zip codes|plz gebiete|plz|postleitzahlen|codes postaux"
    "|codigos postales",
    "reps": "reps|covered by|covers|vertreter|abgedeckt von|representants|representantes",
    "other": "other|other areas|sonstige|autres",
}
_SPLIT = {name: frozenset(words.split("|")) for name, words in NAMES.items()}
_PHONE = re.compile(r"[+(\d][\d\s()/.\-]{5,24}")
_NOT_PHONE = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}[./]\d{1,2}[./]\d{2,4}.*|\d+[.,]\d+|\d{1,6}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
_MOSTLY = 0.8  # of the values that are there

# How dates may be written; a time of day may follow each.
DATES = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y")
_TIME = re.compile(r"[T ]\d{1,2}:\d\d(:\d\d)?$")


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column probably is, and by what: its name, or its values."""

    field: str = ""
    by: str = ""


def plain(name: str) -> str:
    """A header name without case, accents and signs."""
    text = unicodedata.normalize("NFKD", name.casefold())
    text = "".join(c for c in text if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in text).split())


def columns(
    header: Sequence[str], samples: Sequence[Sequence[str]], *, known: Collection[str], many: Collection[str] = ()
) -> list[Guess]:
    """One guess a column; a field is given to one column only, unless many may fill it. Names before values."""
    taken: set[str] = set()
    found = [Guess()] * len(header)
    for exact in (True, False):
        for n, name in enumerate(header):
            field = "" if found[n].field else _by_name(name, known, exact=exact)
            if field and (field not in taken or field in many):
                taken.add(field)
                found[n] = Guess(field, "name")
    for n in range(len(header)):
        if not found[n].field and (field := _by_values(_column(samples, n))) and field in known and field not in taken:
            taken.add(field)
            found[n] = Guess(field, "values")
    return found


def _by_name(name: str, known: Collection[str], *, exact: bool) -> str:
    """A field of this very key, else one that is called so in some language; numbered columns lose their number."""
    text = plain(name)
    if exact:
        return next((field for field in known if plain(field) == text), "")
    bare = re.sub(r"\s*\d+$", "", text)
    for field in known:
        if {text, bare} & _SPLIT.get(field, frozenset()):
            return field
    return ""


def _by_values(values: Sequence[str]) -> str:
    if not values:
        return ""
    tests = (
        ("email", lambda v: bool(_MAIL.fullmatch(v))),
        ("website", lambda v: bool(_URL.fullmatch(v))),
        ("arrived_at", is_date),
        ("phone", lambda v: bool(_PHONE.fullmatch(v)) and not _NOT_PHONE.fullmatch(v)),
        ("country", _is_country),
    )
    for field, fits in tests:
        if sum(map(fits, values)) >= _MOSTLY * len(values):
            return field
    return ""


def _is_country(text: str) -> bool:
    try:
        normalise.country(text)
    except normalise.UnusableError:
        return False
    return True


def _column(samples: Iterable[Sequence[str]], n: int) -> list[str]:
    return [cells[n].strip() for cells in samples if n < len(cells) and cells[n].strip()]


def is_date(text: str) -> bool:
    """Written as some date."""
    return _is_iso(text) or any(_reads(text, form) for form in DATES)


def date_formats(values: Sequence[str]) -> list[str]:
    """All the ways the dates can be read; "" is ISO 8601. Two or more: a person has to say."""
    if not values:
        return []
    if all(map(_is_iso, values)):
        return [""]
    return [form for form in DATES if all(_reads(value, form) for value in values)]


def _is_iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return not text.isdigit()


def read_date(text: str, form: str) -> datetime | None:
    """The date a text spells in this form, its time of day left aside; "" is ISO 8601."""
    try:
        bare = _TIME.sub("", text)
        read = datetime.strptime(bare, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007 - a day
    except ValueError:
        return None
    return read if 1970 <= read.year <= 9000 else None


def _reads(text: str, form: str) -> bool:
    return read_date(text, form) is not None
