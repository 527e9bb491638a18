"""What every source of mails has: how they are read, by which template, and who is a colleague."""

from typing import ClassVar

from leads.connector import Came, Configured, Door, Kind, News, Setting, Source, UnreadableError
from leads.mail import colleagues, copied, reading
from leads.mail.message import BrokenError, Mail

SETTINGS = (
    Setting(
        "template",
        "Template",
        kind=Kind.CHOICE,
        default="lines",
        choices=(
            ("lines", "Lines like “Name: Ann”, else the sender"),
            ("pattern", "A pattern made of an example, see Template"),
            ("none", "None: it is the sender's"),
        ),
    ),
    Setting("own_address", "The address mails are sent to", "By it mails that go in a circle are known."),
    Setting(
        "our_domains",
        "Domains of colleagues",
        "Separated by commas. What they forward is read as the original sender's. Your users are known anyway.",
    ),
    Setting(
        "copies",
        "Copies of reps' mails (BCC)",
        "Every rep then finds an address of their own under “Mails by BCC”. It needs the address above, and a server"
        " that delivers such addresses here.",
        kind=Kind.CHOICE,
        default="no",
        choices=(
            ("no", "are not taken"),
            ("plus", "come to the address above with a part after +"),
            ("domain", "come to any address of its domain (catch-all)"),
        ),
    ),
    Setting("lists", "Pass over mailing lists and newsletters", kind=Kind.YES_NO),
)


class MailSource(Source):
    """A source whose deliveries are mails, one or several; it says which, the rest is the same for all."""

    keeps_rest = True
    MAPPING: ClassVar = reading.MAPPING

    def mails(self, came: Came, configured: Configured) -> list[Mail]:
        """The mails in a delivery. Raises UnreadableError, BrokenError."""
        raise NotImplementedError

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """One lead of each, or why there is none; of what a rep copied to us whom it was about."""
        is_ours = colleagues.of(configured)
        try:
            return [_news(one, configured, is_ours) for one in self.mails(came, configured)]
        except BrokenError as error:
            raise UnreadableError(str(error)) from error


def _news(mail: Mail, configured: Configured, is_ours: reading.IsOurs) -> News:
    if tokens := copied.tokens_of(mail):
        own = configured.setting("own_address").strip().casefold()
        return copied.read(mail, tokens, own=own, is_ours=is_ours)
    return reading.read(mail, configured=configured, is_ours=is_ours)
