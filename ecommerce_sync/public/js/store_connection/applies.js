// What of the Store Connection form applies to the platform.

// field -> the capability without which it is hidden
const NEEDS = {
	auth_method: "permanent_token",
	currency_rule: "presentment_currency",
	companies_section: "b2b",
	companies: "b2b",
	fee_account: "fees",
	part_status: "part_statuses",
};

let platforms; // asked for once a page load

function load_platforms() {
	platforms ??= frappe.xcall(STORE_API + "platform_list");
	return platforms;
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
