"""Reports for people: Markdown, notebooks and the parts that all forms share."""
