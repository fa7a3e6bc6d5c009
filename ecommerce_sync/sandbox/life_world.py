"""The settings under which the lives of orders are lived, and the embedded world for them."""

from __future__ import annotations

from ..core.settings import LocationRule, MethodRule, StoreSettings
from .generator import LOCATIONS
from .person import WAREHOUSE
from .world import Shop, settings_for


def life_settings(settings: StoreSettings, shop: Shop) -> StoreSettings:
	"""Everything that follows an order, the policies differing by payment method so that all are lived."""
	places = tuple(LocationRule(location_id=str(each), warehouses=(WAREHOUSE,)) for each in LOCATIONS)
	return settings.model_copy(
		update={
			"invoice": "on_payment",
			"record_payments": True,
			"payment_account": "Bank - DC",
			"payment_methods": (
				MethodRule(method="paypal", account="PayPal - DC", invoice="on_shipment"),
				MethodRule(method="manual", account="Bank - DC", invoice="on_shipment"),
				MethodRule(method="bacs", account="Bank - DC", invoice="on_shipment"),
			),
			"fulfil": True,
			"deliveries_in": "submit",
			"returns_in": "submit",
			"warehouse": WAREHOUSE,
			"locations": places if shop.place else (),
		}
	)


def settings_of(shop: Shop) -> StoreSettings:
	"""On the embedded ERP."""
	return life_settings(settings_for(shop.store), shop)
