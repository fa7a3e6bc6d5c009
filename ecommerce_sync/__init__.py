"""Ecommerce Sync: connects Shopify and WooCommerce stores to ERPNext."""

__version__ = "0.1.0"


def resync(store: str, order: str, again: bool = False) -> str:
	"""Ask the store for one order (its id or its number) and bring ERPNext to what it says, now.

	For the bench console; `again` imports an order anew whose Sales Order somebody cancelled. Returns the
	state that the event ended in: Done, Skipped, Held, Failed or Waiting to retry.
	"""
	from .bootstrap import machine
	from .sync.resync import resync as run

	return run(machine(), store, order, again)
