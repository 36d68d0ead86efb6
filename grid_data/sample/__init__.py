"""The sample city: Laoshan District of Qingdao, real borders, everything else synthetic and seeded.

``generate`` makes the frames in memory, ``write`` stores them as files. ``boundary`` says what is real and
what counts as land; all other modules invent. No database is touched here.
"""

from __future__ import annotations

from grid_data.sample.frames import Extent, Sample
from grid_data.sample.generate import DEFAULT_SEED, STEPS, generate
from grid_data.sample.write import write

__all__ = ["DEFAULT_SEED", "STEPS", "Extent", "Sample", "generate", "write"]
