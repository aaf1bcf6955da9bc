"""Excel files by openpyxl."""
