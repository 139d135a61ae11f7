"""Builds the encoder of multilingual-e5-small as a graph of 8-bit products.

The weights come in 4 bits and are spread to 8, one scale for each output, because
processors multiply bytes fastest. What goes into a product is rounded to 8 bits while
it runs: with one scale for the whole text where that costs nothing, and one for each
token around the activation function, whose few large values would drown the rest.
docs/decisions/0016-embedding-model.md has the figures.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from llm_worker.embeddings.base import DIMENSION
from llm_worker.embeddings.e5_file import HEADS, INNER, LAYERS, E5File, Floats
from llm_worker.embeddings.onnx import IR_VERSION, OPSET

INPUT = "embedded"
OUTPUT = "vector"
# The authors' own libraries of nodes.
FUSED = "com.microsoft"
EPSILON = 1e-12
MIDDLE = 128


class Encoder:
    """A graph in the making: each method adds nodes and returns their output's name."""

    def __init__(self, file: E5File, *, signed: bool) -> None:
        """Takes weights from `file`.

        Args:
            signed: Whether weights are signed bytes: faster, where the machine's
                products of them do not saturate.
        """
        self._file = file
        self._signed = signed
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def model(self) -> bytes:
        """Returns the graph from embedded tokens, (1, tokens, 384), to one vector."""
        hidden = self._normalised(INPUT, "emb.ln")
        for layer in range(LAYERS):
            hidden = self._layer(hidden, f"l{layer}")
        mean = self._add("ReduceMean", [hidden, self._axis(1)], "mean", keepdims=0)
        self._add("LpNormalization", [mean], OUTPUT, axis=1, p=2)
        shape = helper.make_tensor_value_info
        graph = helper.make_graph(
            self._nodes,
            "multilingual-e5-small",
            [shape(INPUT, TensorProto.FLOAT, (1, "tokens", DIMENSION))],
            [shape(OUTPUT, TensorProto.FLOAT, (1, DIMENSION))],
            self._constants,
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        return model.SerializeToString()

    def _layer(self, hidden: str, layer: str) -> str:
        parts = [f"{layer}.{part}" for part in "qkv"]
        projected = self._product(hidden, parts, DIMENSION)
        self._nodes.append(
            helper.make_node("Split", [projected], parts, axis=-1, num_outputs=3)
        )
        attended = self._fused(
            "MultiHeadAttention", parts, f"{layer}.attended", num_heads=HEADS
        )
        output = self._product(attended, [f"{layer}.ao"], DIMENSION)
        hidden = self._normalised(output, f"{layer}.aln", hidden)
        inner = self._product_by_token(hidden, f"{layer}.fi", DIMENSION)
        active = self._fused("Gelu", [inner], f"{layer}.active")
        output = self._product_by_token(active, f"{layer}.fo", INNER)
        return self._normalised(output, f"{layer}.oln", hidden)

    def _normalised(self, values: str, name: str, skipped: str = "") -> str:
        constants = [
            self._constant(f"{name}.{part}", self._file.vector(f"{name}.{part}"))
            for part in "wb"
        ]
        if not skipped:
            inputs = [values, *constants]
            return self._add("LayerNormalization", inputs, name, epsilon=EPSILON)
        inputs = [values, skipped, *constants]
        return self._fused("SkipLayerNormalization", inputs, name, epsilon=EPSILON)

    def _product(self, values: str, names: list[str], columns: int) -> str:
        """Multiplies with one scale for all tokens, as several outputs side by side."""
        name = "+".join(names)
        weights, zero, scales, bias = self._weights(names, columns)
        zeros = self._constant(f"{name}.zeros", np.full(len(scales), zero, zero.dtype))
        inputs = [values, weights, self._constant(f"{name}.scales", scales), zeros]
        return self._fused("DynamicQuantizeMatMul", [*inputs, bias], f"{name}.out")

    def _product_by_token(self, values: str, name: str, columns: int) -> str:
        """Multiplies with a scale for each token."""
        weights, zero, scales, bias = self._weights([name], columns)
        size = self._add("Abs", [values], f"{name}.size")
        most = self._add("ReduceMax", [size, self._axis(-1)], f"{name}.most")
        step = self._add("Div", [most, self._number("limit", 127)], f"{name}.step")
        steps = self._add("Div", [values, step], f"{name}.steps")
        whole = self._add("Round", [steps], f"{name}.whole")
        moved = self._add(
            "Add", [whole, self._number("middle", MIDDLE)], f"{name}.moved"
        )
        cast = self._add("Cast", [moved], f"{name}.bytes", to=TensorProto.UINT8)
        zeros = [
            self._constant("middle_byte", np.array(MIDDLE, np.uint8)),
            self._constant("weight_zero", zero),
        ]
        sums = self._add("MatMulInteger", [cast, weights, *zeros], f"{name}.sums")
        large = self._add("Cast", [sums], f"{name}.large", to=TensorProto.FLOAT)
        half = self._add("Mul", [large, step], f"{name}.half")
        product = self._add(
            "Mul", [half, self._constant(f"{name}.scales", scales)], f"{name}.product"
        )
        return self._add("Add", [product, bias], f"{name}.out")

    def _weights(
        self, names: list[str], columns: int
    ) -> tuple[str, NDArray[Any], Floats, str]:
        name = "+".join(names)
        matrix = np.concatenate([self._file.matrix(f"{n}.w", columns) for n in names]).T
        scales = np.abs(matrix).max(axis=0) / 127
        weights = np.round(matrix / scales).astype(np.int8)
        zero: NDArray[Any] = np.array(0, np.int8)
        if not self._signed:
            weights = (weights.astype(np.int16) + MIDDLE).astype(np.uint8)
            zero = np.array(MIDDLE, np.uint8)
        bias = np.concatenate([self._file.vector(f"{n}.b") for n in names])
        return (
            self._constant(f"{name}.w", weights),
            zero,
            scales.astype(np.float32),
            self._constant(f"{name}.b", bias),
        )

    def _axis(self, axis: int) -> str:
        return self._constant(f"axis{axis}", np.array([axis], np.int64))

    def _number(self, name: str, value: float) -> str:
        return self._constant(name, np.array(value, np.float32))

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        if all(name != constant.name for constant in self._constants):
            array = np.ascontiguousarray(value)
            self._constants.append(numpy_helper.from_array(array, name))
        return name

    def _fused(self, kind: str, inputs: list[str], output: str, **options: Any) -> str:
        return self._add(kind, inputs, output, domain=FUSED, **options)

    def _add(
        self,
        kind: str,
        inputs: list[str],
        output: str,
        *,
        domain: str = "",
        **options: Any,
    ) -> str:
        node = helper.make_node(kind, inputs, [output], domain=domain, **options)
        self._nodes.append(node)
        return output
