frappe.ui.form.on("Delivery Note", { refresh: show_store });
