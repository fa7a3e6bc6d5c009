// The Store Connection form: what suits the company, and the buttons. Its parts are in public/js/store_connection.

const STORE_API = "ecommerce_sync.api.store.";
const FOR_COMPANY = ["cost_center", "warehouse"];
const ACCOUNTS = [
	"tax_account",
	"shipping_account",
	"fee_account",
	"tip_account",
	"duty_account",
	"gift_card_account",
	"rounding_account",
];
const MORE_OF_COMPANY = ["payment_account", "gateway_fee_account", "return_warehouse"];

frappe.ui.form.on("Store Connection", {
	setup(frm) {
		const leaf = () => ({ filters: { company: frm.doc.company, is_group: 0, disabled: 0 } });
		[...ACCOUNTS, ...FOR_COMPANY, ...MORE_OF_COMPANY].forEach((field) => frm.set_query(field, leaf));
		frm.set_query("account", "taxes", leaf);
		frm.set_query("cost_center", "taxes", leaf);
		frm.set_query("account", "shipping_methods", leaf);
		frm.set_query("account", "payment_methods", leaf);
		frm.set_query("warehouse", "locations", leaf);
		frm.set_query("tax_template", () => ({ filters: { company: frm.doc.company, disabled: 0 } }));
		frm.set_query("price_list", () => ({ filters: { selling: 1, enabled: 1 } }));
		["store_price_list", "sale_price_list"].forEach((field) => frm.set_query(field, () => price_lists(frm)));
		frm.set_query("price_list", "companies", () => ({ filters: { selling: 1, enabled: 1 } }));
		["customer_group", "territory", "item_group"].forEach((field) =>
			frm.set_query(field, () => ({ filters: { is_group: 0 } }))
		);
		frm.set_query("customer_group", "companies", () => ({ filters: { is_group: 0 } }));
		["custom_item", "gift_card_item"].forEach((field) =>
			frm.set_query(field, () => ({ filters: { is_stock_item: 0, is_sales_item: 1, disabled: 0 } }))
		);
	},

	async refresh(frm) {
		await offer_platforms(frm);
		offer_naming_series(frm);
		show_what_applies(frm);
		show_intro(frm);
		show_low_stock(frm);
		if (!frm.is_new() && frm.perm[0]?.write) {
			add_buttons(frm);
		}
	},

	async platform(frm) {
		const found = await capabilities(frm);
		if (frm.is_new() && found) {
			frm.set_value("statuses", found.imported_statuses.join("\n"));
		}
		show_what_applies(frm);
	},

	auth_method: show_what_applies,

	async company(frm) {
		if (!frm.doc.company) {
			return;
		}
		const found = await frappe.xcall(STORE_API + "defaults", { company: frm.doc.company });
		const of_company = [...ACCOUNTS, ...FOR_COMPANY];
		Object.entries(found).forEach(([field, value]) => {
			if (value && (frm.is_new() || !frm.doc[field] || of_company.includes(field))) {
				frm.set_value(field, value);
			}
		});
	},
});

function price_lists(frm) {
	const currency = frm.doc.store_currency ? { currency: frm.doc.store_currency } : {};
	return { filters: { selling: 1, enabled: 1, ...currency } };
}

function show_intro(frm) {
	frm.set_intro();
	if (frm.is_new()) {
		frm.set_intro(__("Choose platform and company first: the other fields are then filled for you."), "blue");
	} else if (frm.doc.health === "Red" || frm.doc.health === "Amber") {
		const color = frm.doc.health === "Red" ? "red" : "orange";
		frm.set_intro(frappe.utils.escape_html(frm.doc.health_note || ""), color);
	} else if (!frm.doc.webhooks?.length) {
		frm.set_intro(__("Next: Test connection, then Register webhooks under Store."), "blue");
	}
}

function add_buttons(frm) {
	frm.add_custom_button(__("Test connection"), () => saved(frm, test_connection));
	const store = __("Store");
	frm.add_custom_button(__("Read locations, taxes and methods"), () => saved(frm, read_profile), store);
	frm.add_custom_button(__("Register webhooks"), () => saved(frm, register_webhooks), store);
	frm.add_custom_button(__("Remove webhooks"), () => saved(frm, remove_webhooks), store);
	frm.add_custom_button(
		__("Import products"),
		() => saved(frm, () => frappe.set_route("catalogue-import", frm.doc.name)),
		store
	);
	frm.add_custom_button(__("Sync now"), () => saved(frm, sync_now), store);
	frm.add_custom_button(__("Compare stock and prices now"), () => saved(frm, told_by("push_now")), store);
	frm.add_custom_button(__("Audit stock"), () => saved(frm, told_by("audit_now")), store);
	frm.add_custom_button(__("Create helper Items and Accounts"), () => saved(frm, create_helpers));
	frm.add_custom_button(__("Sync Log"), () =>
		frappe.set_route("List", "Sync Log", { store: frm.doc.name })
	);
}

// What is on the screen is what is tested.
async function saved(frm, action) {
	if (frm.is_dirty()) {
		await frm.save();
	}
	return action(frm);
}

function ask(frm, method, message, args = {}) {
	return frappe
		.call({
			method: STORE_API + method,
			args: { store: frm.doc.name, ...args },
			freeze: true,
			freeze_message: message,
		})
		.then((answer) => answer.message);
}

const sync_now = told_by("sync_now");

// A button whose work goes on in the background; the answer says what happens now.
function told_by(method) {
	return async (frm) => frappe.show_alert({ message: await ask(frm, method, ""), indicator: "blue" });
}

function table(heads, rows) {
	const head = heads.map((text) => `<th>${text}</th>`).join("");
	const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("");
	return `<table class="table table-bordered"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}
