"""A file written by GDAL in a process of its own: ``python -m grid_data.exporters.gdal_file``.

GDAL holds a file's spatial index while it writes it, up to 180 bytes a row, and does not give all of it
back; here that ends with the file. What to write comes as a line of JSON, the rows as a stream of Arrow
batches, both by standard input.
"""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

__all__ = ["write_by_gdal"]


def write_by_gdal(
    schema: pa.Schema, batches: Iterable[pa.RecordBatch], path: Path, options: Mapping[str, Any]
) -> None:
    """Write batches of a schema to a file; ``options`` are those of ``pyogrio.write_arrow``.

    Raises
    ------
    OSError
        GDAL could not write it; what it said stands in the log.
    """
    program = [sys.executable, "-m", __name__]
    # Ctrl-C is for the server, which ends this.
    with subprocess.Popen(program, stdin=subprocess.PIPE, start_new_session=True) as writer:
        assert writer.stdin is not None
        try:
            writer.stdin.write(json.dumps({"path": str(path), **options}).encode() + b"\n")
            with pa.ipc.new_stream(writer.stdin, schema) as stream:
                for batch in batches:
                    stream.write_batch(batch)
            writer.stdin.close()
        except BaseException as problem:
            with suppress(OSError):
                writer.stdin.close()
            # A broken pipe: it has ended by itself and said why.
            if not isinstance(problem, OSError) or problem.errno != errno.EPIPE:
                writer.kill()
                raise
    if writer.returncode != 0:
        raise OSError(f"{path.name} could not be written, see the log")


def _main() -> None:
    # pyogrio takes pandas and geopandas where they are, some 60 MB; writing Arrow needs neither.
    sys.modules["pandas"] = sys.modules["geopandas"] = None  # type: ignore[assignment]
    import pyogrio

    wanted = json.loads(sys.stdin.buffer.readline())
    with pa.ipc.open_stream(sys.stdin.buffer) as stream:
        pyogrio.write_arrow(stream, wanted.pop("path"), **wanted)


if __name__ == "__main__":
    _main()
