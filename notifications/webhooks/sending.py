"""One request to an endpoint: to the address that was checked, within a deadline, without following redirects."""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping

from .addresses import Target

CONNECT_WITHIN = 5
ANSWER_WITHIN = 10
# Bytes of the answer that are kept, to help staff see what is wrong.
READ_AT_MOST = 200


class SendingError(Exception):
    """The event did not arrive, or nobody knows whether it did; the text says why."""


def post_event(target: Target, *, body: bytes, headers: Mapping[str, str]) -> None:
    """Send one request. Raises SendingError for any answer other than 2xx, and for none."""
    connection = PinnedConnection(target)
    # The socket's time-out starts again with every byte, so a slow server could hold a worker for hours; this one
    # doesn't.
    watch = threading.Timer(CONNECT_WITHIN + ANSWER_WITHIN, connection.give_up)
    watch.start()
    try:
        connection.request("POST", target.path, body=body, headers={"Host": target.named, **headers})
        with connection.getresponse() as response:
            said = response.read(READ_AT_MOST).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = "no answer in time" if connection.gave_up or isinstance(error, TimeoutError) else str(error)
        raise SendingError(make_printable(why).strip() or type(error).__name__) from error
    finally:
        watch.cancel()
        connection.close()
    if 300 <= response.status < 400:
        raise SendingError(f"{response.status}: we follow no redirects, give the address itself")
    if not 200 <= response.status < 300:
        raise SendingError(f"{response.status} {make_printable(said)}".strip())


class PinnedConnection(http.client.HTTPConnection):
    """Connects to the address that was checked, but speaks to the name: the certificate must be the name's."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=ANSWER_WITHIN)
        self.target = target
        self.gave_up = False
        self.connect_within: float = CONNECT_WITHIN
        # `self.sock` is let go as soon as the head of an answer is read after which the server closes, while the body
        # is still on its way.
        self.held: socket.socket | None = None

    def connect(self) -> None:
        plain = socket.create_connection((self.target.address, self.target.port), timeout=self.connect_within)
        plain.settimeout(ANSWER_WITHIN)
        self.sock = self.held = plain
        if self.target.secure:
            context = ssl.create_default_context()
            # The handshake comes after the wrapping, so that it can be given up too.
            self.sock = self.held = context.wrap_socket(
                plain, server_hostname=self.target.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()
        if self.gave_up:
            raise TimeoutError

    def give_up(self) -> None:
        self.gave_up = True
        if self.held is not None:
            try:
                self.held.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def make_printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
