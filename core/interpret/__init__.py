"""What recorded traces say: records in, records out."""
