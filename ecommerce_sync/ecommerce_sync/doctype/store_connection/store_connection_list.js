frappe.listview_settings["Store Connection"] = {
	add_fields: ["enabled", "health"],
	get_indicator(doc) {
		if (!doc.enabled) {
			return [__("Disabled"), "gray", "enabled,=,0"];
		}
		const color = { Green: "green", Amber: "orange", Red: "red" }[doc.health];
		return color ? [__(doc.health), color, `health,=,${doc.health}`] : [__("Not tested"), "blue", "health,=,"];
	},
};
