"""What needs no resolution is answered here, before anything slow is imported."""

__all__ = ["answer"]


def answer(arguments: list[str], environ: dict[str, str]) -> str | None:
    """The text that answers ``arguments``, or ``None``: then the command line does."""
    if arguments != ["off"]:
        return None
    import os

    from awsenv import environment, formats

    if os.isatty(1):
        return None
    text: str = formats.module(formats.asking(environ)).render(environment.leave(environ))
    return text
