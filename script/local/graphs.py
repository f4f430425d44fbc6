"""Composes the graphs by which onnxruntime runs the layers of an encoder: which step follows on which.

They name their weights and hold none; search/understanding/encoding/onnx_layers.py gives them when it loads one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import onnx
from onnx import TensorProto, helper

from search.understanding.encoding.layers import DIMENSIONS, HEADS, INNER, TINY

LENGTHS = (6, 12)  # of MiniLM and of e5
OPERATORS, FORMAT = 18, 9  # versions, old enough for any onnxruntime of these years
FUSED = "com.microsoft"  # steps of onnxruntime that are several of the standard's in one


@dataclass
class GraphBuilder:
    """Each method gives back the name of what it added; of a step, that is what comes out of it."""

    steps: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)

    def add_step(self, kind: str, inputs: Sequence[str], name: str, domain: str = "", **options: Any) -> str:
        self.steps.append(helper.make_node(kind, inputs, [name], domain=domain, **options))
        return name

    def add_weight(self, name: str, kind: int, *shape: int) -> str:
        tensor = onnx.TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value="given when the graph is loaded")
        self.weights.append(tensor)
        return name

    def add_map(self, state: str, name: str, rows: int, columns: int) -> str:
        """Times a matrix of whole numbers, to which the state is rounded for this."""
        weight = self.add_weight(f"{name}.weight", TensorProto.INT8, columns, rows)
        step = self.add_weight(f"{name}.step", TensorProto.FLOAT, rows)
        bias = self.add_weight(f"{name}.bias", TensorProto.FLOAT, rows)
        return self.add_step("DynamicQuantizeMatMul", [state, weight, step, "", bias], name, FUSED)

    def add_norm(self, kind: str, states: Sequence[str], name: str, **options: Any) -> str:
        parts = [self.add_weight(f"{name}.{part}", TensorProto.FLOAT, DIMENSIONS) for part in ("weight", "bias")]
        return self.add_step(kind, [*states, *parts], name, epsilon=TINY, **options)

    def add_layer(self, state: str, number: int) -> str:
        looking = self.add_map(state, f"{number}.looking", 3 * DIMENSIONS, DIMENSIONS)
        parts = [f"{number}.{part}" for part in ("query", "key", "value")]
        self.steps.append(helper.make_node("Split", [looking], parts, axis=-1, num_outputs=len(parts)))
        seen = self.add_step("MultiHeadAttention", parts, f"{number}.seen", FUSED, num_heads=HEADS)
        attended = self.add_map(seen, f"{number}.attended", DIMENSIONS, DIMENSIONS)
        state = self.add_norm("SkipLayerNormalization", [state, attended], f"{number}.attended_norm", domain=FUSED)
        inner = self.add_map(state, f"{number}.inner", INNER, DIMENSIONS)
        outer = self.add_map(
            self.add_step("Gelu", [inner], f"{number}.activated", FUSED), f"{number}.outer", DIMENSIONS, INNER
        )
        return self.add_norm("SkipLayerNormalization", [state, outer], f"{number}.outer_norm", domain=FUSED)


def compose_graph(layers: int) -> bytes:
    builder = GraphBuilder()
    state = builder.add_norm("LayerNormalization", ["embedded"], "first_norm", axis=-1)
    for number in range(layers):
        state = builder.add_layer(state, number)
    pieces = helper.make_tensor("pieces", TensorProto.INT64, [1], [1])
    mean = builder.add_step("ReduceMean", [state, "pieces"], "mean", keepdims=0)
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
