"""Recaps, defined once over the port `OrderFacts`. Page, Excel file and chat derive from the definition."""
