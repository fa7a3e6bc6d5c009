"""The daily audit: what each store really shows is read in bulk; what drifted is repaired and told."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from .machine import Machine
from .stock import push_stock

CHUNK = 1000


def audit_stock(machine: Machine, store: str, budget: float = 3000.0) -> Counter[str] | None:
	"""Read all numbers, record those that are not as known, and push; the counts of `push_stock` and `read`.

	None while another worker pushes or audits. Numbers that were written after the audit began count as
	known: the pusher is newer.
	"""
	connection = machine.connect(store)
	places = tuple(place.location_id for place in connection.settings.stock_places())
	with machine.erp.alone(store, "audit") as alone:
		if not alone or not connection.settings.push_stock:
			return None if not alone else Counter()
		began = machine.now()
		levels = connection.storefront().all_stock_levels(places)
		read = 0
		while portion := list(islice(levels, CHUNK)):
			read += len(portion)
			machine.erp.told(store, [level.model_copy(update={"at": began}) for level in portion])
		machine.erp.mark_due(store, "stock")  # whatever no note told is computed anew
		done = push_stock(machine, store, budget)
		return None if done is None else done + Counter(audited=read)
