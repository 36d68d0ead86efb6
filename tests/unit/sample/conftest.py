"""One small sample for all tests of the generator."""

from __future__ import annotations

import pytest

from grid_data.sample import Sample, generate


@pytest.fixture(scope="session")
def small() -> Sample:
    return generate(small=True)
