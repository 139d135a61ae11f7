"""onnxruntime, as every model here wants it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from llm_worker.embeddings.base import EmbeddingError

OPSET = 18
IR_VERSION = 9


class Session:
    """A graph that can be run, by several threads at once, each on its own core."""

    def __init__(self, graph: Path | bytes) -> None:
        """Loads a file, or a model from memory.

        Raises:
            EmbeddingError: it cannot be loaded.
        """
        options = onnxruntime.SessionOptions()
        # A text at a time on one thread: two threads make 180 tokens no faster than
        # one here, and leave no core to a chat.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        # The arena keeps the most that was ever used: hundreds of MB for nothing.
        options.enable_cpu_mem_arena = False
        source = str(graph) if isinstance(graph, Path) else graph
        try:
            self._session = onnxruntime.InferenceSession(
                source, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # The library raises bare kinds of its own.
            name = graph.name if isinstance(graph, Path) else "the graph"
            raise EmbeddingError(f"{name} cannot be loaded") from error

    def run(self, inputs: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
        """Returns the graph's one output; blocks without the interpreter's lock."""
        (output,) = self._session.run(None, inputs)
        result: NDArray[np.float32] = output
        return result


def products_saturate() -> bool:
    """Whether this machine's products of unsigned and signed bytes lose large sums.

    Without VNNI, x86 adds two of them in 16 bits:
    https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
    """
    row = np.full((1, 32), 255, np.uint8)
    column = np.full((32, 8), 127, np.int8)
    node = helper.make_node("MatMulInteger", ["row", "column"], ["sums"])
    graph = helper.make_graph(
        [node],
        "probe",
        [helper.make_tensor_value_info("row", TensorProto.UINT8, row.shape)],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, (1, 8))],
        [numpy_helper.from_array(column, "column")],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    sums = Session(model.SerializeToString()).run({"row": row})
    return bool((sums != row.astype(np.int32) @ column.astype(np.int32)).any())
