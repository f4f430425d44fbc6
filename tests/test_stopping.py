import subprocess
import sys
import time
from mmap import mmap
from pathlib import Path

from tests.stopping import let_go_on, stands_still, stop_process

# Its threads take turns with the interpreter: the one that gets the signal is most often not the one that counts.
COUNTS = """
import sys, threading
from mmap import mmap
with open(sys.argv[1], "r+b") as file:
    page = mmap(file.fileno(), 8)
def count():
    number = 0
    while True:
        number += 1
        page[:8] = number.to_bytes(8, "big")
for _ in range(8):
    threading.Thread(target=count, daemon=True).start()
threading.Event().wait()
"""


def test_process_does_nothing_more_once_it_is_stopped(tmp_path):
    place = tmp_path / "count"
    place.write_bytes(bytes(8))
    with open(place, "r+b") as file, subprocess.Popen([sys.executable, "-c", COUNTS, str(place)]) as process:
        page = mmap(file.fileno(), 8)
        try:
            for _round in range(20):
                before = page[:8]
                while page[:8] == before:
                    time.sleep(0.001)
                stop_process(process.pid)
                stopped = page[:8]
                time.sleep(0.01)
                assert page[:8] == stopped
                let_go_on([process.pid])
        finally:
            process.kill()


def test_process_that_has_ended_is_no_error():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()

    stop_process(process.pid)
    assert stands_still(process.pid)


def test_nothing_else_in_the_tests_sends_this_signal():
    """Who does goes on before the process stands still."""
    here = Path(__file__).parent
    senders = {path.name for path in here.rglob("*.py") if "signal.SIGSTOP" in path.read_text()}

    assert senders == {"stopping.py", Path(__file__).name}
