"""Runs the layers of an encoder by onnxruntime, with whole numbers for weights: a fourth of the CPU that NumPy takes.

The steps are a graph of a few kilobytes in `graphs/`, which `script/graphs` writes; the weights come from the encoder's
own file and are rounded when it is loaded. Vectors differ from exact ones by up to 0.03, and questions are read as well
by them (docs/decisions/0032), so both kinds have one name: a reader trained with one is asked with the other.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .layers import Floats, Part, Stack

GRAPHS = Path(__file__).with_name("graphs")
# Seven bits and not eight: older processors add up two products in 16 bits, which eight would overflow.
LARGEST = 63


class OnnxLayers:
    """No thread is started, so that it may be loaded before a server's processes branch off; threads may share it."""

    def __init__(self, stack: Stack) -> None:
        onnxruntime = _load_runtime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # Else it keeps memory for each length of a text that it has met.
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False
        weights = round_weights(stack)
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(weight) for weight in weights.values()]
        options.add_external_initializers(list(weights), values)
        self._session = onnxruntime.InferenceSession(
            find_graph(stack.depth).read_bytes(), options, providers=["CPUExecutionProvider"]
        )

    def run(self, embedded: Floats) -> Floats:
        """One text after the other: numbers are rounded by the largest of a run, so others would change a vector."""
        means = np.concatenate([self._session.run(None, {"embedded": text[None]})[0] for text in embedded])
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True))


def is_installed() -> bool:
    """Whether it can be loaded: a machine may have it and lack what it needs."""
    try:
        return bool(_load_runtime())
    except ImportError:
        return False


def _load_runtime() -> Any:
    """Only by a process that reads questions: it takes 7 MB."""
    return import_module("onnxruntime")


def find_graph(layers: int) -> Path:
    return GRAPHS / f"{layers}-layers.onnx"


def round_weights(stack: Stack) -> dict[str, NDArray[np.generic]]:
    """By the names that the graph has for them."""
    named = _name_norm("first_norm", stack.first_norm)
    for number, layer in enumerate(stack.layers):
        looking = (layer.query, layer.key, layer.value)
        joined = Part(*(np.concatenate(arrays) for arrays in zip(*looking, strict=True)))
        for name, part in (("looking", joined), ("attended", layer.attended), ("inner", layer.inner)):
            named |= _round_map(f"{number}.{name}", part)
        named |= _round_map(f"{number}.outer", layer.outer)
        named |= _name_norm(f"{number}.attended_norm", layer.attended_norm)
        named |= _name_norm(f"{number}.outer_norm", layer.outer_norm)
    return named


def _name_norm(name: str, part: Part) -> dict[str, NDArray[np.generic]]:
    return {f"{name}.weight": np.array(part.weight, np.float32), f"{name}.bias": np.array(part.bias, np.float32)}


def _round_map(name: str, part: Part) -> dict[str, NDArray[np.generic]]:
    """Each row by its own largest number. A graph multiplies from the other side, so rows become columns."""
    step = np.maximum(np.abs(part.weight).max(axis=1), 1e-12) / LARGEST
    rounded = np.rint(part.weight / step[:, None]).astype(np.int8)
    return {
        f"{name}.weight": np.ascontiguousarray(rounded.T),
        f"{name}.step": step.astype(np.float32),
        f"{name}.bias": np.array(part.bias, np.float32),
    }
