"""Reports for people: Markdown, HTML pages, notebooks, and the parts that these forms share."""
