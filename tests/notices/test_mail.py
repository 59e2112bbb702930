"""Letters over a real line: TLS, a server that speaks SMTP, and one that will not."""

import email
import email.policy
import socketserver
import ssl
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from smtplib import SMTPException

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lianxin.notices.ways import WAYS, Letter
from lianxin.town.config import mail

LETTER = Letter("连心镇：您的事项有进展", "正文一行\n另一行", "短", "https://town.example/watch/1/x/", key="7 finish")


class Post(socketserver.StreamRequestHandler):
    """Says what a server for mail says, and keeps what it is given."""

    def handle(self):
        self.say("220 here")
        for line in self.rfile:
            word = line.split()[0].upper()
            if word == b"DATA":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.letters.append(b"".join(lines))
                self.say("250 taken")
            elif word == b"RCPT" and self.server.refuses:
                self.say("451 later")
            else:
                self.say("221 bye" if word == b"QUIT" else "250 well")

    def say(self, words):
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def post(tmp_path, monkeypatch, settings):
    """A server on this machine whose certificate the sender trusts; the settings lead to it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
    certificate = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    file = tmp_path / "mail.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.letters, server.refuses = [], False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for word, value in mail(f"smtps://localhost:{server.server_address[1]}/?from=town@town.example").items():
            setattr(settings, word, value)
        yield server
        server.shutdown()


def test_a_letter_goes_over_the_line_and_is_the_same_when_it_goes_again(post):
    for _time in range(2):
        WAYS["email"].send("reader@home.example", LETTER)
    WAYS["email"].send("reader@home.example", replace(LETTER, key="7 rate"))
    first, again, other = [email.message_from_bytes(each, policy=email.policy.default) for each in post.letters]
    assert first["Subject"] == LETTER.subject
    assert (first["From"], first["To"]) == ("town@town.example", "reader@home.example")
    assert first.get_content().split() == LETTER.body.split()
    assert first["List-Unsubscribe"] == f"<{LETTER.stop}>"
    assert first["Message-ID"].endswith("@town.example>")
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]


def test_a_letter_that_is_not_taken_is_said_to_be_so(post):
    post.refuses = True
    with pytest.raises(SMTPException):
        WAYS["email"].send("reader@home.example", LETTER)
    assert post.letters == []


def test_a_server_nobody_vouches_for_is_sent_nothing(post, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ssl.SSLCertVerificationError):
        WAYS["email"].send("reader@home.example", LETTER)
    assert post.letters == []
