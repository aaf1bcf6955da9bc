"""Recaps: each defined once, over the port `OrderFacts`; page, Excel file and chat derive from the definition."""
