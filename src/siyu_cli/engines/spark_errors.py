"""What Spark complains of, as errors of ours: a statement that failed, a place that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from siyu_cli.errors import DataError, EngineError, InputError, Where

if TYPE_CHECKING:
    from siyu_cli.engines.step import Step


@contextmanager
def told(sql: str) -> Iterator[None]:
    """Raise what Spark complains of as an EngineError that shows the statement."""
    try:
        yield
    except Exception as error:
        if not _is_sparks(error):
            raise
        raise EngineError("Spark could not do this: {reason}\n{sql}", reason=_reason(error), sql=sql) from error


@contextmanager
def told_of(step: Step) -> Iterator[None]:
    """Raise what Spark complains of as an EngineError that names the step."""
    try:
        yield
    except EngineError as error:
        message = "The step {step} failed: {reason}\n{sql}"
        raise EngineError(message, step=step.name, reason=error.facts["reason"], sql=error.facts["sql"]) from error


@contextmanager
def unread_told(place: str) -> Iterator[None]:
    """Raise what Spark cannot read as an InputError or DataError that names it."""
    try:
        yield
    except Exception as error:
        if not _is_sparks(error):
            raise
        raise _unreadable(place, error) from error


def _is_sparks(error: Exception) -> bool:
    # Known by where its class is from: what stands on Spark's side is imported by one module only.
    return type(error).__module__.partition(".")[0] in ("pyspark", "py4j", "grpc")


def _reason(error: Exception) -> str:
    """Return what Spark complains of, without its plan, and without a value that did not convert."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return re.sub(r"""(value|input) ('[^']*'|"[^"]*")""", r"\1 '…'", lines[0] if lines else type(error).__name__)


def _unreadable(place: str, error: Exception) -> InputError | DataError:
    where, said = Where(file=place), str(error)
    if (
        "PATH_NOT_FOUND" in said
        or "TABLE_OR_VIEW_NOT_FOUND" in said
        or "SCHEMA_NOT_FOUND" in said
        or "NAMESPACE" in said
    ):
        hint = (
            "Spark looks for Parquet files, folders and patterns of them, and for tables of its catalogs (a.b.orders)."
        )
        return InputError("{file} was not found by Spark.", hint=hint, where=where, file=place)
    if "NANOS" in said:
        message = "{file} holds times in nanoseconds, which Spark does not read."
        return DataError(message, hint="Write them in microseconds: coerce_timestamps='us'.", where=where, file=place)
    hint = "Tables for Spark are Parquet; other files are read without --engine spark."
    message = "{file} cannot be read by Spark: {problem}"
    return DataError(message, hint=hint, where=where, file=place, problem=_reason(error))
