# SPDX-License-Identifier: Apache-2.0
"""/recordings."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from headcall.backend.edge.auth import Holder
from headcall.backend.recordings.ranges import NotSatisfiable, Part, octets, wanted_part
from headcall.backend.recordings.service import Recordings, Sound


class PeaksOut(BaseModel):
    """Loudness, 0 to 1, of each channel: the customer, then the agent."""

    per_second: int
    channels: list[list[float]]


def routes(recordings: Recordings) -> APIRouter:
    router = APIRouter(tags=["recordings"])

    @router.head("/recordings/{recording_id}/audio", include_in_schema=False)
    @router.get(
        "/recordings/{recording_id}/audio",
        response_class=Response,
        responses={200: {"content": {"audio/ogg": {}}}, 206: {"content": {"audio/ogg": {}}}},
    )
    async def read_audio(
        recording_id: str,
        who: Holder,
        request: Request,
        range_: Annotated[str | None, Header(alias="range")] = None,
        if_range: Annotated[str | None, Header()] = None,
    ) -> Response:
        """The recording, whole or in part; also while it is still being made."""
        sound = await recordings.sound(who, recording_id)
        headers = _headers(recording_id, sound)
        asked = range_ if if_range is None or if_range == headers.get("etag") else None
        try:
            part = wanted_part(asked, sound.octets)
        except NotSatisfiable:
            return Response(status_code=416, headers={"content-range": f"bytes */{sound.octets}"})
        sent = part or Part(0, sound.octets, sound.octets)
        headers["content-length"] = str(sent.end - sent.start)
        if part:
            headers["content-range"] = part.content_range()
        status = 206 if part else 200
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers, media_type="audio/ogg")
        return StreamingResponse(octets(sound.path, sent), status, headers, media_type="audio/ogg")

    @router.get("/recordings/{recording_id}/peaks", response_model=PeaksOut)
    async def read_peaks(recording_id: str, who: Holder) -> dict[str, Any]:
        """The waveform of a recording."""
        return await recordings.peaks(who, recording_id)

    return router


def _headers(recording_id: str, sound: Sound) -> dict[str, str]:
    headers = {"accept-ranges": "bytes", "content-disposition": f'inline; filename="{recording_id}.ogg"'}
    if sound.is_done:
        return headers | {"etag": f'"{recording_id}-{sound.octets}"', "cache-control": "private, max-age=3600"}
    return headers | {"cache-control": "no-store"}
