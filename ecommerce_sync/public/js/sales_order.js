frappe.ui.form.on("Sales Order", { refresh: show_store });
