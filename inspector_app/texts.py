"""Texts from outside made fit to be stored and shown. Knows characters only."""


def storable(text: str) -> str:
    """The text in characters that UTF-8 can hold: undecodable bytes of a file name become replacement marks."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def printable(text: str) -> str:
    """The text without what moves the cursor or rings: a file name must not be able to rewrite the screen."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
