"""The right side: how the ERP is read and written, behind the protocols of `base`."""
