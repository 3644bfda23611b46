"""Documents by the million: read line by line, stored in batches, written out in pages; in constant memory."""
