// The Store Connection form: what applies to the platform, what suits the company, and the buttons.

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
// field -> the capability without which it is hidden
const NEEDS = {
	auth_method: "permanent_token",
	currency_rule: "presentment_currency",
	companies_section: "b2b",
	companies: "b2b",
	fee_account: "fees",
};

let platforms; // asked for once a page load

function load_platforms() {
	platforms ??= frappe.xcall(STORE_API + "platform_list");
	return platforms;
}

frappe.ui.form.on("Store Connection", {
	setup(frm) {
		const leaf = () => ({ filters: { company: frm.doc.company, is_group: 0, disabled: 0 } });
		[...ACCOUNTS, ...FOR_COMPANY].forEach((field) => frm.set_query(field, leaf));
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

async function capabilities(frm) {
	return (await load_platforms()).find((platform) => platform.name === frm.doc.platform);
}

async function offer_platforms(frm) {
	const found = await load_platforms();
	const options = found.map(({ name, label }) => ({ value: name, label }));
	const label_of = (value) => found.find(({ name }) => name === value)?.label || value;
	frm.get_docfield("platform").formatter = label_of; // once saved it is read only
	frm.set_df_property("platform", "options", [{ value: "", label: "" }, ...options]);
	frm.refresh_field("platform");
}

function offer_naming_series(frm) {
	frappe.model.with_doctype("Sales Order", () => {
		const series = frappe.meta.get_docfield("Sales Order", "naming_series")?.options || "";
		frm.set_df_property("naming_series", "options", ["", ...series.split("\n").filter(Boolean)]);
	});
}

async function show_what_applies(frm) {
	const found = await capabilities(frm);
	Object.entries(NEEDS).forEach(([field, capability]) =>
		frm.toggle_display(field, Boolean(found?.[capability]))
	);
	["location_id", "location_name"].forEach((field) => {
		const grid = frm.fields_dict.locations.grid;
		grid.update_docfield_property(field, "hidden", found?.locations ? 0 : 1);
		grid.update_docfield_property(field, "in_list_view", found?.locations ? 1 : 0);
		grid.reset_grid();
	});
	const token = Boolean(found?.permanent_token) && frm.doc.auth_method === "Access token";
	frm.toggle_display("access_token", token);
	frm.toggle_display(["client_id", "client_secret"], !token);
	frm.toggle_display("credentials_section", Boolean(found));
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

async function test_connection(frm) {
	const checks = await ask(frm, "test", __("Asking the store ..."));
	await frm.reload_doc();
	const dialog = new frappe.ui.Dialog({
		title: checks.every((check) => check.ok) ? __("All is well") : __("Something needs attention"),
		size: "large",
		fields: [{ fieldtype: "HTML", fieldname: "checks" }],
	});
	dialog.fields_dict.checks.$wrapper.html(table([__("Check"), "", __("Result")], checks.map(check_row)));
	dialog.$wrapper.find("[data-fix]").on("click", (event) => repair(frm, dialog, event.target.dataset.fix));
	dialog.show();
}

function check_row(check) {
	const escape = frappe.utils.escape_html;
	const [color, word] = check.ok
		? ["green", __("OK")]
		: check.fatal
		? ["red", __("Fix this")]
		: ["orange", __("Look at this")];
	const button = check.fix
		? `<button class="btn btn-xs btn-default" data-fix="${escape(check.fix)}">${__("Fix")}</button>`
		: "";
	const remedy = !check.ok && check.remedy ? `<div class="text-muted">${escape(check.remedy)}</div>` : "";
	return [
		escape(check.name),
		`<span class="indicator-pill no-indicator-dot text-nowrap ${color}">${word}</span>`,
		`${escape(check.detail || "")}${remedy}${button}`,
	];
}

async function repair(frm, dialog, fix) {
	await ask(frm, "repair", __("Repairing ..."), { fix });
	dialog.hide();
	return test_connection(frm);
}

async function register_webhooks(frm) {
	const rows = await ask(frm, "register_webhooks", __("Registering ..."));
	await frm.reload_doc();
	show_webhooks(__("The store now sends these"), rows);
}

function show_webhooks(title, rows) {
	const escape = frappe.utils.escape_html;
	const body = rows.map((row) => [escape(row.topic), escape(__(row.status)), escape(row.address)]);
	frappe.msgprint({ title, message: table([__("Topic"), __("Status"), __("Address")], body), wide: true });
}

async function remove_webhooks(frm) {
	frappe.confirm(
		__(
			"The store will send nothing any more: neither orders nor products nor quantities. Orders are then only found by the hourly look-up. Go on?"
		),
		async () => {
			const removed = await ask(frm, "remove_webhooks", __("Removing ..."));
			await frm.reload_doc();
			frappe.show_alert({ message: __("{0} webhooks removed", [removed]), indicator: "green" });
		}
	);
}

const sync_now = told_by("sync_now");

// A button whose work goes on in the background; the answer says what happens now.
function told_by(method) {
	return async (frm) => frappe.show_alert({ message: await ask(frm, method, ""), indicator: "blue" });
}

async function show_low_stock(frm, limit) {
	const box = frm.fields_dict.low_stock_html.$wrapper.empty();
	if (frm.is_new()) {
		return;
	}
	const name = frm.doc.name;
	const args = { store: name, ...(limit === undefined ? {} : { limit }) };
	const found = await frappe.xcall("ecommerce_sync.api.stock.low_stock", args);
	if (name !== frm.doc.name) {
		return;
	}
	box.html(found.total ? low_table(found) : `<p class="text-muted">${__("Nothing is low.")}</p>`);
	box.find("[data-all]").on("click", () => show_low_stock(frm, 0));
}

function low_table({ rows, total }) {
	const escape = frappe.utils.escape_html;
	const body = rows.map((row) => [
		frappe.utils.get_form_link("Item", row.item_code, true, escape(row.item_code)),
		escape(row.item_name || ""),
		escape(row.place),
		`<span class="text-danger">${row.available}</span>`,
		row.reorder_level,
	]);
	const heads = [__("Item"), __("Name"), __("Warehouse"), __("Available"), __("Reorder Level")];
	const more = total > rows.length
		? `<button class="btn btn-xs btn-default" data-all>${__("Show all {0}", [total])}</button>`
		: "";
	return table(heads, body) + more;
}

function create_helpers(frm) {
	frappe.confirm(
		__(
			"Two Items without stock (Store Custom Line, Gift Card) and an account for each charge that has none yet are created in {0}. Go on?",
			[frm.doc.company.bold()]
		),
		async () => {
			const made = await ask(frm, "create_helpers", __("Creating ..."));
			await frm.reload_doc();
			const rows = made.map(([doctype, name]) => [__(doctype), frappe.utils.get_form_link(doctype, name, true)]);
			const message = rows.length ? table([__("Kind"), __("Name")], rows) : __("Nothing was missing.");
			frappe.msgprint({ title: __("Created"), message });
		}
	);
}

// Adds a row for everything in the store that has none yet; the person checks and saves.
async function read_profile(frm) {
	const profile = await ask(frm, "profile", __("Asking the store ..."));
	const added = [
		...add_rows(frm, "locations", "location_id", profile.locations.map((place) => ({
			location_id: place.id,
			location_name: place.title,
			warehouse: frm.doc.warehouse,
		}))),
		...add_rows(frm, "taxes", "tax_title", profile.taxes.map((tax) => ({
			tax_title: tax.title,
			account: frm.doc.tax_account,
			cost_center: frm.doc.cost_center,
		}))),
		...add_rows(frm, "shipping_methods", "method", profile.shipping_methods.map((method) => ({
			method: method.title,
			account: frm.doc.shipping_account,
		}))),
		...add_rows(frm, "payment_methods", "method", profile.payment_methods.map((method) => ({
			method: method.id,
		}))),
	];
	const message = added.length
		? __("{0} rows added. Check their accounts and warehouses, then save.", [added.length])
		: __("Everything the store has is in the tables already.");
	frappe.show_alert({ message, indicator: added.length ? "blue" : "green" });
}

function add_rows(frm, field, key, rows) {
	const text = (value) => String(value || "").trim().toLowerCase();
	const known = new Set((frm.doc[field] || []).map((row) => text(row[key])));
	const fresh = rows.filter((row) => {
		const isnew = text(row[key]) && !known.has(text(row[key]));
		known.add(text(row[key]));
		return isnew;
	});
	fresh.forEach((row) => frm.add_child(field, row));
	if (fresh.length) {
		frm.refresh_field(field);
		frm.dirty();
	}
	return fresh;
}

function table(heads, rows) {
	const head = heads.map((text) => `<th>${text}</th>`).join("");
	const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("");
	return `<table class="table table-bordered"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}
