# SPDX-License-Identifier: Apache-2.0
"""Text that a database can keep. Strangers send NUL, which PostgreSQL refuses, and half characters (lone surrogates,
which JSON's escapes allow), which no database takes. Each becomes U+FFFD, in what is kept and in what is searched for.
"""

from typing import Any


def cleaned(text: str) -> str:
    """`text` without what cannot be stored."""
    text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def clean_parameters(parameters: Any) -> Any:
    """The parameters of a statement, whatever their shape in the driver at hand."""
    if isinstance(parameters, str):
        return cleaned(parameters)
    if isinstance(parameters, dict):
        return {name: clean_parameters(value) for name, value in parameters.items()}
    if isinstance(parameters, list | tuple):
        return type(parameters)(clean_parameters(value) for value in parameters)
    return parameters


def before_execute(
    _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
) -> tuple[str, Any]:
    """SQLAlchemy's `before_cursor_execute`."""
    return statement, clean_parameters(parameters)
