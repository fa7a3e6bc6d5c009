frappe.ui.form.on("Sales Invoice", { refresh: show_store });
