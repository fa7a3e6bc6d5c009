// One event in words: what happened and what to do about it.

frappe.ui.form.on("Sync Log", {
	async refresh(frm) {
		const words = await frappe.xcall("ecommerce_sync.api.sync_log.describe", { name: frm.doc.name });
		const escape = frappe.utils.escape_html;
		const remedy = words.remedy ? `<p class="text-muted">${escape(words.remedy)}</p>` : "";
		frm.get_field("message").$wrapper.html(`<p>${escape(words.message)}</p>${remedy}`);
	},
});
