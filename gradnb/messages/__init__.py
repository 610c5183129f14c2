"""Every sentence a person reads, by key and language."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

LANGUAGES = ("en", "zh")

_chosen: str | None = None


def set_language(language: str) -> None:
    """Choose the language of explanations and of the help in error messages.

    Parameters
    ----------
    language : str
        ``"en"`` or ``"zh"``.

    Raises
    ------
    ValueError
        If `language` is neither.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.set_language("en")
    """
    global _chosen
    _chosen = checked(language)


def checked(language: str) -> str:
    """Return `language` if there are messages in it, else raise ``ValueError``."""
    if not isinstance(language, str) or language not in LANGUAGES:
        raise ValueError(f"Unknown language {language!r}. Available: {', '.join(LANGUAGES)}.")
    return language


def current_language() -> str:
    """Return the chosen language, else that of the variable ``GRADNB_LANG``, else English."""
    if _chosen is not None:
        return _chosen
    wanted = os.environ.get("GRADNB_LANG", "en")
    return wanted if wanted in LANGUAGES else "en"


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Use `language` inside the block; None changes nothing, and a choice made inside the block lasts."""
    global _chosen
    before = _chosen
    if language is not None:
        set_language(language)
    inside = _chosen
    try:
        yield
    finally:
        if _chosen == inside:
            _chosen = before


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return all messages of one language: dotted keys (``state.stopped``) to templates."""
    # Imported with the first sentence: many programs end without one, and these take as long as half of the package.
    import tomllib
    from importlib import resources

    source = resources.files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return {
        f"{section}.{key}": template
        for section, entries in tomllib.loads(source).items()
        for key, template in entries.items()
    }


def text(message_key: str, /, language: str | None = None, **values: object) -> str:
    """Return the message `message_key` with `values` put in.

    Parameters
    ----------
    message_key : str
        A dotted key, ``section.name``.
    language : str, optional
        ``"en"`` or ``"zh"``; by default the current language.
    **values
        What the template's ``{names}`` stand for.

    Returns
    -------
    str
        The sentence.

    Raises
    ------
    KeyError
        If there is no such message, or a value that it needs is not given.

    Examples
    --------
    >>> text("state.stopped", "en")
    'stopped'
    """
    language = language or current_language()
    template = catalogue(language).get(message_key)
    if template is None:
        section, _, key = message_key.partition(".")
        raise KeyError(f"There is no {key!r} in the section [{section}] of gradnb/messages/{language}.toml.")
    return template.format(**values)
