"""What the app adds to a site beyond its own DocTypes, and takes away again: roles, user, custom fields."""

from __future__ import annotations

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields
from frappe.custom.doctype.property_setter.property_setter import make_property_setter

from .bootstrap import SYNC_USER
from .custom_fields import CUSTOM_FIELDS

ROLES = ("Ecommerce Sync Manager", "Ecommerce Sync User")
# Sales User writes orders and customers but not Item Prices; Item Manager creates Items where a store asks for it;
# Stock Manager is the only role that may write a Stock Reconciliation, for differences made in a store;
# Stock User writes Delivery Notes and Pick Lists, Accounts User invoices and payments.
SYNC_USER_ROLES = (
	"Ecommerce Sync Manager",
	"Sales User",
	"Item Manager",
	"Stock Manager",
	"Stock User",
	"Accounts User",
)

# By these a first-time buyer is looked for, bundles by their parts, and batches by their Item; without an index
# that reads every row of the site.
INDEXED = (
	("Customer", "email_id"),
	("Contact Email", "email_id"),
	("Product Bundle", "new_item_code"),
	("Product Bundle Item", "item_code"),
	("Batch", "item"),
)


def after_install() -> None:
	"""Roles, sync user, custom fields, indexes; also run after every migrate, so that updates arrive."""
	for role in ROLES:
		_ensure_role(role)
	_ensure_sync_user()
	create_custom_fields(CUSTOM_FIELDS, ignore_validate=True)
	for doctype, fieldname in INDEXED:
		_ensure_index(doctype, fieldname)


after_migrate = after_install


def after_uninstall() -> None:
	"""Take away what stands in other tables: custom fields, user, roles, secrets, scheduler rows."""
	if "ecommerce_sync" in frappe.get_installed_apps():
		return  # Frappe calls the uninstall hooks in a dry run too
	for doctype, fields in CUSTOM_FIELDS.items():
		_remove_fields(doctype, [field["fieldname"] for field in fields])
	for doctype, fieldname in INDEXED:
		_remove_index(doctype, fieldname)
	_remove_sync_user()
	for role in ROLES:
		_remove_role(role)
	frappe.db.delete("Logs To Clear", {"ref_doctype": "Sync Log"})
	frappe.db.delete("Scheduled Job Type", {"method": ["like", "ecommerce_sync.%"]})
	frappe.db.delete("__Auth", {"doctype": "Store Connection"})
	frappe.db.commit()


def _ensure_index(doctype: str, fieldname: str) -> None:
	"""As a Property Setter, so that a migrate keeps the index."""
	if not frappe.get_meta(doctype).get_field(fieldname).search_index:
		make_property_setter(
			doctype, fieldname, "search_index", 1, "Check", validate_fields_for_doctype=False
		)
		frappe.db.updatedb(doctype)


def _remove_index(doctype: str, fieldname: str) -> None:
	frappe.db.delete(
		"Property Setter", {"doc_type": doctype, "field_name": fieldname, "property": "search_index"}
	)
	frappe.clear_cache(doctype=doctype)
	frappe.db.updatedb(doctype)


def _ensure_role(role: str) -> None:
	if not frappe.db.exists("Role", role):
		frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert(
			ignore_permissions=True
		)


def _ensure_sync_user() -> None:
	if frappe.db.exists("User", SYNC_USER):
		_add_roles()
		return
	user = frappe.new_doc("User")
	user.update({"email": SYNC_USER, "first_name": "Ecommerce Sync", "send_welcome_email": 0})
	user.user_image = "/assets/frappe/images/ui/bot.png"  # without one Frappe asks Gravatar
	user.append_roles(*(role for role in SYNC_USER_ROLES if frappe.db.exists("Role", role)))
	user.flags.no_welcome_mail = True
	user.insert(ignore_permissions=True)
	_remove_contact()


def _add_roles() -> None:
	"""Those that a newer version needs."""
	user = frappe.get_doc("User", SYNC_USER)
	has = {row.role for row in user.roles}
	missing = [role for role in SYNC_USER_ROLES if role not in has and frappe.db.exists("Role", role)]
	if missing:
		user.append_roles(*missing)
		user.save(ignore_permissions=True)


def _remove_sync_user() -> None:
	_remove_contact()
	frappe.delete_doc("User", SYNC_USER, force=True, ignore_missing=True, ignore_permissions=True)


def _remove_contact() -> None:
	"""Frappe makes a Contact for every User; this one is nobody's."""
	for name in frappe.get_all("Contact", {"email_id": SYNC_USER}, pluck="name"):
		frappe.delete_doc("Contact", name, force=True, ignore_permissions=True)


def _remove_role(role: str) -> None:
	for doctype in ("Has Role", "DocPerm", "Custom DocPerm"):
		frappe.db.delete(doctype, {"role": role})
	frappe.delete_doc("Role", role, force=True, ignore_missing=True)


def _remove_fields(doctype: str, fieldnames: list[str]) -> None:
	names = [f"{doctype}-{fieldname}" for fieldname in fieldnames]
	for name in frappe.get_all("Custom Field", {"name": ["in", names]}, pluck="name"):
		frappe.delete_doc("Custom Field", name, force=True)
	present = set(frappe.db.get_table_columns(doctype)) & set(fieldnames)
	if present:
		drops = ", ".join(f"DROP COLUMN `{name}`" for name in sorted(present))
		frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` {drops}")
	frappe.clear_cache(doctype=doctype)
