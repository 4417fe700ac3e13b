"""Questions about a model: plans, diffs, histories, impact, audits, drift.  Pure."""
