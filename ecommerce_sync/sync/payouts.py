"""What a store's payment provider paid out is listed beside the Payment Entries that it settles."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone

from .machine import Machine

FIRST = timedelta(days=60)  # how far back the first look goes
# Payouts change their state for some days after they are issued, and payments may be booked later.
OVERLAP = timedelta(days=14)


def record_payouts(machine: Machine, store: str) -> int:
	"""Record the payouts issued since the last look, and those before that may have changed; how many were written.

	Raises what the store raises; what was recorded until then stays.
	"""
	connection = machine.connect(store)
	if not connection.platform.capabilities.payouts:
		return 0
	with machine.erp.transaction([]):
		last = machine.erp.last_payout(store)
	newest = datetime.combine(last, time(), timezone.utc) - OVERLAP if last else machine.now() - FIRST
	written = 0
	for payout in connection.storefront().payouts(newest):
		with machine.erp.transaction([]):
			written += machine.erp.record_payout(store, payout) is not None
	return written
