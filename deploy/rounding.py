"""torchao's rounding of weights, a few rows of a matrix at a time.

A group that shares a scale lies within one row, so rows can be rounded by themselves. torchao takes a matrix whole, and
for HQQ's scales twenty times: for the 263 million weights of Llama-3.2-1B's output layer that is 5 GB of temporary
tensors. A few rows stay in the processor's cache instead, which is some ten times faster.

What becomes of a row does not depend on the rows beside it: HQQ would stop once no scale of all that it is given
changes by more than 1e-5, and goes on here until none changes at all, or twenty times. That has given the bytes of the
whole matrix wherever both were compared.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

WEIGHTS = 2**17
"""Rounded at once: half a megabyte in float32."""
_HQQ = "_choose_qparams_and_quantize_scale_only_hqq"


@contextmanager
def rounding_by_rows() -> Iterator[None]:
    """Within it torchao rounds to whole numbers of a few bits by rows, here and inside of ExecuTorch's export."""
    import torch
    from torchao.quantization.quantize_.workflows.intx import intx_unpacked_to_int8_tensor as module

    tensor, hqq = module.IntxUnpackedToInt8Tensor, getattr(module, _HQQ)
    inherited = tensor.__dict__["from_hp"]
    whole = inherited.__func__

    def by_rows(
        cls: Any, matrix: torch.Tensor, block_size: tuple[int, ...], dtype: torch.dtype, /, **options: Any
    ) -> Any:
        rows = max(1, WEIGHTS // matrix.shape[-1])
        if matrix.dim() != 2 or block_size[0] != 1 or len(matrix) <= rows or options.get("custom_scale") is not None:
            return whole(cls, matrix, block_size, dtype, **options)
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # pieces so small cost more to share out than to compute
        try:
            parts = [whole(cls, few, block_size, dtype, **options) for few in torch.split(matrix, rows)]
        finally:
            torch.set_num_threads(threads)
        of_all = {name: torch.cat([getattr(part, name) for part in parts]) for name in ("qdata", "scale", "zero_point")}
        return cls(
            **of_all,
            target_dtype=dtype,
            block_size=block_size,
            dtype=matrix.dtype,
            activation_quantization=options.get("activation_quantization"),
        )

    setattr(module, _HQQ, partial(hqq, early_stop_tol=torch.finfo(torch.float32).tiny))
    tensor.from_hp = classmethod(by_rows)
    try:
        yield
    finally:
        tensor.from_hp = inherited
        setattr(module, _HQQ, hqq)
