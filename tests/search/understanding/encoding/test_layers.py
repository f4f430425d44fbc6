"""What runs the layers of encoders, on small weights: by NumPy exactly, by onnxruntime with whole numbers."""

import numpy as np
import pytest

from local.graphs import LENGTHS, compose_graphs
from search.understanding.encoding.layers import DIMENSIONS, INNER, Layer, Part, Stack
from search.understanding.encoding.numpy_layers import NumpyLayers
from search.understanding.encoding.onnx_layers import LARGEST, OnnxLayers, find_graph, round_weights

RANDOM = np.random.default_rng(20)
NORM = Part(np.ones(DIMENSIONS, np.float32), np.zeros(DIMENSIONS, np.float32))


def make_part(rows=DIMENSIONS, columns=DIMENSIONS):
    weight = RANDOM.normal(size=(rows, columns), scale=columns**-0.5).astype(np.float32)
    return Part(weight, RANDOM.normal(size=rows, scale=0.1).astype(np.float32))


LAYER = Layer(*(make_part() for _ in range(4)), NORM, make_part(INNER), make_part(DIMENSIONS, INNER), NORM)
TEXTS = RANDOM.normal(size=(3, 9, DIMENSIONS)).astype(np.float32)


def make_stack(layers):
    return Stack(NORM, layers, iter([LAYER] * layers))


def test_the_graphs_are_up_to_date():
    """`script/graphs` writes them."""
    assert {find_graph(layers).name: graph for layers, graph in compose_graphs()} == {
        path.name: path.read_bytes() for path in find_graph(0).parent.iterdir()
    }


@pytest.mark.parametrize("layers", LENGTHS)
def test_both_ways_of_running_layers_agree(layers):
    exact, rounded = NumpyLayers(make_stack(layers)).run(TEXTS), OnnxLayers(make_stack(layers)).run(TEXTS)

    assert (exact * rounded).sum(axis=1).min() > 0.99


def test_weights_are_rounded_row_by_row_and_never_beyond_seven_bits():
    weights = round_weights(make_stack(1))

    inner = weights["0.inner.weight"]
    assert (inner.dtype, inner.shape) == (np.int8, (DIMENSIONS, INNER))
    assert np.abs(inner).max(axis=0).tolist() == [LARGEST] * INNER
    assert pytest.approx(LAYER.inner.weight, abs=0.5 / LARGEST) == (inner * weights["0.inner.step"]).T
    assert (
        weights["0.looking.bias"].tolist()
        == np.concatenate([part.bias for part in (LAYER.query, LAYER.key, LAYER.value)]).tolist()
    )
