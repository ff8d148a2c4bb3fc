"""Sheets to print about one patient: the record sheet for the clinic, the patient sheet for the patient."""
