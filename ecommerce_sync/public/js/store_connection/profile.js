// The button that fills the Store Connection form's tables with what the store has.

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
