frappe.ui.form.on("Payment Entry", { refresh: show_store });
