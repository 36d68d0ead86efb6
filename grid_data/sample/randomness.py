"""One independent random stream per subject, all derived from the one seed of the sample."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, subject: str) -> np.random.Generator:
    """A generator for ``subject``; other subjects may draw more or less without moving this one."""
    key = zlib.crc32(subject.encode("utf-8"))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy=seed, spawn_key=(key,))))
