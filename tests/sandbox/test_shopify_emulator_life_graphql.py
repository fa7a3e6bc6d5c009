"""The life of an order through the Admin GraphQL API: read, fulfilled, refunded and cancelled, or refused."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.sandbox.shopify import ALL_SCOPES, EmulatedShopify, facts
from ecommerce_sync.sandbox.shopify.life import Tracking
from ecommerce_sync.sandbox.story import Bought, Delivery

from .shopify_shop import HERE, THERE, ask, place, refused, shop
from .shopify_stories import PLACED, VAT, story

LINES = (
	Bought("Teapot", Decimal("12.50"), 3, sku="TEA-1", discount=Decimal("1.00"), taxes=VAT),
	Bought("Cup", Decimal("4.99"), 2, sku="CUP", taxes=VAT),
)
POST = (Delivery("Standard", Decimal("4.90"), taxes=VAT),)
TO_SHIP = """query($id: ID!) { order(id: $id) { fulfillmentOrders(first: 9) { nodes { id status requestStatus
	assignedLocation { location { id } name } fulfillmentHolds { reason reasonNotes displayReason }
	supportedActions { action } destination { city countryCode } deliveryMethod { methodType }
	lineItems(first: 9) { nodes { id totalQuantity remainingQuantity lineItem { id sku } inventoryItemId } }
	} } } }"""
CREATE = """mutation($fulfillment: FulfillmentInput!) { fulfillmentCreate(fulfillment: $fulfillment) {
	fulfillment { id status trackingInfo { company number url } location { id }
		fulfillmentLineItems(first: 9) { nodes { quantity lineItem { sku } } } }
	userErrors { field message } } }"""
REFUND = """mutation($input: RefundInput!, $key: String!) { refundCreate(input: $input) @idempotent(key: $key) {
	refund { id note totalRefundedSet { shopMoney { amount } presentmentMoney { amount currencyCode } }
		orderAdjustments(first: 5) { nodes { reason amountSet { shopMoney { amount } } } } }
	order { displayFinancialStatus } userErrors { field message } } }"""
CANCEL = """mutation($id: ID!, $refund: Boolean!, $restock: Boolean!) { orderCancel(orderId: $id, reason: CUSTOMER,
	refundMethod: { originalPaymentMethodsRefund: $refund }, restock: $restock) {
	job { id done } orderCancelUserErrors { code field message } } }"""


def placed(store: EmulatedShopify, **changes: Any) -> Any:
	return store.place(story(**({"lines": LINES, "deliveries": POST} | changes)))


def to_ship(store: EmulatedShopify, order: Any) -> list[dict[str, Any]]:
	found: list[dict[str, Any]] = ask(store, TO_SHIP, id=order.gid)["order"]["fulfillmentOrders"]["nodes"]
	return found


def chosen(part: dict[str, Any], **lines: int) -> dict[str, Any]:
	by_sku = {node["lineItem"]["sku"]: node["id"] for node in part["lineItems"]["nodes"]}
	wanted = [{"id": by_sku[sku.replace("_", "-")], "quantity": count} for sku, count in lines.items()]
	return {"fulfillmentOrderId": part["id"], "fulfillmentOrderLineItems": wanted}


def create(store: EmulatedShopify, *parts: dict[str, Any], **more: Any) -> dict[str, Any]:
	given = {"lineItemsByFulfillmentOrder": list(parts), **more}
	made: dict[str, Any] = ask(store, CREATE, fulfillment=given)["fulfillmentCreate"]
	return made


def number_of(gid: str) -> int:
	return int(gid.rpartition("/")[2])


def test_fulfilment_orders_say_what_is_left_and_where() -> None:
	store = shop()
	order = placed(store)
	(part,) = to_ship(store, order)
	assert (part["status"], part["assignedLocation"]["location"]["id"]) == ("OPEN", place(HERE))
	assert part["destination"] == {"city": "London", "countryCode": "GB"}
	left = [
		(n["lineItem"]["sku"], n["totalQuantity"], n["remainingQuantity"]) for n in part["lineItems"]["nodes"]
	]
	assert left == [("TEA-1", 3, 3), ("CUP", 2, 2)]
	made = create(store, chosen(part, TEA_1=1), trackingInfo={"company": "UPS", "numbers": ["1Z", "2Z"]})
	assert made["userErrors"] == []
	assert [info["number"] for info in made["fulfillment"]["trackingInfo"]] == ["1Z", "2Z"]
	(part,) = to_ship(store, order)
	assert part["status"] == "IN_PROGRESS"
	assert [n["remainingQuantity"] for n in part["lineItems"]["nodes"]] == [2, 2]
	create(store, {"fulfillmentOrderId": part["id"]})
	(part,) = to_ship(store, order)
	assert (part["status"], part["supportedActions"]) == ("CLOSED", [])
	both = ask(
		store,
		"""query($a: ID!, $b: ID!) { fulfillmentOrder(id: $a) { id orderName
		fulfillments(first: 5) { nodes { name } } }
		order(id: $b) { displayFulfillmentStatus fulfillments(first: 5) { status totalQuantity } } }""",
		a=part["id"],
		b=order.gid,
	)
	assert both["order"]["displayFulfillmentStatus"] == "FULFILLED"
	assert [each["totalQuantity"] for each in both["order"]["fulfillments"]] == [1, 4]
	assert both["fulfillmentOrder"]["orderName"] == "#1001"


def test_what_cannot_be_fulfilled_is_said() -> None:
	store = shop(stock=10)
	order, other = placed(store), placed(store, number=1002)
	(part,), (second,) = to_ship(store, order), to_ship(store, other)
	errors = {
		"does not exist": [{"fulfillmentOrderId": "gid://shopify/FulfillmentOrder/1"}],
		"quantity requested": [chosen(part, TEA_1=4)],
		"same order": [chosen(part, TEA_1=1), chosen(second, CUP=1)],
	}
	for words, parts in errors.items():
		made = create(store, *parts)
		assert made["fulfillment"] is None
		assert words in made["userErrors"][0]["message"]
	store.hold(order.id, number_of(part["id"]), "OTHER")
	assert "on hold" in create(store, chosen(part, TEA_1=1))["userErrors"][0]["message"]
	assert to_ship(store, order)[0]["fulfillmentHolds"][0]["reason"] == "OTHER"
	store.release(order.id, number_of(part["id"]))
	store.split(order.id, number_of(part["id"]), {0: 3})
	store.move(order.id, number_of(to_ship(store, order)[1]["id"]), THERE)
	here, gone, there = to_ship(store, order)
	assert (
		"same location"
		in create(store, chosen(here, TEA_1=1), chosen(there, CUP=1))["userErrors"][0]["message"]
	)
	assert "unfulfillable" in create(store, {"fulfillmentOrderId": gone["id"]})["userErrors"][0]["message"]
	assert gone["lineItems"]["nodes"] == []
	assert create(store, chosen(there, CUP=2))["fulfillment"]["location"]["id"] == place(THERE)


TRACK = """mutation($id: ID!, $info: FulfillmentTrackingInput!) {
	fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $info) {
		fulfillment { trackingInfo { company number url } } userErrors { field message } } }"""
CALL_BACK = (
	"""mutation($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { status } userErrors { message } } }"""
)


def test_a_fulfilment_is_tracked_and_called_back() -> None:
	store = shop()
	order = placed(store)
	(part,) = to_ship(store, order)
	gid = create(store, {"fulfillmentOrderId": part["id"]})["fulfillment"]["id"]
	info = {"company": "DHL", "number": "7", "url": "https://dhl.example/7"}
	tracked = ask(store, TRACK, id=gid, info=info)["fulfillmentTrackingInfoUpdate"]
	assert tracked["fulfillment"]["trackingInfo"] == [info]
	assert ask(store, CALL_BACK, id=gid)["fulfillmentCancel"]["fulfillment"]["status"] == "CANCELLED"
	again = ask(store, CALL_BACK, id=gid)["fulfillmentCancel"]
	assert "already cancelled" in again["userErrors"][0]["message"]
	closed, fresh = to_ship(store, order)
	assert (closed["status"], fresh["status"]) == ("CLOSED", "OPEN")
	assert create(store, chosen(fresh, TEA_1=3))["userErrors"] == []


def refund(store: EmulatedShopify, order: Any, key: str = "a", **more: Any) -> dict[str, Any]:
	made: dict[str, Any] = ask(store, REFUND, input={"orderId": order.gid, **more}, key=key)["refundCreate"]
	return made


def money_back(order: Any, amount: str, parent: int = 0) -> list[dict[str, Any]]:
	return [
		{
			"orderId": order.gid,
			"kind": "REFUND",
			"gateway": "bogus",
			"amount": amount,
			"parentId": f"gid://shopify/OrderTransaction/{order.other_id(facts.TRANSACTION, parent)}",
		}
	]


def line_of(order: Any, number: int, quantity: int, **more: Any) -> dict[str, Any]:
	gid = order.as_webhook()["line_items"][number]["admin_graphql_api_id"]
	return {"lineItemId": gid, "quantity": quantity, **more}


def test_a_refund_is_made_once_for_its_key() -> None:
	store = shop()
	order = placed(store)
	given = {
		"refundLineItems": [line_of(order, 1, 1, restockType="CANCEL", locationId=place(HERE))],
		"shipping": {"amount": "2.00"},
		"note": "CN-1",
		"transactions": money_back(order, "8.39"),
	}
	made = refund(store, order, **given)
	assert made["userErrors"] == []
	assert made["refund"]["totalRefundedSet"]["shopMoney"] == {"amount": "8.39"}
	assert made["refund"]["orderAdjustments"]["nodes"] == []
	assert refund(store, order, **given) == made
	assert len(store.order(order.id).life.refunds) == 1
	other = refund(store, order, **{**given, "note": "CN-2"})
	assert "different operation parameters" in other["userErrors"][0]["message"]
	bare = "mutation($input: RefundInput!) { refundCreate(input: $input) { userErrors { message } } }"
	assert "@idempotent" in refused(store, bare, input={"orderId": order.gid})["message"]


def test_more_or_less_money_than_the_lines_is_a_discrepancy() -> None:
	store = shop()
	order = placed(store)
	less = refund(
		store, order, refundLineItems=[line_of(order, 1, 1)], transactions=money_back(order, "5.00")
	)
	(adjustment,) = less["refund"]["orderAdjustments"]["nodes"]
	assert adjustment == {"reason": "REFUND_DISCREPANCY", "amountSet": {"shopMoney": {"amount": "0.99"}}}
	only = refund(store, order, "b", transactions=money_back(order, "3.00"))
	assert only["refund"]["orderAdjustments"]["nodes"][0]["amountSet"]["shopMoney"]["amount"] == "-3.0"
	assert only["order"]["displayFinancialStatus"] == "PARTIALLY_REFUNDED"


@pytest.mark.parametrize(
	("given", "field"),
	[
		(lambda o: {"refundLineItems": [line_of(o, 0, 4)]}, "quantity"),
		(lambda o: {"refundLineItems": [line_of(o, 0, 1, restockType="RETURN")]}, "locationId"),
		(
			lambda o: {"refundLineItems": [{"lineItemId": "gid://shopify/LineItem/1", "quantity": 1}]},
			"lineItemId",
		),
		(lambda o: {"transactions": money_back(o, "61.67")}, "amount"),
		(lambda o: {"transactions": money_back(o, "1.00", 5)}, "parentId"),
		(lambda o: {"shipping": {"amount": "5.00"}}, "amount"),
		(lambda o: {"currency": "USD", "transactions": money_back(o, "1.00")}, "currency"),
		(lambda o: {}, "input"),
	],
)
def test_refunds_that_cannot_be(given: Any, field: str) -> None:
	store = shop()
	order = placed(store)
	made = refund(store, order, **given(order))
	assert (made["refund"], made["userErrors"][0]["field"][-1]) == (None, field)
	assert store.order(order.id).life.refunds == ()


def test_a_refund_names_the_buyers_currency() -> None:
	store = shop()
	order = placed(store, presentment_currency="USD", presentment_rate=Decimal("1.0819"))
	lines = [line_of(order, 1, 2)]
	assert "required" in refund(store, order, refundLineItems=lines)["userErrors"][0]["message"]
	worth = ask(
		store,
		"""query($id: ID!) { order(id: $id) { lineItems(first: 9) { nodes { originalTotalSet {
		presentmentMoney { amount } } taxLines { priceSet { presentmentMoney { amount } } } } } } }""",
		id=order.gid,
	)["order"]["lineItems"]["nodes"][1]
	amount = Decimal(worth["originalTotalSet"]["presentmentMoney"]["amount"])
	amount += Decimal(worth["taxLines"][0]["priceSet"]["presentmentMoney"]["amount"])
	made = refund(
		store, order, "b", currency="USD", refundLineItems=lines, transactions=money_back(order, str(amount))
	)
	assert made["refund"]["orderAdjustments"]["nodes"] == []
	paid = made["refund"]["totalRefundedSet"]
	assert Decimal(paid["presentmentMoney"]["amount"]) == amount
	assert paid["shopMoney"]["amount"] == "11.98"


def test_an_order_is_cancelled_by_a_job() -> None:
	store = shop()
	order, other = placed(store), placed(store, number=1002)
	done = ask(store, CANCEL, id=order.gid, refund=True, restock=True)["orderCancel"]
	assert ask(store, "query($id: ID!) { job(id: $id) { done } }", id=done["job"]["id"]) == {
		"job": {"done": True}
	}
	assert store.order(order.id).financial_status == "refunded"
	again = ask(store, CANCEL, id=order.gid, refund=True, restock=True)["orderCancel"]
	assert again["orderCancelUserErrors"][0]["code"] == "INVALID"
	ask(store, CANCEL, id=other.gid, refund=False, restock=False)
	shown = store.order(other.id).as_webhook()
	assert (shown["cancelled_at"] is None, shown["total_outstanding"]) == (False, "-61.66")
	assert {line["restock_type"] for line in shown["refunds"][0]["refund_line_items"]} == {"no_restock"}
	unknown = ask(store, CANCEL, id="gid://shopify/Order/1", refund=False, restock=False)["orderCancel"]
	assert unknown["orderCancelUserErrors"][0]["code"] == "NOT_FOUND"


MONEY = """query($id: ID!) { order(id: $id) { totalReceivedSet { shopMoney { amount } } transactions(first: 9) {
	id kind status gateway amountSet { shopMoney { amount } } fees { amount { amount currencyCode } type }
	parentTransaction { id } processedAt maximumRefundableV2 { amount } }
	refunds(first: 5) { id transactions(first: 5) { nodes { id } } return { id status }
		refundLineItems(first: 5) { nodes { quantity restockType restocked location { id }
			subtotalSet { shopMoney { amount } } totalTaxSet { shopMoney { amount } } lineItem { id } } }
		refundShippingLines(first: 5) { nodes { subtotalAmountSet { shopMoney { amount } } } } }
	returns(first: 5) { nodes { id status returnLineItems(first: 5) { nodes { quantity refundedQuantity
		... on ReturnLineItem { fulfillmentLineItem { lineItem { sku } } } } } } } } }"""


def test_both_forms_tell_the_same_life() -> None:
	store = shop()
	order = placed(store, paid=False, gateway="shopify_payments")
	store.pay(order.id)
	store.fulfil(order.id, {0: 2})
	back = store.announce_return(order.id, {0: 1})
	store.refund(order.id, {0: 1}, shipping=Decimal("1.00"), restock="return", return_id=back)
	data, shown = ask(store, MONEY, id=order.gid)["order"], store.order(order.id).as_webhook()
	(refund_,), (rest,) = data["refunds"], shown["refunds"]
	assert refund_["id"] == rest["admin_graphql_api_id"]
	(line,), (rest_line,) = refund_["refundLineItems"]["nodes"], rest["refund_line_items"]
	assert (line["quantity"], line["restockType"], line["restocked"]) == (1, "RETURN", True)
	assert Decimal(line["subtotalSet"]["shopMoney"]["amount"]) == Decimal(str(rest_line["subtotal"]))
	assert number_of(line["lineItem"]["id"]) == rest_line["line_item_id"]
	assert number_of(line["location"]["id"]) == rest_line["location_id"]
	assert refund_["refundShippingLines"]["nodes"][0]["subtotalAmountSet"]["shopMoney"]["amount"] == "1.0"
	assert refund_["return"] == {"id": rest["return"]["admin_graphql_api_id"], "status": "CLOSED"}
	assert [t["id"] for t in refund_["transactions"]["nodes"]] == [data["transactions"][-1]["id"]]
	kinds = [(t["kind"], t["status"]) for t in data["transactions"]]
	assert kinds == [("SALE", "PENDING"), ("SALE", "SUCCESS"), ("REFUND", "SUCCESS")]
	pending, sale, paid_back = data["transactions"]
	assert sale["parentTransaction"]["id"] == pending["id"]
	assert paid_back["parentTransaction"]["id"] == sale["id"]
	assert sale["fees"][0]["amount"] == {"amount": "2.09", "currencyCode": "EUR"}
	assert sale["maximumRefundableV2"] == {"amount": str(Decimal("61.66") - Decimal("15.80"))}
	(returned,) = data["returns"]["nodes"][0]["returnLineItems"]["nodes"]
	assert returned == {
		"quantity": 1,
		"refundedQuantity": 1,
		"fulfillmentLineItem": {"lineItem": {"sku": "TEA-1"}},
	}
	nodes = ask(
		store,
		"query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }",
		ids=[refund_["id"], data["returns"]["nodes"][0]["id"], sale["id"], "gid://shopify/Refund/7"],
	)["nodes"]
	assert [node and node["__typename"] for node in nodes] == ["Refund", "Return", "OrderTransaction", None]


def test_fulfilment_orders_and_returns_need_their_scopes() -> None:
	store = shop(scopes=ALL_SCOPES - {"read_returns"})
	order = placed(store)
	error = refused(
		store, "query($id: ID!) { order(id: $id) { returns(first: 1) { nodes { id } } } }", id=order.gid
	)
	assert error["extensions"]["code"] == "ACCESS_DENIED"
	only_read = shop(scopes=ALL_SCOPES - {"write_merchant_managed_fulfillment_orders"})
	(part,) = to_ship(only_read, placed(only_read))
	given = {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": part["id"]}]}
	assert "write_" in refused(only_read, CREATE, fulfillment=given)["extensions"]["requiredAccess"]


PAYOUTS = """{ shopifyPaymentsAccount { payouts(first: 9, sortKey: ISSUED_AT) { nodes { id legacyResourceId status
	issuedAt net { amount currencyCode } summary { chargesGross { amount } chargesFee { amount } } } }
	balanceTransactions(first: 20, hideTransfers: true, query: "%s") { nodes { type amount { amount }
	fee { amount } net { amount } sourceOrderTransactionId associatedOrder { id name }
	associatedPayout { id status } adjustmentReason } } } }"""


def test_payouts_list_what_they_settle() -> None:
	at = [PLACED + timedelta(hours=1)]
	store = shop(clock=lambda: at[0])
	assert ask(store, PAYOUTS % "") == {"shopifyPaymentsAccount": None}
	order = placed(store, gateway="shopify_payments")
	store.refund(order.id, {1: 1})
	at[0] += timedelta(days=4)
	late = placed(store, number=1002, paid=False, gateway="shopify_payments")
	store.pay(late.id)
	account = ask(store, PAYOUTS % "")["shopifyPaymentsAccount"]
	(payout,) = account["payouts"]["nodes"]
	entries = account["balanceTransactions"]["nodes"]
	found = [
		(e["type"], e["amount"]["amount"], e["fee"]["amount"], e["associatedPayout"]["status"])
		for e in entries
	]
	assert found == [
		("CHARGE", "61.66", "2.09", "PAID"),
		("REFUND", "-5.99", "0.0", "PAID"),
		("ADJUSTMENT", "-1.0", "0.0", "PAID"),
		("CHARGE", "61.66", "2.09", "PENDING"),
	]
	assert (payout["net"], payout["status"]) == ({"amount": "52.58", "currencyCode": "EUR"}, "PAID")
	assert entries[1]["sourceOrderTransactionId"] == str(order.other_id(facts.TRANSACTION, 1))
	assert entries[0]["associatedOrder"] == {"id": order.gid, "name": "#1001"}
	of_payout = PAYOUTS % f"payments_transfer_id:{payout['legacyResourceId']}"
	assert len(ask(store, of_payout)["shopifyPaymentsAccount"]["balanceTransactions"]["nodes"]) == 3
	with_transfers = (PAYOUTS % "").replace("hideTransfers: true, ", "")
	shown = ask(store, with_transfers)["shopifyPaymentsAccount"]["balanceTransactions"]["nodes"]
	assert [e["net"]["amount"] for e in shown if e["type"] == "TRANSFER"] == ["-52.58"]


def test_tracking_without_links_gets_the_carriers_own() -> None:
	store = shop()
	order = placed(store)
	store.fulfil(order.id, {0: 1}, Tracking("FedEx", ("9",)))
	query = "query($id: ID!) { order(id: $id) { fulfillments(first: 1) { trackingInfo { url } } } }"
	(sent,) = ask(store, query, id=order.gid)["order"]["fulfillments"]
	assert sent["trackingInfo"] == [{"url": "https://www.fedex.com/fedextrack/?trknbr=9"}]


@pytest.mark.parametrize(
	("query", "names"),
	[
		("fulfillment_status:unfulfilled", ["#1001", "#1002"]),
		("fulfillment_status:partial", ["#1002"]),
		("fulfillment_status:shipped", ["#1003"]),
		("return_status:in_progress", ["#1003"]),
		("financial_status:authorized", ["#1001"]),
	],
)
def test_orders_are_found_by_their_state(query: str, names: list[str]) -> None:
	store = shop()
	first, second, third = (placed(store, number=1001 + n, paid=n > 0) for n in range(3))
	store.authorize(first.id)
	store.fulfil(second.id, {0: 1})
	store.fulfil(third.id, {0: 3, 1: 2})
	store.announce_return(third.id, {0: 1})
	asked = "query($q: String!) { orders(first: 9, query: $q, sortKey: ID) { nodes { name capturable } } }"
	found = ask(store, asked, q=query)["orders"]["nodes"]
	assert [node["name"] for node in found] == names
	assert [node["capturable"] for node in found] == [name == "#1001" for name in names]
