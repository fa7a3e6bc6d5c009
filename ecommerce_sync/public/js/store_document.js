// A document that belongs to an order of an online store: what the store says of it, and the way there.

const ORDER_API = "ecommerce_sync.api.order.";

async function show_store(frm) {
	if (frm.is_new() || !frm.doc.ecommerce_store || !frm.doc.store_order_id) {
		return;
	}
	const name = frm.doc.name;
	const found = await frappe.xcall(ORDER_API + "in_store", { doctype: frm.doctype, name });
	if (name === frm.doc.name && Object.keys(found).length) {
		show_state(frm, found);
		add_store_buttons(frm, found);
	}
}

function show_state(frm, found) {
	if (found.status) {
		frm.dashboard.add_indicator(__("In the store: {0}", [frappe.utils.escape_html(found.status)]), "blue");
	}
	if (found.told) {
		frm.dashboard.add_indicator(found.told, "blue");
	}
	if (found.oversold && frm.doctype === "Sales Order") {
		frm.dashboard.add_indicator(__("Oversold"), "red");
	}
	found.open.filter((event) => event.words).slice(0, 1).forEach((event) => {
		const link = frappe.utils.get_form_link("Sync Log", event.name, true, event.state);
		frm.set_intro(`${link}: ${frappe.utils.escape_html(event.words)}`, "orange");
	});
}

function add_store_buttons(frm, found) {
	const group = __("Online Store");
	if (/^https?:\/\//.test(found.url || "")) {
		frm.add_custom_button(__("Open in the Store"), () => window.open(found.url, "_blank", "noopener"), group);
	}
	if (found.may_sync) {
		frm.add_custom_button(__("Sync now"), () => sync_order(frm), group);
	}
	if (frappe.model.can_read("Sync Log")) {
		const filters = { store: frm.doc.ecommerce_store, external_id: frm.doc.store_order_id };
		frm.add_custom_button(__("Sync Log"), () => frappe.set_route("List", "Sync Log", filters), group);
	}
}

async function sync_order(frm) {
	const args = { doctype: frm.doctype, name: frm.doc.name };
	frappe.show_alert({ message: await frappe.xcall(ORDER_API + "sync_now", args), indicator: "blue" });
}
