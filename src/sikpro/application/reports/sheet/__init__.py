"""The one-sheet of a recap: one A4 page as SVG, the same on the page, in print and as a picture."""
