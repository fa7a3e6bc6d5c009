"""Trims Shopify's published schemas to what the emulated store and its tests use.

	python scripts/trim_shopify_schema.py graphql ADMIN_SCHEMA.json[.gz]
	python scripts/trim_shopify_schema.py webhooks WEBHOOK_SCHEMAS.json[.gz]

The inputs are, from npm: `@shopify/dev-mcp` 1.16.0 (ISC, Copyright 2025-present, Shopify Inc.), the Admin
GraphQL introspection of 2026-07 with its `offline_scopes`, and `shopify-webhook-schemas` 0.3.8 (MIT), as
one object of `schemas` and `metadatas` by topic. To let the emulated store know more, add root fields,
types or topics below and run again. Left out are descriptions, what is deprecated, samples, and every
field whose type is not kept.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Json = dict[str, Any]
TARGET = Path(__file__).parent.parent / "ecommerce_sync" / "sandbox" / "shopify"
API_VERSION = "2026-07"
HEADS = {
	"graphql": {
		"source": "Admin GraphQL introspection 2026-07, npm @shopify/dev-mcp 1.16.0, trimmed",
		"licence": "ISC, Copyright 2025-present, Shopify Inc.",
		"made_by": "scripts/trim_shopify_schema.py",
	},
	"webhooks": {
		"source": "JSON Schemas of webhook topics 2026-07, npm shopify-webhook-schemas 0.3.8, trimmed",
		"licence": "MIT",
		"made_by": "scripts/trim_shopify_schema.py",
	},
}
ROOTS = {
	"QueryRoot": """bulkOperation bulkOperations collection collections currentAppInstallation customer
		fulfillment fulfillmentOrder inventoryItem inventoryItems inventoryLevel job location locations node
		nodes order orders ordersCount product productByIdentifier productVariant productVariantByIdentifier
		productVariants productVariantsCount products productsCount publication publications refund return
		shop shopifyPaymentsAccount webhookSubscription webhookSubscriptions
		webhookSubscriptionsCount""".split(),
	"Mutation": """bulkOperationCancel bulkOperationRunQuery fulfillmentCancel fulfillmentCreate
		fulfillmentTrackingInfoUpdate inventoryActivate inventoryBulkToggleActivation inventoryItemUpdate
		inventorySetQuantities metafieldsSet orderCancel productCreate productOptionUpdate
		productOptionsCreate productUpdate productVariantAppendMedia productVariantsBulkCreate
		productVariantsBulkUpdate publishablePublish publishableUnpublish refundCreate
		webhookSubscriptionCreate webhookSubscriptionDelete webhookSubscriptionUpdate""".split(),
}
TYPES = """AccessScope AdditionalFee ApiVersion App AppInstallation Attribute
	AutomaticDiscountApplication BulkOperation BulkOperationCancelPayload BulkOperationRunQueryPayload
	BulkOperationUserError CardPaymentDetails CashRoundingAdjustment Collection Company CompanyAddress
	CompanyContact CompanyLocation Count CurrencyExchangeAdjustment CurrencyFormats Customer
	CustomerEmailAddress CustomerPhoneNumber DeliveryMethod DiscountAllocation DiscountApplication
	DiscountCodeApplication DisplayableError Domain Duty EditableProperty ExchangeLineItem Fulfillment
	FulfillmentCancelPayload FulfillmentCreatePayload FulfillmentHold FulfillmentLineItem FulfillmentOrder
	FulfillmentOrderAssignedLocation FulfillmentOrderDestination FulfillmentOrderLineItem
	FulfillmentOrderSupportedAction FulfillmentTrackingInfo FulfillmentTrackingInfoUpdatePayload
	HasMetafields Image InventoryActivatePayload InventoryAdjustmentGroup
	InventoryBulkToggleActivationPayload InventoryBulkToggleActivationUserError InventoryChange
	InventoryItem InventoryItemMeasurement InventoryItemUpdatePayload InventoryLevel InventoryQuantity
	InventorySetQuantitiesPayload InventorySetQuantitiesUserError Job LegacyInteroperability LineItem
	LineItemGroup LineItemSellingPlan Location LocationAddress MailingAddress ManualDiscountApplication
	Media MediaError MediaImage MediaPreviewImage MediaUserError MediaWarning Metafield MetafieldsSetPayload
	MetafieldsSetUserError MoneyBag MoneyV2 Node Order OrderAdjustment OrderApp OrderCancelPayload
	OrderCancelUserError OrderCancellation OrderTransaction PageInfo PaymentDetails PaymentSchedule
	PaymentTerms PricingPercentageValue PricingValue Product ProductBundleComponent ProductCreatePayload
	ProductOption ProductOptionUpdatePayload ProductOptionUpdateUserError ProductOptionValue
	ProductOptionsCreatePayload ProductOptionsCreateUserError ProductPriceRangeV2 ProductUpdatePayload
	ProductVariant ProductVariantAppendMediaPayload ProductVariantComponent ProductVariantsBulkCreatePayload
	ProductVariantsBulkCreateUserError ProductVariantsBulkUpdatePayload ProductVariantsBulkUpdateUserError
	Publication Publishable PublishablePublishPayload PublishableUnpublishPayload PurchasingCompany
	PurchasingEntity Refund RefundCreatePayload RefundDuty RefundLineItem RefundShippingLine
	ResourcePublication ResourcePublicationV2 Return ReturnDecline ReturnLineItem ReturnLineItemType SEO
	ScriptDiscountApplication SelectedOption ShippingLine Shop ShopAddress ShopPlan ShopifyPaymentsAccount
	ShopifyPaymentsAdjustmentOrder ShopifyPaymentsAssociatedOrder ShopifyPaymentsBalanceTransaction
	ShopifyPaymentsBalanceTransactionAssociatedPayout ShopifyPaymentsPayout ShopifyPaymentsPayoutSummary
	TaxLine TaxonomyCategory TransactionFee UserError WebhookSubscription WebhookSubscriptionCreatePayload
	WebhookSubscriptionDeletePayload WebhookSubscriptionUpdatePayload Weight""".split()
TOPICS = """app/scopes_update app/uninstalled bulk_operations/finish customers/create
	customers/data_request customers/merge customers/redact customers/update fulfillment_orders/cancelled
	fulfillment_orders/hold_released fulfillment_orders/moved fulfillment_orders/order_routing_complete
	fulfillment_orders/placed_on_hold fulfillment_orders/split fulfillments/create fulfillments/update
	inventory_items/create inventory_items/delete inventory_items/update inventory_levels/connect
	inventory_levels/disconnect inventory_levels/update order_transactions/create orders/cancelled
	orders/create orders/delete orders/edited orders/fulfilled orders/paid orders/partially_fulfilled
	orders/updated products/create products/delete products/update refunds/create returns/approve
	returns/close returns/request shop/redact""".split()


def main(what: str, source: str) -> None:
	"""Write the trimmed form of `source` beside the emulated store."""
	trim: Callable[[Json], Json] = {"graphql": trim_graphql, "webhooks": trim_webhooks}[what]
	name = {"graphql": "schema", "webhooks": "webhook_schemas"}[what]
	target = TARGET / f"{name}_{API_VERSION}.json.gz"
	trimmed = {"head": HEADS[what], **trim(_read(Path(source)))}
	text = json.dumps(trimmed, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
	# mtime 0: the same input gives the same bytes.
	target.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
	print(f"{target.name}: {target.stat().st_size:,} bytes")


def trim_graphql(source: Json) -> Json:
	"""The introspection of the kept roots and types, and the access scopes they need."""
	schema = source["data"]["__schema"]
	types = {t["name"]: t for t in schema["types"]}
	composites = _kept_composites(types)
	kept = {name: _trim_composite(types[name], composites, types) for name in composites}
	_add_leaves_and_inputs(kept, types)
	trimmed = {
		"queryType": schema["queryType"],
		"mutationType": schema["mutationType"],
		"subscriptionType": None,
		"types": [kept[name] for name in sorted(kept)],
		"directives": [_trim_directive(directive) for directive in schema["directives"]],
	}
	return {"data": {"__schema": trimmed}, "offline_scopes": _scopes(source, kept)}


def trim_webhooks(source: Json) -> Json:
	"""The JSON Schemas of the kept topics with the access scopes that a subscription needs."""
	metadatas = source["metadatas"]
	return {
		"schemas": {topic: source["schemas"][topic] for topic in TOPICS},
		"access_scopes": {topic: metadatas[topic].get("access_scopes", []) for topic in TOPICS},
	}


def _read(path: Path) -> Json:
	data = path.read_bytes()
	parsed: Json = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
	return parsed


def _kept_composites(types: dict[str, Json]) -> set[str]:
	unknown = [name for name in TYPES if name not in types]
	if unknown:
		raise SystemExit(f"Not in this schema: {', '.join(unknown)}. Correct TYPES.")
	connections = {f"{name}{part}" for name in TYPES for part in ("Connection", "Edge")}
	return {*ROOTS, *TYPES, *(connections & set(types))}


def _trim_composite(source: Json, composites: set[str], types: dict[str, Json]) -> Json:
	fields = [f for f in source["fields"] or [] if _is_kept(f, source["name"], composites, types)]
	return {
		"kind": source["kind"],
		"name": source["name"],
		"fields": None if source["kind"] == "UNION" else [_trim_field(field) for field in fields],
		"inputFields": None,
		"interfaces": _references(source["interfaces"], composites),
		"enumValues": None,
		"possibleTypes": _references(source["possibleTypes"], composites),
	}


def _is_kept(field: Json, owner: str, composites: set[str], types: dict[str, Json]) -> bool:
	if field["isDeprecated"] or field["name"] not in ROOTS.get(owner, [field["name"]]):
		return False
	returned = types[_named(field["type"])]
	return returned["kind"] in ("SCALAR", "ENUM") or returned["name"] in composites


def _references(sources: Iterable[Json] | None, composites: set[str]) -> list[Json] | None:
	return None if sources is None else [source for source in sources if source["name"] in composites]


def _trim_field(field: Json) -> Json:
	return {
		"name": field["name"],
		"args": [_trim_input(argument) for argument in field["args"]],
		"type": field["type"],
		"isDeprecated": False,
		"deprecationReason": None,
	}


def _trim_input(source: Json) -> Json:
	return {key: source[key] for key in ("name", "type", "defaultValue")}


def _trim_directive(source: Json) -> Json:
	arguments = [_trim_input(argument) for argument in source["args"]]
	return {"name": source["name"], "locations": source["locations"], "args": arguments}


def _add_leaves_and_inputs(kept: dict[str, Json], types: dict[str, Json]) -> None:
	"""Every scalar, enum and input object that the kept fields need, and those of the inputs in turn."""
	waiting = [name for t in list(kept.values()) for name in _used(t)] + ["Boolean", "String"]
	while waiting:
		name = waiting.pop()
		if name not in kept:
			kept[name] = _trim_leaf_or_input(types[name])
			waiting.extend(_used(kept[name]))


def _used(kept: Json) -> list[str]:
	members = [*(kept["fields"] or []), *(kept["inputFields"] or [])]
	arguments = [argument for field in kept["fields"] or [] for argument in field["args"]]
	return [_named(member["type"]) for member in [*members, *arguments]]


def _trim_leaf_or_input(source: Json) -> Json:
	inputs = [f for f in source["inputFields"] or [] if not f.get("isDeprecated")]
	values = [v for v in source["enumValues"] or [] if not v["isDeprecated"]]
	return {
		"kind": source["kind"],
		"name": source["name"],
		"fields": None,
		"inputFields": [_trim_input(f) for f in inputs] if source["kind"] == "INPUT_OBJECT" else None,
		"interfaces": None,
		"enumValues": [_trim_value(value) for value in values] if source["kind"] == "ENUM" else None,
		"possibleTypes": None,
	}


def _trim_value(value: Json) -> Json:
	return {"name": value["name"], "isDeprecated": False, "deprecationReason": None}


def _scopes(source: Json, kept: dict[str, Json]) -> list[Json]:
	fields = {(name, field["name"]) for name, t in kept.items() for field in t["fields"] or []}
	wanted = fields | {(name, None) for name in kept}
	return [
		{
			"typeName": item["typeName"],
			"fieldName": item.get("fieldName"),
			"requiredAccess": item["requiredAccess"],
			"offlineScopes": sorted(set(item["offlineScopes"])),
		}
		for item in source["offline_scopes"]["items"]
		if item["offlineScopes"] and (item["typeName"], item.get("fieldName")) in wanted
	]


def _named(reference: Json) -> str:
	while reference.get("ofType"):
		reference = reference["ofType"]
	name: str = reference["name"]
	return name


if __name__ == "__main__":
	if len(sys.argv) != 3 or sys.argv[1] not in HEADS:
		raise SystemExit(__doc__)
	main(sys.argv[1], sys.argv[2])
