"""Photos and voices: where they come from and what makes a sample."""
