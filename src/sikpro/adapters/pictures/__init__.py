"""Pictures that people send: Pillow opens them, zxing-cpp reads their barcodes."""
