// The table of the catalogue import; `catalogue_import.js` includes this file.

// What would become of a variant: the words on its chip, the words in its row, its colour.
ecommerce_sync.listing_kinds = () => ({
	bound: [__("Bound"), __("bound"), "green"],
	sku: [__("Will be bound by SKU"), __("will be bound: same SKU"), "blue"],
	barcode: [__("Will be bound by barcode"), __("will be bound: same barcode"), "blue"],
	chosen: [__("Will be bound as chosen"), __("will be bound: chosen by a person"), "blue"],
	create: [__("Will be created"), __("will be created"), "cyan"],
	name: [__("Similar name"), __("similar name: choose"), "orange"],
	ambiguous: [__("Ambiguous"), __("several Items fit: choose"), "orange"],
	no_sku: [__("No SKU"), __("no SKU: choose, or enter one in the store"), "orange"],
	duplicate_sku: [__("Duplicate SKU"), __("SKU used twice in the store: choose, or correct it there"), "orange"],
	ignored: [__("Left out"), __("left out"), "gray"],
	gone: [__("Gone"), __("not in the store any more"), "gray"],
});

// The table's rows, and the decisions that a person takes in them.
ecommerce_sync.ImportRows = class ImportRows {
	constructor(body, kinds, decided) {
		Object.assign(this, { body, kinds, decided, rows: new Map() });
		body.on("click", "[data-do]", (event) => {
			const name = $(event.currentTarget).closest("tr").attr("data-name");
			this[event.currentTarget.dataset.do](name, event.currentTarget.dataset.item);
		});
	}

	get count() {
		return this.rows.size;
	}

	add(rows, start) {
		if (!start) {
			this.rows.clear();
			this.body.empty();
		}
		rows.forEach((row) => this.rows.set(row.name, row));
		this.body.append(rows.map((row) => this.html(row)).join(""));
	}

	async choose(listing, item_code, ignore = 0) {
		const args = { listing, item_code: item_code || "", ignore };
		const row = await frappe.xcall("ecommerce_sync.api.catalogue.choose", args);
		this.rows.set(listing, row);
		this.row(listing).replaceWith(this.html(row));
		this.decided();
	}

	leave_out(listing) {
		return this.choose(listing, "", 1);
	}

	row(listing) {
		return this.body.find("tr").filter((_, row) => row.dataset.name === listing);
	}

	// A Link control on demand: one in each of fifty rows would be slow.
	pick(listing) {
		const cell = this.row(listing).find('[data-part="item"]');
		const place = $('<div class="import-pick">').appendTo(cell.find(".import-pick").remove().end());
		const control = frappe.ui.form.make_control({
			parent: place,
			only_input: true,
			render_input: true,
			df: {
				fieldtype: "Link",
				fieldname: "item_code",
				options: "Item",
				placeholder: __("Item"),
				get_query: () => ({ filters: { disabled: 0, is_sales_item: 1, has_variants: 0 } }),
				change: () => control.get_value() && this.choose(listing, control.get_value()),
			},
		});
		control.set_focus();
	}

	html(row) {
		const escape = (value) => frappe.utils.escape_html(String(value ?? ""));
		const [, words, color] = this.kinds[row.becomes] || ["", __("not matched yet"), "gray"];
		const score = row.becomes === "name" && row.match_score ? ` (${Math.round(row.match_score)} %)` : "";
		const title = frappe.utils.get_form_link("Store Listing", row.name, true, escape(row.title || row.name));
		return `<tr data-name="${escape(row.name)}">
			<td>${title}</td><td>${escape(row.sku)}</td><td>${escape(row.barcode)}</td>
			<td><span class="indicator ${color}">${words}${score}</span></td>
			<td data-part="item">${this.item(row, escape)}</td><td class="text-right text-nowrap">${this.actions(row)}</td></tr>`;
	}

	item(row, escape) {
		const shown = (code) => {
			const name = row.names[code];
			const more = name && name !== code ? `<div class="text-muted">${escape(name)}</div>` : "";
			return frappe.utils.get_form_link("Item", code, true, escape(code)) + more;
		};
		if (["ignored", "gone"].includes(row.becomes)) {
			return "";
		}
		if (row.item_code || row.proposed_item) {
			return shown(row.item_code || row.proposed_item);
		}
		const buttons = row.candidates.map(
			(code) => `<button class="btn btn-xs btn-default" data-do="choose" data-item="${escape(code)}"
				title="${escape(row.names[code])}">${escape(code)}</button>`
		);
		return buttons.join(" ");
	}

	actions(row) {
		const button = (action, words) =>
			`<button class="btn btn-xs btn-default" data-do="${action}">${words}</button>`;
		if (["bound", "gone"].includes(row.becomes)) {
			return "";
		}
		if (["ignored", "chosen"].includes(row.becomes)) {
			return button("choose", __("Take back"));
		}
		return `${button("pick", __("Choose Item"))} ${button("leave_out", __("Leave out"))}`;
	}
};
