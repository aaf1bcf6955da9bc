"""Excel files with openpyxl."""
