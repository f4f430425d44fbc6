"""Composes the graphs by which onnxruntime runs the layers of an encoder: which step follows on which.

They name their weights and hold none; search/understanding/encoding/onnx_layers.py gives them when it loads one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import onnx
from onnx import TensorProto, helper

from search.understanding.encoding.layers import DIMENSIONS, HEADS, INNER, TINY

LENGTHS = (6, 12)  # MiniLM, e5
OPERATORS, FORMAT = 18, 9  # versions, old enough for any onnxruntime of these years
FUSED = "com.microsoft"  # steps of onnxruntime that are several of the standard's in one


@dataclass
class GraphBuilder:
    """Adds steps one by one. Each gives back the name of what comes out of it."""

    steps: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)

    def step(self, kind: str, inputs: Sequence[str], name: str, domain: str = "", **options: object) -> str:
        self.steps.append(helper.make_node(kind, inputs, [name], domain=domain, **options))
        return name

    def weight(self, name: str, kind: int, *shape: int) -> str:
        tensor = onnx.TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value="given when the graph is loaded")
        self.weights.append(tensor)
        return name

    def map(self, state: str, name: str, rows: int, columns: int) -> str:
        """Times a matrix of whole numbers, to which the state is rounded for this."""
        weight = self.weight(f"{name}.weight", TensorProto.INT8, columns, rows)
        step = self.weight(f"{name}.step", TensorProto.FLOAT, rows)
        bias = self.weight(f"{name}.bias", TensorProto.FLOAT, rows)
        return self.step("DynamicQuantizeMatMul", [state, weight, step, "", bias], name, FUSED)

    def norm(self, kind: str, states: Sequence[str], name: str, **options: object) -> str:
        parts = [self.weight(f"{name}.{part}", TensorProto.FLOAT, DIMENSIONS) for part in ("weight", "bias")]
        return self.step(kind, [*states, *parts], name, epsilon=TINY, **options)

    def layer(self, state: str, number: int) -> str:
        looking = self.map(state, f"{number}.looking", 3 * DIMENSIONS, DIMENSIONS)
        parts = [f"{number}.{part}" for part in ("query", "key", "value")]
        self.steps.append(helper.make_node("Split", [looking], parts, axis=-1, num_outputs=len(parts)))
        seen = self.step("MultiHeadAttention", parts, f"{number}.seen", FUSED, num_heads=HEADS)
        attended = self.map(seen, f"{number}.attended", DIMENSIONS, DIMENSIONS)
        state = self.norm("SkipLayerNormalization", [state, attended], f"{number}.attended_norm", domain=FUSED)
        inner = self.map(state, f"{number}.inner", INNER, DIMENSIONS)
        outer = self.map(self.step("Gelu", [inner], f"{number}.bent", FUSED), f"{number}.outer", DIMENSIONS, INNER)
        return self.norm("SkipLayerNormalization", [state, outer], f"{number}.outer_norm", domain=FUSED)


def compose_graph(layers: int) -> bytes:
    builder = GraphBuilder()
    state = builder.norm("LayerNormalization", ["embedded"], "first_norm", axis=-1)
    for number in range(layers):
        state = builder.layer(state, number)
    pieces = helper.make_tensor("pieces", TensorProto.INT64, [1], [1])
    mean = builder.step("ReduceMean", [state, "pieces"], "mean", keepdims=0)
    graph = helper.make_graph(
        builder.steps,
        "layers",
        [helper.make_tensor_value_info("embedded", TensorProto.FLOAT, ["texts", "pieces", DIMENSIONS])],
        [helper.make_tensor_value_info(mean, TensorProto.FLOAT, ["texts", DIMENSIONS])],
        [*builder.weights, pieces],
    )
    versions = [helper.make_opsetid("", OPERATORS), helper.make_opsetid(FUSED, 1)]
    model = helper.make_model(graph, opset_imports=versions, ir_version=FORMAT)
    return bytes(model.SerializeToString(deterministic=True))


def compose_graphs() -> Iterator[tuple[int, bytes]]:
    """For each number of layers that an encoder has, its graph."""
    return ((layers, compose_graph(layers)) for layers in LENGTHS)
