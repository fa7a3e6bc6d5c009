// One event in words: what happened, what to do about it, and the ways to go on.

const EVENT_API = "ecommerce_sync.api.sync_log.";
const OPEN_STATES = ["Queued", "Waiting to retry", "Held", "Failed"];

frappe.ui.form.on("Sync Log", {
	async refresh(frm) {
		frm.disable_save();
		const words = await frappe.xcall(EVENT_API + "describe", { name: frm.doc.name });
		const escape = frappe.utils.escape_html;
		const remedy = words.remedy ? `<p class="text-muted">${escape(words.remedy)}</p>` : "";
		frm.get_field("message").$wrapper.html(`<p>${escape(words.message)}</p>${remedy}`);
		if (OPEN_STATES.includes(frm.doc.state)) {
			if (frm.doc.reason === "cancelled_in_erpnext" && frm.doc.kind === "order") {
				offer_choices(frm);
			}
			frm.add_custom_button(__("Retry"), () => go_on(frm, "retry"));
			frm.add_custom_button(__("Ask the store and retry"), () => go_on(frm, "retry", { ask_store: 1 }));
			frm.add_custom_button(__("Dismiss"), () =>
				frappe.confirm(__("Nothing more is done for this event. Go on?"), () => go_on(frm, "dismiss"))
			);
		}
	},
});

// What to do with an order whose Sales Order was cancelled here; amending it is the Desk's own button.
function offer_choices(frm) {
	const choices = {
		import_again: [__("Import again"), __("A new Sales Order is made of what the store says now. Go on?")],
		cancel_in_store: [
			__("Cancel in the store"),
			__("The order is cancelled in the store. This cannot be undone. Go on?"),
		],
	};
	for (const [choice, [label, question]] of Object.entries(choices)) {
		frm.add_custom_button(label, () => frappe.confirm(question, () => go_on(frm, "choose", { choice })), __("Decide"));
	}
}

async function go_on(frm, method, args = {}) {
	await frappe.xcall(EVENT_API + method, { name: frm.doc.name, ...args });
	frm.reload_doc();
}
