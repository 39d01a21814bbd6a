"""Muon: orthogonal updates, convolutions as matrices, the same as torch's own for a matrix."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from training.muon import Muon, orthogonal


@settings(max_examples=20, deadline=None)
@given(rows=st.integers(2, 24), columns=st.integers(2, 24), seed=st.integers(0, 2**16))
def test_singular_values_come_near_one_and_the_directions_stay(rows, columns, seed):
    generator = torch.Generator().manual_seed(seed)
    # Singular values between 0.2 and 1, as the iteration lifts those near 0 only slowly.
    left, _ = torch.linalg.qr(torch.randn(rows, rows, generator=generator, dtype=torch.float64))
    right, _ = torch.linalg.qr(torch.randn(columns, columns, generator=generator, dtype=torch.float64))
    rank = min(rows, columns)
    values = torch.linspace(0.2, 1, rank, dtype=torch.float64)
    matrix = left[:, :rank] * values @ right[:, :rank].T
    made = orthogonal(matrix[None])[0]
    projected = (left[:, :rank].T @ made @ right[:, :rank]).diagonal()
    assert projected.min() > 0.6
    assert projected.max() < 1.3
    assert (left[:, :rank].T @ made @ right[:, :rank]).fill_diagonal_(0).abs().max() < 1e-9


def test_a_step_is_torchs_muon_to_its_half_precision():
    torch.manual_seed(0)
    ours, theirs = (torch.nn.Parameter(torch.ones(6, 9)) for _ in range(2))
    grad = torch.randn(6, 9)
    mine = Muon([ours], lr=0.1, weight_decay=0.1)
    peer = torch.optim.Muon(
        [theirs], lr=0.1, weight_decay=0.1, momentum=0.95, nesterov=True, adjust_lr_fn="match_rms_adamw"
    )
    for _ in range(3):
        ours.grad, theirs.grad = grad.clone(), grad.clone()
        mine.step()
        peer.step()
    assert torch.allclose(ours, theirs, atol=0.02)
    assert not torch.allclose(ours, torch.ones(6, 9), atol=0.02)


def test_a_convolution_is_the_matrix_of_its_outputs():
    torch.manual_seed(0)
    kernel = torch.nn.Parameter(torch.randn(4, 2, 3, 3))
    matrix = torch.nn.Parameter(kernel.detach().reshape(4, 18).clone())
    kernel.grad = torch.randn(4, 2, 3, 3)
    matrix.grad = kernel.grad.reshape(4, 18).clone()
    optimizer = Muon([kernel, matrix], lr=0.1)
    optimizer.step()
    assert torch.allclose(kernel.reshape(4, 18), matrix)


def test_a_closure_is_refused():
    with pytest.raises(ValueError, match="closure"):
        Muon([torch.nn.Parameter(torch.ones(2, 2))], lr=0.1).step(lambda: 0.0)
