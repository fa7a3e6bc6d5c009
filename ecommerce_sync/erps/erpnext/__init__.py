"""ERPNext as the ERP: documents, links and events in the DocTypes of a Frappe site."""

from .erp import ErpNext
from .journal import FrappeJournal

__all__ = ["ErpNext", "FrappeJournal"]
