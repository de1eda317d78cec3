"""How kensa-nano, the embedded model, is made. Not needed at run time."""
