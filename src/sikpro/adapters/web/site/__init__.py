"""What every page stands on: who may come in, forms, errors, page frame, assets and health."""
