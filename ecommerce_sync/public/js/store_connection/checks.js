// The buttons of the Store Connection form that ask the store something and show its answer.

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
