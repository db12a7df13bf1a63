"""A mail server on loopback ports of its own, for tests (python3-aiosmtpd).

Usage: smtp.py DIRECTORY [CERTIFICATE KEY]

Prints its ports when it listens: plain (with STARTTLS when there is a certificate) and,
with a certificate, implicit TLS. Each accepted mail becomes a file `<n>.json` before it is answered.
User `certctl` with password `pass-word` may authenticate; the first word of a recipient decides:
`refused` is unknown (550), `busy` never works (451), `greylisted` works at the second attempt (451),
`members` needs authentication (530).
"""

import asyncio
import json
import logging
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Mailbox:
    def __init__(self, directory):
        self.directory = directory
        self.count = 0
        self.seen = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        word = address.split("@")[0]
        if word == "refused":
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        if word == "busy":
            return "451 4.3.0 Try again later"
        if word == "greylisted" and address not in self.seen:
            self.seen.add(address)
            return "451 4.7.1 Greylisting in action, please come back later"
        if word == "members" and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "authenticated": bool(session.authenticated),
            "data": envelope.content.decode("utf-8", "replace"),
        }
        path = os.path.join(self.directory, f"{self.count}.json")
        with open(path + ".part", "w") as file:
            json.dump(mail, file)
        os.rename(path + ".part", path)
        return f"250 2.0.0 Ok: queued as {self.count}"


def authenticate(server, session, envelope, mechanism, data):
    given = (getattr(data, "login", b""), getattr(data, "password", b""))
    return AuthResult(success=given == (b"certctl", b"pass-word"), handled=False)


async def main(directory, certificate=None, key=None):
    mailbox = Mailbox(directory)
    tls = None
    if certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate, key)

    def protocol(**options):
        return SMTP(mailbox, hostname="mail.test", enable_SMTPUTF8=True, authenticator=authenticate, **options)

    loop = asyncio.get_running_loop()
    listeners = [await loop.create_server(lambda: protocol(tls_context=tls), "127.0.0.1", 0)]
    if tls:
        # Here TLS is there already, so AUTH needs no STARTTLS.
        inside = lambda: protocol(auth_require_tls=False)
        listeners.append(await loop.create_server(inside, "127.0.0.1", 0, ssl=tls))
    ports = [listener.sockets[0].getsockname()[1] for listener in listeners]
    print(" ".join(map(str, ports)), flush=True)
    # Ends with whoever started it.
    await loop.run_in_executor(None, sys.stdin.read)


# Handshakes that clients break off are part of tests.
logging.disable(logging.CRITICAL)
asyncio.run(main(*sys.argv[1:]))
