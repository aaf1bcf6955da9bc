"""The charts of a recap as numbers: positions on a canvas, without any markup."""
