# SPDX-License-Identifier: Apache-2.0
"""Shapes that several features' routes share."""

from pydantic import BaseModel


class Text(BaseModel):
    """A text in both languages."""

    zh: str
    en: str


class ErrorBody(BaseModel):
    """Why a request was refused: an id of the catalogue of causes, its text, and a detail for developers.

    `fields`: where in the body it is wrong, as in `needs.1.level`.
    """

    cause: str
    text: Text
    detail: str
    fields: list[str] = []


class ErrorOut(BaseModel):
    """The shape of every refusal."""

    error: ErrorBody
