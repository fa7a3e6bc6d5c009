"""The pass over one product's events: quantities are recorded, the listing and its Item follow the store."""

from __future__ import annotations

from datetime import datetime
from functools import reduce

from ..core.catalogue import plan_product, propose_by_codes
from ..core.errors import Gone, PayloadRefused
from ..core.products import Product
from ..erps.base import Event, LinkKey, Outcome, Subject
from .events import load, settle
from .machine import Connection, Machine

MAX_ROUNDS = 6
Document = tuple[str, str]


def take(machine: Machine, subject: Subject, events: list[Event]) -> Outcome:
	"""Do all open events of one product."""
	connection = machine.connect(subject.store)
	link = product_link(subject.store, subject.external_id)
	machine.erp.ensure_links([link])
	product = _product_of(connection, events)
	if product is None:
		return _gone(machine, link, events)
	levels = [level for variant in product.variants for level in variant.levels]
	told = machine.erp.told(subject.store, levels)
	listed = machine.erp.list_products(subject.store, [product])
	if listed and not product.title:  # a variant's own message: nothing of its product is known
		whole = _fetched(connection, product.id)
		if whole is None:
			return _gone(machine, link, events)
		product = whole
		machine.erp.list_products(subject.store, [product])
	documents = []
	if product.title:
		imported = any(event.topic == "import" for event in events)
		documents = bring_about(machine, connection, link, product, confirmed=imported)
	if listed:
		_propose(machine, connection, product)
	changed = bool(told or listed or documents)
	outcome = Outcome(
		state="Done" if changed else "Skipped",
		reason=None if changed else "echo",
		documents=tuple(documents),
	)
	with machine.erp.transaction([link]):
		settle(machine, events, outcome)
	return outcome


def bring_about(
	machine: Machine, connection: Connection, link: LinkKey, product: Product, confirmed: bool = True
) -> list[Document]:
	"""Plan and apply until the plan is empty; the documents that were written. Raises `Fixable`.

	Not `confirmed` by a person, what was proposed to be created waits for the import.
	"""
	documents: list[Document] = []
	for _ in range(MAX_ROUNDS):
		with machine.erp.transaction([link], wait=True):
			seen = machine.erp.observe_product(product, connection.settings)
			if seen.version and product.updated_at < datetime.fromisoformat(seen.version):
				return documents  # a newer version was applied
			commands = plan_product(product, seen, connection.settings, confirmed)
			made = [machine.erp.apply_product(each, product, connection.settings) for each in commands]
			documents += [document for document in made if document]
			if not commands:
				machine.erp.record_product(product, connection.settings)
				return documents
	raise RuntimeError(f"the plan for product {product.id} did not become empty in {MAX_ROUNDS} rounds")


def _propose(machine: Machine, connection: Connection, product: Product) -> None:
	"""What came new and is not bound is shown by the import's page like what was read there."""
	settings = connection.settings
	rows = machine.erp.listed(settings.store, product.id)
	if all(row.item_code for row in rows):
		return
	with machine.erp.transaction([]):
		seen = machine.erp.observe_product(product, settings)
	found = propose_by_codes(rows, product, seen, settings.sku_rule)
	if found:
		machine.erp.record_proposals(settings.store, found)


def product_link(store: str, product_id: str) -> LinkKey:
	"""The row whose lock makes one worker at a time do the product."""
	return LinkKey(store=store, kind="Product", external_id=product_id)


def _product_of(connection: Connection, events: list[Event]) -> Product | None:
	"""The product as all its messages together tell it; the store is asked where a message is only a hint."""
	if any(event.refetch or not event.whole for event in events):
		return _fetched(connection, events[-1].external_id)
	refused: list[PayloadRefused] = []
	found: list[Product] = []
	for event in events:
		try:
			found.append(connection.parse_product(load(event.payload)))
		except PayloadRefused as error:
			refused.append(error)
	if not found:
		raise refused[-1]
	return reduce(_later, sorted(found, key=lambda product: product.updated_at))


def _fetched(connection: Connection, product_id: str) -> Product | None:
	"""The whole product as the store has it now; None when it has none."""
	try:
		return connection.parse_product(connection.storefront().fetch_product(product_id))
	except Gone:
		return None


def _later(before: Product, after: Product) -> Product:
	"""A later message; one that leaves variants out adds to the earlier one."""
	if after.complete:
		return after
	told = {variant.id for variant in after.variants}
	kept = tuple(variant for variant in before.variants if variant.id not in told)
	base = before if before.complete or not after.title else after
	return base.model_copy(update={"variants": kept + after.variants, "updated_at": after.updated_at})


def _gone(machine: Machine, link: LinkKey, events: list[Event]) -> Outcome:
	with machine.erp.transaction([link]):
		count = machine.erp.product_gone(link.store, link.external_id)
		outcome = Outcome(
			state="Done" if count else "Skipped",
			reason="gone_in_store",
			params={"kind": "product", "id": link.external_id},
		)
		settle(machine, events, outcome)
	return outcome
