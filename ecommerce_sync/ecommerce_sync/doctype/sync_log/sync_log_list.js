frappe.listview_settings["Sync Log"] = {
	add_fields: ["state"],
	hide_name_column: true,
	get_indicator(doc) {
		const color = {
			Queued: "blue",
			"Waiting to retry": "yellow",
			Done: "green",
			Skipped: "gray",
			Held: "orange",
			Failed: "red",
		}[doc.state];
		return [__(doc.state), color, `state,=,${doc.state}`];
	},
};
