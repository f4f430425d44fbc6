"""What a reader costs a process: `python -m bench.understanding.costs FILE`, where FILE holds a trained one."""

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

SHORT = "how do I ask for a raise"
LONG = "I have been a nurse for nine years and my ward is closing in spring. " * 8


def main(path: Path) -> None:
    at_first, began = memory(), perf_counter()
    from search.understanding.encoders import load_encoders
    from search.understanding.reader import Reader
    from search.understanding.trained import Trained

    with_code = memory(), perf_counter()
    encoders = load_encoders()
    with_encoders = memory(), perf_counter()
    reader = Reader(Trained.from_bytes(path.read_bytes()), encoders.found)
    ready = memory(), perf_counter()
    reader.read(LONG)
    used = memory()
    print(f"\nstored: {path.stat().st_size / 1e6:.1f} MB")
    print("loading       seconds   MB of its own   MB mapped, shared")
    steps = {
        "code, NumPy": ((at_first, began), with_code),
        "encoders": (with_code, with_encoders),
        "reader": (with_encoders, ready),
    }
    for name, (before, after) in steps.items():
        own, mapped = (now - then for now, then in zip(after[0], before[0], strict=True))
        print(f"{name:12} {after[1] - before[1]:8.2f} {own:15.0f} {mapped:19.0f}")
    print(f"{'first use':12} {'':8} {used[0] - ready[0][0]:15.0f} {used[1] - ready[0][1]:19.0f}")
    print("\nCPU a question        read     while typing")
    for name, text in (("24 letters", SHORT), (f"{len(LONG)} letters", LONG)):
        whole, typing = milliseconds(lambda t=text: reader.read(t)), milliseconds(lambda t=text: reader.read_typing(t))  # type: ignore[misc]
        print(f"{name:16} {whole:7.1f} ms {typing:11.2f} ms")


def milliseconds(act: Callable[[], object]) -> float:
    times = []
    for _ in range(25):
        began = process_time()
        act()
        times.append(process_time() - began)
    return median(times) * 1000


def memory() -> tuple[float, float]:
    """Megabytes that this process alone has, and those of mapped files, which processes share."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["RssAnon"].split()[0]) / 1024, int(status["RssFile"].split()[0]) / 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
