"""A little IMAP server over TLS in the test process: one folder INBOX, as many others as are made, mails as bytes."""

import datetime as dt
import re
import socket
import ssl
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "leads@example.org", 'pass "word"\\1'


class Server:
    """Speaks LOGIN, CAPABILITY, SELECT, EXAMINE, UID SEARCH, FETCH, STORE, MOVE, COPY, EXPUNGE, CREATE, LOGOUT.

    `before` is called with each command before it is answered; what it raises ends the connection without a word.
    """

    def __init__(self, folder: Path, *, name="localhost", can_move=True) -> None:
        self.folders = {"INBOX": {}}
        self.flags = {}
        self.validity, self.next_uid = 7, 1
        self.can_move = can_move
        self.before = lambda command: None
        self.commands = []
        self.most_at_once, self._open = 0, 0
        self._lock = threading.Lock()
        self.certificate = certificate(folder, name)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.certificate)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def put(self, raw, *, seen=False, folder="INBOX"):
        """A mail; returns its number."""
        with self._lock:
            uid, self.next_uid = self.next_uid, self.next_uid + 1
            self.folders.setdefault(folder, {})[uid] = raw
            self.flags[uid] = {"\\Seen"} if seen else set()
        return uid

    def seen(self):
        return sorted(uid for uid in self.folders["INBOX"] if "\\Seen" in self.flags[uid])

    def stop(self):
        self._socket.close()

    def _accept(self):
        while True:
            try:
                plain, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain):
        try:
            with self._context.wrap_socket(plain, server_side=True) as secure:
                Talk(self, secure).go()
        except (OSError, EndedError):
            pass


class EndedError(Exception):
    """The connection is over."""


class Talk:
    """One connection."""

    def __init__(self, server, secure):
        self.server, self.file, self.secure = server, secure.makefile("rb"), secure
        self.box = "INBOX"

    def say(self, text):
        self.secure.sendall(text if isinstance(text, bytes) else text.encode() + b"\r\n")

    def go(self):
        self.say("* OK ready")
        while line := self.file.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            self.server.commands.append(rest)
            self.server.before(rest)
            try:
                self.do(tag, rest)
            finally:
                pass

    def do(self, tag, rest):
        verb, _, given = rest.partition(" ")
        verb = verb.upper()
        if verb == "UID":
            verb, _, given = given.partition(" ")
            verb = f"UID_{verb.upper()}"
        done = getattr(self, verb.lower(), None)
        if done is None:
            self.say(f"{tag} BAD {verb}?")
            return
        self.say(f"{tag} {done(given) or 'OK done'}")
        if verb == "LOGOUT":
            raise EndedError

    def capability(self, given):
        self.say("* CAPABILITY IMAP4rev1 UIDPLUS" + (" MOVE" if self.server.can_move else ""))

    def login(self, given):
        user, password = (
            text.replace('\\"', '"').replace("\\\\", "\\") for text in re.findall(r'"((?:[^"\\]|\\.)*)"', given)
        )
        return None if (user, password) == (USER, PASSWORD) else "NO wrong: SECRET-TOLD-BY-THE-SERVER"

    def select(self, given):
        name = given.strip('"')
        if name not in self.server.folders:
            return "NO nothing there"
        self.box = name
        self.say(f"* {len(self.mails)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.server.validity}] here")
        self.say(f"* OK [UIDNEXT {self.server.next_uid}] next")
        return "OK [READ-WRITE] done"

    def examine(self, given):
        self.select(given)
        return "OK [READ-ONLY] done"

    @property
    def mails(self):
        return self.server.folders[self.box]

    def uids(self, text):
        last = max(self.mails, default=0)
        found = set()
        for part in text.split(","):
            low, _, high = part.partition(":")
            low = int(low)
            high = last if high == "*" else int(high or low)
            found |= {uid for uid in self.mails if min(low, high) <= uid <= max(low, high)}
        return sorted(found)

    def uid_search(self, given):
        words = given.split()
        found = self.uids(words[1])
        if "UNSEEN" in words:
            found = [uid for uid in found if "\\Seen" not in self.server.flags[uid]]
        self.say("* SEARCH " + " ".join(map(str, found)))

    def uid_fetch(self, given):
        wanted, _, parts = given.partition(" ")
        for n, uid in enumerate(self.uids(wanted), 1):
            raw = self.mails[uid]
            if "RFC822.SIZE" in parts:
                self.say(f"* {n} FETCH (UID {uid} RFC822.SIZE {getattr(raw, 'size', len(raw))})")
                continue
            if "HEADER" in parts:
                raw = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            self.say(f"* {n} FETCH (UID {uid} BODY[] {{{len(raw)}}}")
            self.say(bytes(raw))
            self.say(")")

    def uid_store(self, given):
        wanted, _, rest = given.partition(" ")
        for uid in self.uids(wanted):
            self.server.flags[uid] |= set(re.findall(r"\\\w+", rest))

    def uid_copy(self, given):
        wanted, _, name = given.partition(" ")
        if name.strip('"') not in self.server.folders:
            return "NO [TRYCREATE] none"
        for uid in self.uids(wanted):
            self.server.folders[name.strip('"')][uid] = self.mails[uid]
        return None

    def uid_move(self, given):
        if answer := self.uid_copy(given):
            return answer
        for uid in self.uids(given.partition(" ")[0]):
            del self.mails[uid]
        return None

    def uid_expunge(self, given):
        for uid in self.uids(given):
            if "\\Deleted" in self.server.flags[uid]:
                del self.mails[uid]

    def create(self, given):
        self.server.folders[given.strip('"')] = {}

    def logout(self, given):
        self.say("* BYE")


def certificate(folder, name):
    """A certificate that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path
