"""What clamd says of a file: Debian's own, and one that fails."""

import zipfile
from io import BytesIO

import pytest

from sessions_app.conversation import clamd
from sessions_app.conversation.clamd import Outcome, ScannerError, Verdict, ping, scan_stream
from tests.scanner import EICAR, LARGEST, THREAT, answer, cut, hang, real_clamd, stand_in

CLEAN, REFUSED = Verdict(Outcome.CLEAN), Verdict(Outcome.REFUSED)


def scan(content: bytes) -> Verdict:
    return scan_stream(BytesIO(content))


def zipped(content: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", content)
    return file.getvalue()


@pytest.mark.scanner
@pytest.mark.parametrize("by_socket", [True, False])
def test_real_clamd(by_socket):
    with real_clamd(by_socket=by_socket):
        ping()
        assert scan(b"Nothing to see") == CLEAN
        assert scan(b"") == CLEAN
        assert scan(EICAR) == Verdict(Outcome.FOUND, THREAT)
        assert scan(zipped(EICAR)) == Verdict(Outcome.FOUND, THREAT)
        # One byte more than the stream may have, and some that it has closed before we are done
        assert scan(b"a" * (LARGEST + 1)) == REFUSED
        # Smaller than that, but larger than what it looks at
        assert scan(b"a" * (LARGEST - 1)).outcome == Outcome.REFUSED


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        (b"stream: OK", CLEAN),
        (b"INSTREAM size limit exceeded. ERROR", REFUSED),
        (b"stream: A b-c FOUND", Verdict(Outcome.FOUND, "A b-c")),
        (
            b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND",
            Verdict(Outcome.REFUSED, "Heuristics.Limits.Exceeded.MaxFileSize"),
        ),
    ],
)
def test_answers(words, verdict):
    with stand_in(answer(words)):
        assert scan(b"a") == verdict


@pytest.mark.parametrize(
    "behave",
    [
        cut,
        hang,
        answer(b""),
        answer(b"stream: OK and more"),
        answer(b"other: OK"),
        answer(b"stream: OK\n"),
        answer(b"stream: \xff\n FOUND"),
        answer(b"stream: Can't allocate memory ERROR"),
        answer(b"stream: " + b"a" * 10_000 + b" FOUND"),
        lambda connection: None,
    ],
    ids=["cut", "hangs", "nothing", "more", "other", "line", "bytes", "error", "endless", "closes"],
)
def test_what_is_no_answer_is_no_verdict(behave, monkeypatch):
    monkeypatch.setattr(clamd, "PATIENCE", 0.5)
    with stand_in(behave), pytest.raises(ScannerError):
        scan(b"a" * 3_000_000)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/there/is/none", "localhost", "[::1]:1", "/" + "a" * 200])
def test_scanner_that_is_not_there(address, settings):
    settings.CLAMD = address
    with pytest.raises(ScannerError):
        ping()
    with pytest.raises(ScannerError):
        scan(b"a")


def test_scanner_that_lives_but_not_as_a_scanner():
    with stand_in(hang, is_alive=False), pytest.raises(ScannerError):
        ping()
