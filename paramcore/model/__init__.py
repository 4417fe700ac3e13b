"""The model: projects, versions, updates, task requests, and what a task inherits."""
