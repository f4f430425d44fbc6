"""The tables that `python -m bench.understanding` prints."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import process_time
from typing import Any

from bench.understanding.cached import CachedEncoder
from bench.understanding.figures import Reading, Score, interval, mean, score_reading
from bench.understanding.questions import Question, load_questions, load_topics
from bench.understanding.ways import PARTS, Measured, nothing, perfect, read_today, without
from bench.understanding.world import Worlds
from search.understanding.bundled import load_bundled
from search.understanding.encoders import load_encoders
from search.understanding.issue_types import read_issue_type
from search.understanding.material import Material, load_examples
from search.understanding.reader import Reader
from search.understanding.training import train

COLUMNS = ("first", "three", "five", "cards", "none_of_five", "none_in_core")
TRIED: Mapping[str, Sequence[Any]] = {
    "bm25": (0.2, 0.4, 0.6),
    "discriminant": (0.3, 0.5, 0.7),
    "minilm": (0.5, 1.0),
    "delta": (0.5, 1.0),
    "unsure_below": (0.15, 0.2, 0.3),
}


class Bench:
    def __init__(self, root: Path, cached: Path) -> None:
        names, groups = load_topics(root)
        self._names = names
        self._worlds = Worlds(groups)
        self._encoders = load_encoders()
        self._cached = {key: CachedEncoder(encoder, cached) for key, encoder in self._encoders.found.items()}
        began = process_time()
        material = Material.of(names, load_examples())
        texts = [*(example.text for example in material.examples), *(phrase for _, phrase in material.phrases())]
        earlier = load_bundled(texts, self._encoders.found)
        self._trained = train(material, self._cached, dictionary=self._encoders.dictionary, earlier=earlier)
        print(
            f"{len(names)} topics, {len(self._trained.rows):,} examples; "
            f"trained in {process_time() - began:.1f} s of CPU"
        )
        print("Left-out examples: topic read first {first:.3f}, among three {three:.3f}".format(**self._trained.check))
        for key, why in self._encoders.missing.items():
            print(f"Without {key}: {why}")
        self._today: dict[str, tuple[str, ...]] = {}
        self._reader = Reader(self._trained, self._encoders.found)
        self._measured = cache(lambda path: Measured(self._reader, load_questions(path), self._cached))

    def read_today(self, paths: Sequence[Path]) -> None:
        """Asks the site's present reading about all of these files, for `show_table`."""
        from bench.understanding.today import topics_named_today

        texts = [question.text for path in paths for question in self._measured(path).questions]
        self._today = topics_named_today(self._names, texts)

    def show_table(self, path: Path) -> None:
        measured: Measured = self._measured(path)
        settings = self._trained.settings
        ways = {"no words at all": nothing(measured.questions)}
        if self._today:
            ways["today's reading"] = read_today(measured.questions, self._today)
        for name, parts in PARTS.items():
            if self._encoders.found or name == "BM25":
                ways[name] = measured.read(without(parts, settings))
        ways["as the site asks"], asking_e5 = measured.read_as_site(settings)
        ways["perfect reading"] = perfect(measured.questions)
        known = [question for question in measured.questions if question.topics]
        print(f"\n{path.name}: {len(known)} questions, and {len(measured.questions) - len(known)} outside of it\n")
        print(
            f"{'':22} {'among first 1 / 3 / 5':>22}   {'cards (P@5), 95 %':>22}   {'none of five':>20}   core  outside"
        )
        for name, readings in ways.items():
            scores = self._scores(measured.questions, readings)
            print(f"{name:22} {_line(scores)}   {_outside(measured.questions, readings)}")
        print(f"the site asks e5 for {asking_e5:.0%} of them")

    def show_groups(self, path: Path) -> None:
        measured: Measured = self._measured(path)
        readings, _ = measured.read_as_site(self._trained.settings)
        pairs = list(zip(measured.questions, readings, strict=True))
        names = sorted({name for question in measured.questions for name in (*question.groups, question.language)})
        print("\nas the site asks, by group and language")
        for name in names:
            own = [pair for pair in pairs if name in pair[0].groups or name == pair[0].language]
            scores = self._scores(*map(list, zip(*own, strict=True)))
            if scores:
                print(f"{name:22} {_line(scores)}   n={len(scores)}")
        issues = [(read_issue_type(question.text), question.issue) for question in measured.questions]
        read = [pair for pair in issues if pair[0]]
        right = sum(told == meant for told, meant in read)
        print(f"kind of need: read from the words of {len(read)} of {len(issues)}, right in {right}")

    def show_misses(self, path: Path, most: int) -> None:
        measured: Measured = self._measured(path)
        readings, _ = measured.read_as_site(self._trained.settings)
        rows = [
            (score_reading(question, reading, self._worlds).cards, question, reading)
            for question, reading in zip(measured.questions, readings, strict=True)
            if question.topics
        ]
        print("\nworst misses: cards that fit, question, wanted, claimed, next readings")
        for cards, question, reading in sorted(rows, key=lambda row: row[0])[:most]:
            print(
                f"{cards:.2f}  {question.text[:110]}\n"
                f"      {dict(question.topics)}  ->  {reading.core}  {reading.order[:4]}"
            )

    def show_tuning(self, paths: Sequence[Path]) -> None:
        """Every combination on every file; the mean over files decides. Examples are judged by their own folds."""
        print("\nsettings, best first: mean of P@5 less the share with none of five")
        found = []
        for values in product(*TRIED.values()):
            settings = without(dict(zip(TRIED, values, strict=True)), self._trained.settings)
            means = []
            for path in paths:
                measured: Measured = self._measured(path)
                scores = self._scores(measured.questions, measured.read(settings))
                means.append(mean([score.cards - score.none_of_five for score in scores]))
            found.append((mean(means), values, means))
        for total, values, means in sorted(found, reverse=True)[:12]:
            print(f"{total:.3f}  {dict(zip(TRIED, values, strict=True))}  {[round(value, 3) for value in means]}")

    def show_costs(self) -> None:
        """In a process of its own, since memory that this one has given back is not seen."""
        data = self._trained.to_bytes()
        with NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            subprocess.run([sys.executable, "-m", "bench.understanding.costs", file.name], check=True)

    def save(self) -> None:
        for encoder in self._cached.values():
            encoder.save()

    def _scores(self, questions: Sequence[Question], readings: Sequence[Reading]) -> list[Score]:
        return [
            score_reading(question, reading, self._worlds)
            for question, reading in zip(questions, readings, strict=True)
            if question.topics
        ]


def _line(scores: Sequence[Score]) -> str:
    means = {name: mean([getattr(score, name) for score in scores]) for name in COLUMNS}
    cards = "{:.2f}–{:.2f}".format(*interval([score.cards for score in scores]))
    none = "{:.2f}–{:.2f}".format(*interval([score.none_of_five for score in scores]))
    return (
        f"{means['first']:8.2f} {means['three']:6.2f} {means['five']:6.2f}   {means['cards']:12.2f} {cards:>9}"
        f"   {means['none_of_five']:10.2f} {none:>9}   {means['none_in_core']:4.2f}"
    )


def _outside(questions: Sequence[Question], readings: Sequence[Reading]) -> str:
    """How many that are outside were said to be, and how many that are not."""
    pairs = list(zip(questions, readings, strict=True))
    right = sum(reading.is_outside for question, reading in pairs if not question.topics)
    wrong = sum(reading.is_outside for question, reading in pairs if question.topics)
    return f"{right} right, {wrong} wrong"
