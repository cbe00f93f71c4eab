"""Analyses beside the plan: cost curves, audits, investment."""
