"""Where the vendored fonts of pictures lie: among the static files, because pages use them too."""

from pathlib import Path

FONTS = Path(__file__).parent.parent / "adapters" / "web" / "static" / "vendor" / "dejavu-sans"
"""The folder of the fonts."""
