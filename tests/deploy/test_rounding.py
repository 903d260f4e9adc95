"""Rounding a few rows at a time gives what rounding the whole matrix gives."""

from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")


def _rounded(width: int, choose: Callable[[Any], Any]) -> list[Any]:
    from torch import nn
    from torchao.quantization import quantize_

    torch.manual_seed(1)
    with torch.no_grad():
        table, linear = nn.Embedding(800, width), nn.Linear(width, 1001, bias=False)
        table.weight.uniform_(-1, 1)  # the last scales to settle are those of rows like these
        model = nn.Sequential(table, linear).bfloat16()
        linear.weight[7] = 0  # a row without a scale
        for layer in model:
            quantize_(layer, choose(layer), lambda one, _, layer=layer: one is layer)
    return [getattr(layer.weight, name) for layer in model for name in ("qdata", "scale", "zero_point")]


@pytest.mark.parametrize("scales", ["hqq_scale_only", "affine"])
@pytest.mark.parametrize("width", [64, 4096])
def test_rows_are_rounded_as_the_whole_matrix_is(scales: str, width: int) -> None:
    from torch import nn
    from torchao.quantization import Int8DynamicActivationIntxWeightConfig
    from torchao.quantization.granularity import PerAxis, PerGroup
    from torchao.quantization.quant_api import IntxWeightOnlyConfig

    from deploy.rounding import rounding_by_rows

    def choose(layer: Any) -> Any:
        if isinstance(layer, nn.Embedding):
            return IntxWeightOnlyConfig(
                weight_dtype=torch.int8, granularity=PerAxis(0), intx_choose_qparams_algorithm=scales
            )
        return Int8DynamicActivationIntxWeightConfig(
            weight_dtype=torch.int4, weight_granularity=PerGroup(32), intx_choose_qparams_algorithm=scales
        )

    expected = _rounded(width, choose)
    threads = torch.get_num_threads()
    with rounding_by_rows():
        found = _rounded(width, choose)
    assert all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))
    assert torch.get_num_threads() == threads
    assert all(torch.equal(one, other) for one, other in zip(_rounded(width, choose), expected, strict=True))
