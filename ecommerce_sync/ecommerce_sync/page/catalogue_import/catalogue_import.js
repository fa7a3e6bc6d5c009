// The guided import of a store's catalogue: read the store, look and choose, bind and create.
// Nothing is written to any Item before the last step. Texts of the store are escaped wherever they are shown.

frappe.provide("ecommerce_sync");
{% include "ecommerce_sync/ecommerce_sync/page/catalogue_import/import_rows.js" %}

frappe.pages["catalogue-import"].on_page_load = (wrapper) => {
	wrapper.catalogue_import = new ecommerce_sync.CatalogueImport(wrapper);
};
frappe.pages["catalogue-import"].on_page_show = (wrapper) => wrapper.catalogue_import.show();
frappe.pages["catalogue-import"].on_page_hide = (wrapper) => wrapper.catalogue_import.rest();

ecommerce_sync.CatalogueImport = class CatalogueImport {
	constructor(wrapper) {
		this.page = frappe.ui.make_app_page({ parent: wrapper, title: __("Import Products"), single_column: true });
		this.store_field = this.page.add_field({
			fieldname: "store",
			label: __("Store"),
			fieldtype: "Link",
			options: "Store Connection",
			get_query: () => ({ filters: { enabled: 1 } }),
			change: () => this.choose_store(this.store_field.get_value()),
		});
		this.page.add_inner_button(__("Store"), () => this.go("Form", "Store Connection", this.store));
		this.page.add_inner_button(__("Listings"), () => this.go("List", "Store Listing", { store: this.store }));
		this.page.add_menu_item(__("Match again without reading"), () => this.start("match"));
		this.kinds = ecommerce_sync.listing_kinds();
		this.open_kinds = ["ambiguous", "no_sku", "duplicate_sku", "name"];
		this.body = $(frappe.render_template("catalogue_import", { kinds: this.kinds })).appendTo(this.page.main);
		this.rows = new ecommerce_sync.ImportRows(this.find("rows"), this.kinds, () => this.ask());
		this.listen();
	}

	find(part) {
		return this.body.find(`[data-part="${part}"]`);
	}

	go(...route) {
		if (this.store) {
			frappe.set_route(...route);
		}
	}

	call(method, args = {}) {
		return frappe.xcall(`ecommerce_sync.api.catalogue.${method}`, { store: this.store, ...args });
	}

	listen() {
		this.find("read").on("click", () => this.start("read"));
		this.find("run").on("click", () => this.confirm_run());
		this.find("stop").on("click", () => this.stop());
		this.find("more").on("click", () => this.list(this.rows.count));
		this.find("search").on("input", frappe.utils.debounce(() => this.list(), 400));
		this.body.on("click", "[data-kind]", (event) => {
			this.kind = event.currentTarget.dataset.kind;
			this.show_chips();
			this.list();
		});
		frappe.realtime.on("ecommerce_sync_catalogue", (told) => {
			if (told.store === this.store && this.awake) {
				this.show_progress(told);
			}
		});
	}

	show() {
		this.awake = true;
		frappe.realtime.doctype_subscribe("Store Connection");
		const store = frappe.get_route()[1];
		if (store && store !== this.store_field.get_value()) {
			this.store_field.set_value(store);
		}
		if (store) {
			this.choose_store(store);
		}
	}

	rest() {
		this.awake = false;
		clearTimeout(this.timer);
	}

	choose_store(store) {
		if (!store || (store === this.store && this.awake && this.asked)) {
			return;
		}
		Object.assign(this, { store, kind: "", becomes: {}, asked: true, was_running: false });
		if (frappe.get_route()[1] !== store) {
			frappe.set_route("catalogue-import", store);
		}
		this.find("search").val("");
		this.body.removeClass("hidden");
		this.ask();
		this.list();
	}

	// Progress and counts, again in a few seconds while a step runs: realtime messages may not arrive.
	async ask() {
		clearTimeout(this.timer);
		const store = this.store;
		const { becomes, progress, failed } = await this.call("summary");
		if (store !== this.store || !this.awake) {
			return;
		}
		Object.assign(this, { becomes, failed });
		this.show_chips();
		this.show_progress(progress);
		if (progress.state === "Running") {
			this.timer = setTimeout(() => this.ask(), 3000);
		}
	}

	async list(start = 0) {
		const asked = (this.asked_list = {}); // only the latest question is answered
		const search = this.find("search").val();
		const rows = await this.call("listings", { becomes: this.kind, search, start });
		if (asked !== this.asked_list) {
			return;
		}
		this.rows.add(rows, start);
		this.find("more").toggleClass("hidden", rows.length < 50);
		this.find("table").toggleClass("hidden", !this.rows.count);
		const filtered = this.kind || search;
		const words = filtered ? __("There is none of these.") : __("Nothing has been read yet. Read the store first.");
		this.find("nothing").text(this.rows.count ? "" : words);
	}

	count(...kinds) {
		return kinds.reduce((sum, kind) => sum + (this.becomes[kind] || 0), 0);
	}

	show_chips() {
		const all = Object.keys(this.becomes);
		this.body.find("[data-kind]").each((_, chip) => {
			const kind = chip.dataset.kind;
			const meant = { "": all, open: this.open_kinds }[kind] || [kind];
			const count = this.count(...meant);
			$(chip).toggleClass("hidden", Boolean(kind) && !count && kind !== this.kind);
			$(chip).toggleClass("btn-primary", kind === this.kind).toggleClass("btn-default", kind !== this.kind);
			$(chip).find("span").text(count);
		});
	}

	show_progress(progress) {
		const running = progress.state === "Running";
		const { done = 0, expected = 0 } = progress;
		this.find("read").prop("disabled", running);
		this.find("run").prop("disabled", running || !this.to_do());
		this.find("stop").prop("disabled", false).toggleClass("hidden", !running || progress.step === "match");
		this.find("bar").toggleClass("hidden", !running);
		const share = expected ? Math.round((100 * done) / expected) : 100;
		this.find("bar").find(".progress-bar").css("width", `${share}%`).toggleClass("progress-bar-striped", !expected);
		this.find("told").text(this.words_of(progress)).toggleClass("text-danger", progress.state === "Failed");
		this.find("failed").toggleClass("hidden", !this.failed).attr("href", this.failed_route());
		this.find("failed").text(__("{0} products failed: see why in Sync Log", [this.failed || 0]));
		this.find("run").text(this.to_do() ? __("Bind and create {0}", [this.to_do()]) : __("Bind and create"));
		if (this.was_running && !running) {
			this.was_running = false;
			this.ask();
			this.list();
		}
		this.was_running = running;
	}

	to_do() {
		return this.count("sku", "barcode", "chosen", "create");
	}

	failed_route() {
		const store = encodeURIComponent(this.store);
		return `/app/sync-log?store=${store}&topic=import&state=Failed`;
	}

	words_of({ step, state, done = 0, expected = 0, counts = {}, problem }) {
		if (!state) {
			return "";
		}
		if (state === "Failed") {
			return problem || __("It failed.");
		}
		if (state === "Running") {
			const so_far = done ? __("{0} products so far", [done]) : __("Working ...");
			return expected ? __("{0} of {1} products", [done, expected]) : so_far;
		}
		if (step === "match") {
			return __("Matched anew.");
		}
		const stopped = state === "Stopped" ? __("Stopped; start again to go on.") + " " : "";
		if (step === "read") {
			const refused = counts.refused ? " " + __("{0} could not be understood.", [counts.refused]) : "";
			return stopped + __("{0} products read.", [counts.read || 0]) + refused;
		}
		return stopped + __("{0} products done, {1} failed.", [counts.done || 0, counts.failed || 0]);
	}

	async start(step) {
		if (!this.store) {
			return;
		}
		await this.call(step);
		this.ask();
	}

	async stop() {
		this.find("stop").prop("disabled", true);
		await this.call("stop");
		frappe.show_alert({ message: __("It stops after the product that is being done."), indicator: "blue" });
	}

	confirm_run() {
		const open = this.count(...this.open_kinds, "");
		const lines = [
			__("{0} variants are bound to an Item that exists.", [this.count("sku", "barcode", "chosen")]),
			__("{0} Items are created.", [this.count("create")]),
			__("{0} variants wait for a choice and are left as they are.", [open]),
		];
		frappe.confirm(`<p>${lines.join("<br>")}</p>${__("Go on?")}`, () => this.start("run"));
	}
};
