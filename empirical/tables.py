"""Records as Arrow tables and Parquet files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
from numpy.typing import NDArray
from pyarrow import parquet


def to_table(rows: Sequence[dict[str, Any]]) -> pyarrow.Table:
    """Return one column a name; text as text, whole numbers as int64, all other numbers as float64."""
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else {"step": 0})}
    return pyarrow.table({name: pyarrow.array(values, _type(values)) for name, values in columns.items()})


def _type(values: Sequence[object]) -> pyarrow.DataType:
    if all(isinstance(value, int) for value in values):
        return pyarrow.int64()
    return pyarrow.string() if any(isinstance(value, str) for value in values) else pyarrow.float64()


def to_parquet(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write `rows` as a Parquet file."""
    parquet.write_table(to_table(rows), path, compression="zstd")


def to_columns(rows: Sequence[dict[str, Any]]) -> dict[str, NDArray[Any]]:
    """Return one array a name."""
    return {name: np.array([row[name] for row in rows]) for name in (rows[0] if rows else ())}
