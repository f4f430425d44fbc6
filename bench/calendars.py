"""How many calendar files of the bank are read right, by kind: python -m bench.calendars"""

from collections.abc import Mapping

from tests.calendars.reading.bank import KINDS
from tests.calendars.reading.files import busy


def count_right(shapes: Mapping[str, tuple[bytes, list[str]]]) -> int:
    return sum(busy(content) == expected for content, expected in shapes.values())


def main() -> None:
    counts = {kind: (count_right(shapes), len(shapes)) for kind, shapes in KINDS.items()}
    for kind, (right, shapes) in counts.items():
        print(f"{kind:12} {right:4} of {shapes:4}")
    print(f"{'all':12} {sum(right for right, _ in counts.values()):4} of {sum(all_ for _, all_ in counts.values()):4}")


if __name__ == "__main__":
    main()
