"""Servers of calendars on this machine that behave in every way."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODY = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answer):
        self.asked = []
        self.is_over = threading.Event()

        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.path, dict(self.headers)))
                self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer(self)

            do_PROPFIND = do_REPORT = do_PUT = do_DELETE = do_GET  # noqa: N815 - names of the standard library

            def log_message(self, *_args):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"


def say(handler, status=200, body=b"", **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)
