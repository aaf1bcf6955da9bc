"""Statuses, order types, Site Operations and STOs, and the installation's own rules."""
