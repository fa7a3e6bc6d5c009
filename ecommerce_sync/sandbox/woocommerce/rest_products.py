"""The endpoints of products and variations, single and in batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ecommerce_sync.sandbox.woocommerce.batches import run_batch
from ecommerce_sync.sandbox.woocommerce.endpoint import Answer, Endpoint
from ecommerce_sync.sandbox.woocommerce.errors import RestError
from ecommerce_sync.sandbox.woocommerce.goods import is_variation_error, missing
from ecommerce_sync.sandbox.woocommerce.params import page_of
from ecommerce_sync.sandbox.woocommerce.product_fields import check
from ecommerce_sync.sandbox.woocommerce.product_json import Shown
from ecommerce_sync.sandbox.woocommerce.product_params import chosen_products, chosen_variations
from ecommerce_sync.sandbox.woocommerce.products import Product
from ecommerce_sync.sandbox.woocommerce.variations import variation_json


class ProductEndpoints(Endpoint):
	"""/products, /products/<id>, /products/batch, /products/<id>/variations and below, /variations."""

	def list_products(self) -> Answer:
		self._may("list")
		shown = self._shown_to()
		return self._page(chosen_products(shown, self.args), shown.product)

	def get_product(self, id: int) -> Answer:
		self._may("view")
		return Answer(self._fields([self._shown_to().product(self._product(id, 404))])[0])

	def post_product(self) -> Answer:
		self._may("create")
		body = self.body()
		check(body)
		made = self._create_product(body)
		return Answer(made, 201, {"Location": f"{self._here}/{made['id']}"})

	def put_product(self, id: int) -> Answer:
		self._may("edit")
		body = self.body()
		check(body)
		return Answer(self._update_product(id, body))

	def delete_product(self, id: int) -> Answer:
		self._may("delete")
		if self._product(id, 404).is_variation:
			raise is_variation_error()
		return Answer(self._delete(id, self._flag("force")))

	def batch_products(self) -> Answer:
		self._may("edit")
		answer = run_batch(
			self.body(), self._create_product, self._update_product, lambda id_: self._delete(id_, True)
		)
		return Answer(answer)

	def list_variations(self, product_id: int) -> Answer:
		self._may("list")
		self._parent(product_id)
		shown = self._shown_to()
		found = chosen_variations(shown, self.args, product_id)
		return self._page(found, lambda variation: variation_json(variation, shown))

	def list_all_variations(self) -> Answer:
		self._may("list")
		shown = self._shown_to()
		found = chosen_variations(shown, self.args, None)
		return self._page(found, lambda variation: variation_json(variation, shown))

	def get_variation(self, product_id: int, id: int) -> Answer:
		self._may("view")
		shown = variation_json(self._variation(product_id, id, 404), self._shown_to())
		return Answer(self._fields([shown])[0])

	def post_variation(self, product_id: int) -> Answer:
		self._may("create")
		body = self.body()
		check(body)
		made = self._create_variation(product_id, body)
		return Answer(made, 201, {"Location": f"{self._here}/{made['id']}"})

	def put_variation(self, product_id: int, id: int) -> Answer:
		self._may("edit")
		body = self.body()
		check(body)
		return Answer(self._update_variation(product_id, id, body))

	def delete_variation(self, product_id: int, id: int) -> Answer:
		self._may("delete")
		self._variation(product_id, id, 404)
		return Answer(self._delete_variation(product_id, id, self._flag("force")))

	def batch_variations(self, product_id: int) -> Answer:
		self._may("edit")
		self._parent(product_id)
		answer = run_batch(
			self.body(),
			lambda item: self._create_variation(product_id, item),
			lambda id_, item: self._update_variation(product_id, id_, item),
			lambda id_: self._delete_variation(product_id, id_, True),
		)
		return Answer(answer)

	def _shown_to(self, edit: bool = False) -> Shown:
		return self.store.goods.shown(self.store.settings, self.store.url, edit)

	def _page(self, ids: Sequence[int], shown: Callable[[Product], dict[str, Any]]) -> Answer:
		found = (self.store.goods.shelves.get(id_) for id_ in page_of(self.args).of(ids))
		return self._paged([shown(product) for product in found if product], len(ids))

	def _product(self, id: int, status: int) -> Product:
		product = self.store.goods.shelves.get(id)
		if product is None:
			raise missing(status)
		return product

	def _parent(self, id: int) -> Product:
		product = self.store.goods.shelves.get(id)
		if product is None or product.is_variation:
			raise missing(404)
		return product

	def _variation(self, product_id: int, id: int, status: int) -> Product:
		variation = self.store.goods.shelves.get(id)
		if variation is None or variation.parent_id != product_id:
			raise missing(status, variation=True)
		return variation

	def _create_product(self, body: Mapping[str, Any]) -> dict[str, Any]:
		if body.get("id"):
			message = "Cannot create existing product."
			raise RestError("woocommerce_rest_product_exists", message, 400)
		return self._shown_to(edit=True).product(self.store.goods.create(self.store.settings, body))

	def _update_product(self, id: int, body: Mapping[str, Any]) -> dict[str, Any]:
		if self._product(id, 400).is_variation:
			raise is_variation_error()
		edited = self.store.goods.edit(self.store.settings, id, body)
		return self._shown_to(edit=True).product(edited)

	def _delete(self, id: int, force: bool) -> dict[str, Any]:
		product = self._product(id, 400)
		if product.is_variation:
			raise is_variation_error()
		self._check_trash(product, force)
		shown = self._shown_to(edit=True).product(product)
		deleted = self.store.goods.delete(id, force)
		return {**shown, "status": deleted.status}

	def _create_variation(self, product_id: int, body: Mapping[str, Any]) -> dict[str, Any]:
		self._parent(product_id)
		made = self.store.goods.create(self.store.settings, body, product_id)
		return variation_json(made, self._shown_to(edit=True))

	def _update_variation(self, product_id: int, id: int, body: Mapping[str, Any]) -> dict[str, Any]:
		self._variation(product_id, id, 400)
		edited = self.store.goods.edit(self.store.settings, id, body)
		return variation_json(edited, self._shown_to(edit=True))

	def _delete_variation(self, product_id: int, id: int, force: bool) -> dict[str, Any]:
		variation = self._variation(product_id, id, 400)
		self._check_trash(variation, force)
		shown = variation_json(variation, self._shown_to(edit=True))
		deleted = self.store.goods.delete(id, force)
		return {**shown, "status": deleted.status}

	def _check_trash(self, product: Product, force: bool) -> None:
		if product.status == "trash" and not force:
			raise RestError("woocommerce_rest_already_trashed", "The product has already been deleted.", 410)
