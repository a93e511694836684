"""Masks are decided by key and place, keep the right share, and look like coin tosses."""

import math

import numpy as np
import pytest
import torch

from grokdd.empirical.networks.dropout import dropout_mask, mix

KEY = torch.tensor([12345678901234567, 7])


def test_mixing_is_the_published_permutation_of_32_bit_numbers():
    def by_hand(x):
        x ^= x >> 16
        x = x * 0x7FEB352D % 2**32
        x ^= x >> 15
        x = x * 0x846CA68B % 2**32
        return x ^ x >> 16

    values = [0, 1, 2**16, 2**31, 2**32 - 1, 123456789]
    assert mix(torch.tensor(values)).tolist() == [by_hand(value) for value in values]
    many = mix(torch.arange(2**16) * 65521 % 2**32)
    assert len(many.unique()) == 2**16


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_masks_drop_their_share_and_keep_the_mean(share):
    mask = dropout_mask(KEY, 0, (512, 4, 128), share, torch.zeros(1))
    kept = (mask != 0).double().mean(dim=(1, 2, 3))
    bound = 4 * math.sqrt(share * (1 - share) / (512 * 4 * 128))
    assert ((kept - (1 - share)).abs() < bound).all()
    assert set(mask.unique().tolist()) == {0.0, float(np.float32(1) / np.float32(1 - share))}


def test_masks_of_one_key_are_equal_and_of_another_key_layer_or_place_are_not():
    like = torch.zeros(1)
    first = dropout_mask(KEY, 0, (512, 4, 128), 0.5, like)
    assert torch.equal(dropout_mask(KEY, 0, (512, 4, 128), 0.5, like), first)
    assert torch.equal(dropout_mask(KEY[1:], 0, (512, 4, 128), 0.5, like), first[1:])
    layer, key = dropout_mask(KEY, 1, (512, 4, 128), 0.5, like), dropout_mask(KEY + 2**40, 0, (512, 4, 128), 0.5, like)
    for other in (layer, key, first.flip(0), first.roll(1, 1), first.roll(1, 3)):
        # Independent coins agree in half of the places, give or take 4 standard errors.
        agree = ((other != 0) == (first != 0)).double().mean().item()
        assert abs(agree - 0.5) < 4 * 0.5 / math.sqrt(first.numel())
