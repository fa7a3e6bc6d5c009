// The table of what runs low on the Store Connection form.

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
