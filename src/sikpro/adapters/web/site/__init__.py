"""The basis of every page: admission, forms, errors, page frame, assets and health."""
