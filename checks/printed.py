"""Tables and verdicts as a person reads them in a terminal."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Sequence
from time import monotonic

_STARTED = monotonic()


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
	"""Print rows under their heads; numbers stand right, texts left."""
	cells = [[str(cell) for cell in row] for row in rows]
	widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
	right = [bool(cells) and all(_is_number(row[place]) for row in cells) for place in range(len(head))]
	print(f"\n{title}")
	for row in [list(head), ["-" * width for width in widths], *cells]:
		print("  " + "  ".join(_padded(*cell) for cell in zip(row, widths, right, strict=True)).rstrip())


def say(text: str) -> None:
	"""One line of progress with the seconds since the start."""
	print(f"[{monotonic() - _STARTED:6.1f} s] {text}", flush=True)


def stop_politely() -> None:
	"""When the check is told to end, let it end the processes that it started."""
	signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))


def verdict(wrong: Sequence[str], well: str) -> int:
	"""Print what is wrong, or that all is well; the exit status."""
	print()
	for line in wrong[:50]:
		print(f"WRONG: {line}")
	if len(wrong) > 50:
		print(f"WRONG: … and {len(wrong) - 50} more")
	print(f"FAILED: {len(wrong)} findings" if wrong else f"PASSED: {well}")
	return 1 if wrong else 0


def _is_number(text: str) -> bool:
	return text.replace(".", "", 1).replace("-", "", 1).replace(",", "").isdigit() or text in ("", "-")


def _padded(text: str, width: int, right: bool) -> str:
	return text.rjust(width) if right else text.ljust(width)
