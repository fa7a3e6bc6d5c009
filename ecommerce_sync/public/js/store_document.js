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

// One line above the form, whichever tab is open; what waits for a person follows it.
function show_state(frm, found) {
	const escape = frappe.utils.escape_html;
	const number = escape(frm.doc.store_order_number || frm.doc.store_order_id);
	const order = is_address(found.url)
		? `<a href="${escape(found.url)}" target="_blank" rel="noopener noreferrer">${number}</a>`
		: number;
	const parts = [__("{0}: order {1}", [escape(frm.doc.ecommerce_store), order])];
	if (found.status) {
		parts.push(__("in the store: {0}", [escape(found.status.replaceAll("_", " "))]));
	}
	if (found.told) {
		parts.push(escape(found.told));
	}
	if (found.oversold && frm.doctype === "Sales Order") {
		parts.push(`<span class="text-danger">${__("oversold")}</span>`);
	}
	if (found.payments.length) {
		const links = found.payments.map((name) => frappe.utils.get_form_link("Payment Entry", name, true));
		parts.push(__("payments: {0}", [links.join(", ")]));
	}
	const waiting = found.open.filter((event) => event.words).slice(0, 1);
	const events = waiting.map((event) => {
		const link = frappe.utils.get_form_link("Sync Log", event.name, true, escape(event.state));
		return `<div>${link}: ${escape(event.words)}</div>`;
	});
	frm.set_intro(parts.join(" · ") + events.join(""), events.length ? "orange" : "blue");
}

function is_address(url) {
	return /^https?:\/\//.test(url || "");
}

function add_store_buttons(frm, found) {
	const group = __("Online Store");
	if (is_address(found.url)) {
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
