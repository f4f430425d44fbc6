"""Runs the layers of an encoder by NumPy, with weights in full precision."""

import math

import numpy as np

from .layers import DIMENSIONS, HEADS, TINY, Floats, Layer, Part, Stack

# Times a state, the mean of each column: a product takes less time than NumPy's own mean.
MEAN = np.full(DIMENSIONS, 1 / DIMENSIONS, np.float32)


class NumpyLayers:
    """Reads only, so threads may share it."""

    def __init__(self, stack: Stack) -> None:
        self._first_norm, self._layers = stack.first_norm, tuple(stack.layers)

    def run(self, embedded: Floats) -> Floats:
        """A column of the state is one piece, text after text: in this order NumPy's library multiplies by the weights
        as they lie in the file, which other processes share, and everything else works in place."""
        texts, length, _ = embedded.shape
        state = np.ascontiguousarray(embedded.reshape(texts * length, DIMENSIONS).T)
        _normalize(state, self._first_norm)
        for layer in self._layers:
            state += _map(_attend(state, texts, layer), layer.attended)
            _normalize(state, layer.attended_norm)
            state += _map(_gelu(_map(state, layer.inner)), layer.outer)
            _normalize(state, layer.outer_norm)
        means = state.reshape(DIMENSIONS, texts, length).mean(axis=2).T
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True))


def _attend(state: Floats, texts: int, layer: Layer) -> Floats:
    # heads × texts × dimensions of a head × pieces
    query, key, value = (
        _map(state, part).reshape(HEADS, DIMENSIONS // HEADS, texts, -1).transpose(0, 2, 1, 3)
        for part in (layer.query, layer.key, layer.value)
    )
    query *= np.float32(1 / math.sqrt(DIMENSIONS / HEADS))
    share = query.swapaxes(2, 3) @ key
    share -= share.max(axis=-1, keepdims=True)
    np.exp(share, out=share)
    share /= share.sum(axis=-1, keepdims=True)
    seen: Floats = (value @ share.swapaxes(2, 3)).transpose(0, 2, 1, 3).reshape(DIMENSIONS, -1)
    return seen


def _map(state: Floats, part: Part) -> Floats:
    mapped: Floats = part.weight @ state
    mapped += part.bias[:, None]
    return mapped


def _normalize(state: Floats, norm: Part) -> None:
    """In place: each piece with mean 0 and deviation 1, then scaled as was learnt."""
    state -= MEAN @ state
    deviation = MEAN @ (state * state)
    deviation += np.float32(TINY)
    np.sqrt(deviation, out=deviation)
    state /= deviation
    state *= norm.weight[:, None]
    state += norm.bias[:, None]


def _gelu(state: Floats) -> Floats:
    """x · Φ(x), with erf by formula 7.1.26 of Abramowitz and Stegun (error below 1.5e-7)."""
    size = np.abs(state)
    size *= np.float32(1 / math.sqrt(2))
    step = np.float32(0.3275911) * size
    step += 1
    np.reciprocal(step, out=step)
    series = np.full_like(step, 1.061405429)
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series *= step
        series += np.float32(factor)
    series *= step
    size *= size
    np.negative(size, out=size)
    series *= np.exp(size, out=size)
    erf = np.copysign(np.subtract(1, series, out=series), state)
    erf += 1
    erf *= state
    erf *= np.float32(0.5)
    return erf
