// The Store Listing form: what buyers see of the variant, and what ERPNext would show them now.

const STOCK_API = "ecommerce_sync.api.stock.";

frappe.ui.form.on("Store Listing", {
	setup(frm) {
		const sold = () => ({ filters: { disabled: 0, is_sales_item: 1, has_variants: 0 } });
		["item_code", "proposed_item"].forEach((field) => frm.set_query(field, sold));
	},

	refresh(frm) {
		frm.set_intro();
		if (frm.is_new()) {
			return;
		}
		if (frm.doc.gone) {
			frm.set_intro(__("The store has no such variant any more."), "orange");
		} else if (frm.doc.state) {
			frm.set_intro(frappe.utils.escape_html(frm.doc.state), "red");
		}
		show_levels(frm);
		if (frm.doc.item_code && !frm.doc.gone && frappe.user.has_role(["Ecommerce Sync Manager", "System Manager"])) {
			frm.add_custom_button(__("Push now"), () => push_now(frm));
		}
	},
});

async function push_now(frm) {
	await frappe.xcall(STOCK_API + "push_listing", { listing: frm.doc.name });
	frappe.show_alert({
		message: __("Stock and price are being compared. Only what differs is written to the store."),
		indicator: "blue",
	});
	setTimeout(() => !frm.is_dirty() && frm.reload_doc(), 5000);
}

async function show_levels(frm) {
	const box = frm.fields_dict.levels_html.$wrapper.empty();
	if (!frm.doc.item_code) {
		return;
	}
	const name = frm.doc.name;
	const rows = await frappe.xcall(STOCK_API + "stock_of", { listing: name });
	if (name === frm.doc.name) {
		box.html(rows.length ? level_table(rows) : `<p class="text-muted">${why_nothing(frm)}</p>`);
	}
}

function why_nothing(frm) {
	return frm.doc.stock_holder === "nobody"
		? __("The store counts no stock of this variant.")
		: __("No number goes to the store: the Item keeps no stock, or the store has no warehouse.");
}

function level_table(rows) {
	const escape = (value) => frappe.utils.escape_html(String(value ?? ""));
	const heads = ["Location", "Warehouses", "Kept Back", "ERPNext Would Show", "The Store Shows", ""];
	const body = rows.map((row) => [
		escape(row.location || __("The whole store")),
		escape(row.warehouses.join(", ")),
		escape(row.buffer),
		escape(row.available),
		row.known === null ? `<span class="text-muted">${__("never read")}</span>` : escape(row.known),
		level_state(row),
	]);
	const cells = (row, tag) => `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
	return `<table class="table table-bordered">
		<thead>${cells(heads.map((head) => head && __(head)), "th")}</thead>
		<tbody>${body.map((row) => cells(row, "td")).join("")}</tbody></table>`;
}

function level_state(row) {
	const [color, word] = row.due ? ["orange", __("Differs")] : ["green", __("Agrees")];
	const since = row.confirmed_at ? frappe.datetime.str_to_user(row.confirmed_at) : "";
	return `<span class="indicator-pill no-indicator-dot ${color}" title="${since}">${word}</span>`;
}
