"""ONNX Runtime as it is used here: on one thread a process, and without its telemetry.

Its wheels report to their maker: they make a device id in the user's cache and send events as soon as
the library is loaded. Nothing here may call anybody, so that is switched off before it is loaded.
"""

import os

# Read when the library is loaded; the function below is too late for its start.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

onnxruntime.disable_telemetry_events()  # where somebody else had loaded it before


def session(model: bytes) -> onnxruntime.InferenceSession:
    """The model, ready to run on one thread of this process: there is a process a core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
