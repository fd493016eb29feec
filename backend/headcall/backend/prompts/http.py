# SPDX-License-Identifier: Apache-2.0
"""/prompts: what callers hear, made by the house itself."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from headcall.backend.edge.auth import Actor, requires
from headcall.backend.prompts.library import PromptLibrary
from headcall.backend.prompts.voice import MAX_TEXT

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Language = Literal["zh", "en"]


class PromptVersion(BaseModel):
    """One sound of a prompt."""

    version_id: str
    language: Language
    made: Literal["upload", "recording", "speech"]
    text: str
    """The spoken text, or the file's name."""
    length_ms: int
    is_current: bool
    """Whether it is what callers hear in this language."""
    by: str
    at: str


class PromptOut(BaseModel):
    prompt_id: str
    name: str
    kind: Literal["announcement", "music"]
    versions: list[PromptVersion]
    """Newest first."""


class PromptsOut(BaseModel):
    prompts: list[PromptOut]


class PromptIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Name
    kind: Literal["announcement", "music"] = "announcement"


class PromptPatch(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Name


class SoundQuery(BaseModel):
    language: Language
    made: Literal["upload", "recording"] = "upload"
    name: Annotated[str, Field(max_length=200)] = ""
    """The file's, shown with the version."""


class SpeechIn(BaseModel):
    """What the house's voice is to speak."""

    model_config = ConfigDict(extra="forbid")
    language: Language
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]


Manager = Annotated[Actor, Depends(requires("queue.manage"))]


def routes(library: PromptLibrary) -> APIRouter:
    router = APIRouter(tags=["prompts"])

    @router.get("/prompts", response_model=PromptsOut)
    async def read_prompts(_who: Manager) -> dict[str, Any]:
        """All prompts with their versions."""
        return {"prompts": await library.every()}

    @router.post("/prompts", response_model=PromptOut, status_code=201)
    async def post_prompt(body: PromptIn, who: Manager) -> dict[str, Any]:
        """A prompt without a sound yet."""
        return await library.create(who, body.name, body.kind)

    @router.patch("/prompts/{prompt_id}", status_code=204)
    async def patch_prompt(prompt_id: str, body: PromptPatch, who: Manager) -> None:
        """Another name."""
        await library.rename(who, prompt_id, body.name)

    @router.delete("/prompts/{prompt_id}", status_code=204)
    async def delete_prompt(prompt_id: str, who: Manager) -> None:
        """`in-use` while a queue, a number, opening hours or a seat use it."""
        await library.delete(who, prompt_id)

    _version_routes(router, library)
    return router


def _version_routes(router: APIRouter, library: PromptLibrary) -> None:
    @router.post("/prompts/{prompt_id}/sound", response_model=PromptVersion, status_code=201, openapi_extra=_FILE)
    async def post_sound(
        prompt_id: str, who: Manager, query: Annotated[SoundQuery, Query()], request: Request
    ) -> dict[str, Any]:
        """A WAV, Ogg, WebM, MP4 or MP3 file, which callers hear from now on. `bad-sound`: it is none."""
        return await library.take(who, prompt_id, query.language, query.made, await request.body(), query.name)

    @router.post("/prompts/{prompt_id}/speech", response_model=PromptVersion, status_code=201)
    async def post_speech(prompt_id: str, body: SpeechIn, who: Manager) -> dict[str, Any]:
        """A text, spoken by the house's voice, which callers hear from now on."""
        return await library.speak(who, prompt_id, body.language, body.text)

    @router.put("/prompt-versions/{version_id}/current", status_code=204)
    async def put_current(version_id: str, who: Manager) -> None:
        """Callers hear this version again."""
        await library.choose(who, version_id)

    @router.get("/prompt-versions/{version_id}/audio", response_class=FileResponse)
    async def read_sound(version_id: str, _who: Manager) -> FileResponse:
        """The sound itself."""
        headers = {"cache-control": "private, max-age=3600"}
        return FileResponse(await library.sound(version_id), media_type="audio/wav", headers=headers)


_FILE = {
    "requestBody": {
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "required": True,
    }
}
