// The Field Mapping form: the fields there are, and what the mapping finds in what really came.

const TARGETS = {
	Order: "Sales Order",
	"Order Line": "Sales Order Item",
	Customer: "Customer",
	Product: "Item",
	Variant: "Item",
};

frappe.ui.form.on("Field Mapping", {
	setup(frm) {
		frm.set_query("target_doctype", () => ({ filters: { name: ["in", [...new Set(Object.values(TARGETS))]] } }));
	},

	refresh(frm) {
		if (frm.is_new() && !frm.doc.target_doctype && TARGETS[frm.doc.entity]) {
			frm.set_value("target_doctype", TARGETS[frm.doc.entity]);
		}
		offer_fields(frm);
		frm.add_custom_button(__("Try on a real payload"), () => try_out(frm));
	},

	entity(frm) {
		frm.set_value("target_doctype", TARGETS[frm.doc.entity] || "");
	},

	target_doctype(frm) {
		frm.set_value("target_field", "");
		offer_fields(frm);
	},
});

function offer_fields(frm) {
	if (!frm.doc.target_doctype) {
		frm.fields_dict.target_field.set_data([]);
		return;
	}
	frappe.model.with_doctype(frm.doc.target_doctype, () => {
		const fields = frappe.meta
			.get_docfields(frm.doc.target_doctype)
			.filter((field) => frappe.model.is_value_type(field) && !field.is_virtual)
			.map((field) => ({ value: field.fieldname, label: __(field.label || field.fieldname) }));
		frm.fields_dict.target_field.set_data(fields);
	});
}

async function try_out(frm) {
	const rows = await frappe.xcall("ecommerce_sync.api.field_mapping.try_out", {
		mapping: JSON.stringify(frm.doc),
	});
	const escape = frappe.utils.escape_html;
	const shown = (row) => {
		if (row.error) {
			return `<span class="text-danger">${escape(row.error)}</span>`;
		}
		return row.value === null ? `<i class="text-muted">${__("left alone")}</i>` : escape(row.value);
	};
	const body = rows.map((row) => `<tr><td>${escape(row.of)}</td><td>${shown(row)}</td></tr>`).join("");
	frappe.msgprint({
		title: __("Found in the latest of its kind"),
		message: `<table class="table table-bordered"><tbody>${body}</tbody></table>`,
	});
}
