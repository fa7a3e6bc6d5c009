frappe.listview_settings["Store Listing"] = {
	add_fields: ["item_code", "state", "gone", "ignored", "stock_due", "price_due"],
	hide_name_column: true,
	get_indicator(doc) {
		const bound = "item_code,is,set";
		if (doc.gone) {
			return [__("Gone"), "gray", "gone,=,1"];
		}
		if (!doc.item_code) {
			return doc.ignored
				? [__("Left out"), "gray", "ignored,=,1"]
				: [__("Not bound"), "orange", "item_code,is,not set|ignored,=,0|gone,=,0"];
		}
		if (doc.state) {
			return [__("Refused"), "red", `state,is,set|${bound}`];
		}
		if (doc.stock_due || doc.price_due) {
			const due = doc.stock_due ? "stock_due" : "price_due";
			return [__("Due"), "blue", `${due},is,set|${bound}`];
		}
		return [__("Bound"), "green", bound];
	},
};
