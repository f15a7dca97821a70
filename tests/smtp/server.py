#!/usr/bin/env python3
"""A mail server for tests: aiosmtpd, with STARTTLS and a password, under a certificate of an authority of its own.

    server.py DIR PORT      PORT 0 takes any that is free

Writes DIR/ca.pem, says `ready PORT`, and then a JSON line for each mail that it has taken: its recipients, subject, text and headers. The password
of the user `salus` is `geheim`; nothing is taken without encryption and without it. Mail to an address that begins with `nobody` is refused.
It ends with its standard input.
"""

import asyncio
import datetime
import email
import email.policy
import ipaddress
import json
import logging
import pathlib
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

LOGIN = LoginPassword(b"salus", b"geheim")
# What goes wrong is the tests' to make and to look at.
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")


def certificates(folder):
    """An authority and a certificate for localhost, made at the first start and kept."""
    chain, authority = folder / "chain.pem", folder / "ca.pem"
    if not authority.exists():
        now = datetime.datetime.now(datetime.timezone.utc)
        life = (now - datetime.timedelta(hours=1), now + datetime.timedelta(days=2))
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

        def named(name):
            return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])

        def built(subject, public, extension, value):
            builder = x509.CertificateBuilder().subject_name(named(subject)).issuer_name(named("Tests"))
            builder = builder.public_key(public).serial_number(x509.random_serial_number())
            builder = builder.not_valid_before(life[0]).not_valid_after(life[1])
            return builder.add_extension(extension, value).sign(root_key, hashes.SHA256())

        root = built("Tests", root_key.public_key(), x509.BasicConstraints(ca=True, path_length=0), True)
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        leaf = built("localhost", key.public_key(), x509.SubjectAlternativeName(names), False)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain.write_bytes(leaf.public_bytes(serialization.Encoding.PEM) + private)
        authority.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    return chain


class Taken:
    """Takes mails and says so."""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        told = {
            "to": envelope.rcpt_tos,
            "subject": mail["subject"],
            "text": mail.get_content().replace("\r\n", "\n"),
            "id": mail["message-id"],
            "from": mail["from"],
            "headers": sorted(name.lower() for name in mail.keys()),
        }
        print(json.dumps(told), flush=True)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data == LOGIN, handled=False)


async def main(folder, port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates(folder))

    def serve():
        return SMTP(
            Taken(),
            require_starttls=True,
            tls_context=context,
            auth_required=True,
            authenticator=authenticate,
            enable_SMTPUTF8=True,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(serve, "127.0.0.1", port)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main(pathlib.Path(sys.argv[1]), int(sys.argv[2])))
