"""Tables that people upload: lists, orders to import, and their own books to compare with."""
