"""How long texts and photos are kept: the setting, and what removes the older ones."""
