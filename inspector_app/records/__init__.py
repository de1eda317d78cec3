"""What was judged, kept for good. The only package that knows the database."""
