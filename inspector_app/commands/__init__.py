"""One file a command of `kensa`; each command is one function. Heavy packages are imported inside the functions."""
