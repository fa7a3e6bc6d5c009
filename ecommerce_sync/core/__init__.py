"""What should happen: neutral models and pure planners. No Frappe, no network, no clock."""
