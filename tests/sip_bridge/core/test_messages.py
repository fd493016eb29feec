# SPDX-License-Identifier: Apache-2.0
"""Messages, header fields and addresses."""

import pytest

from headcall.sip_bridge.errors import LocalError, Malformed, NotVersionTwo, PeerError, TooLarge
from headcall.sip_bridge.headers import CSeq, Headers, Via, canonical
from headcall.sip_bridge.message import Request, Response, respond, serialise
from headcall.sip_bridge.multipart import parts
from headcall.sip_bridge.parser import MAX_FIELDS, excuse, parse
from headcall.sip_bridge.uri import NameAddr, Uri

HEAD = (
    b"INVITE sip:4008123456@192.0.2.2 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1, SIP/2.0/TCP [2001:db8::1]:5070;branch=z9hG4bK0\r\n"
    b'f: "Li Mei" <sip:mei@a.test>;tag=1\r\nt: <tel:4008123456>\r\ni: x@y\r\nCSeq: 1 INVITE\r\n'
    b"m: <sip:mei@192.0.2.1;transport=UDP>;expires=60\r\nMax-Forwards: 69\r\n"
)


def message(extra: bytes = b"", body: bytes = b"") -> Request:
    parsed = parse(HEAD + extra + b"\r\n" + body)
    assert isinstance(parsed, Request)
    return parsed


def test_a_request_is_read() -> None:
    invite = message(b"c: Application/SDP;charset=utf-8\r\nl: 3\r\n", b"v=0-and-more")
    assert invite.uri.number == "4008123456"
    assert [via.transport for via in invite.vias] == ["UDP", "TCP"]
    assert invite.vias[1].sent_by == "[2001:db8::1]:5070"
    assert (invite.from_.display, invite.from_.tag, invite.to.uri.number) == ("Li Mei", "1", "4008123456")
    assert (invite.cseq, invite.max_forwards, invite.call_id) == (CSeq(1, "INVITE"), 69, "x@y")
    assert invite.contacts[0].uri.param("transport") == "UDP"
    assert (invite.content_type, invite.sdp) == ("application/sdp", b"v=0")


def test_a_name_in_gbk_is_read_as_chinese() -> None:
    data = HEAD.replace(b"Li Mei", "李梅".encode("gb18030"))
    assert parse(data + b"\r\n").from_.display == "李梅"
    assert parse(HEAD.replace(b"Li Mei", "李梅".encode()) + b"\r\n").from_.display == "李梅"


def test_control_characters_in_a_name_are_left_out() -> None:
    assert NameAddr.parse('"a\\\0b\\\x07c" <sip:x@y>').display == "abc"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ((b"SIP/2.0\r\nVia", b"SIP/3.0\r\nVia"), NotVersionTwo),
        ((b"INVITE sip", b"INVITE  sip"), Malformed),
        ((b"CSeq: 1 INVITE", b"CSeq: 1 BYE"), Malformed),
        ((b"CSeq: 1 INVITE", b"CSeq: 4294967296 INVITE"), Malformed),
        ((b"i: x@y", b"i: x y"), Malformed),
        ((b"i: x@y", b"i: " + b"x" * 300), Malformed),
        ((b"Max-Forwards: 69", b"Max-Forwards: +9"), Malformed),
        ((b"f: ", b"f: <sip:a@b>;tag=2\r\nf: "), Malformed),
        ((b"Max-Forwards: 69", b"Content-Length: 1"), Malformed),
        ((b"Max-Forwards: 69", b"X: " + b"a" * 20_000), TooLarge),
        ((b"Max-Forwards: 69", b"\r\n".join([b"X: a"] * (MAX_FIELDS + 1))), TooLarge),
        ((b"Max-Forwards: 69", b"X: a\rb"), Malformed),
        ((b"Max-Forwards: 69", b"No colon"), Malformed),
        ((b"m: <", b"m: <sip:a@b"), Malformed),
    ],
)
def test_what_we_route_by_is_read_strictly(change: tuple[bytes, bytes], error: type[PeerError]) -> None:
    with pytest.raises(error):
        parse(HEAD.replace(*change) + b"\r\n")


def test_a_message_without_an_end_is_refused() -> None:
    for data in (b"", b"\r\n\r\n\r\n", HEAD, b"\0" * 100, HEAD.replace(b"\r\n", b"\n") + b"\n"):
        with pytest.raises(Malformed):
            parse(data)


def test_a_request_that_cannot_be_read_is_excused_if_the_answer_finds_its_way() -> None:
    bad = HEAD.replace(b"Max-Forwards: 69", b"Max-Forwards: none") + b"\r\n"
    response = excuse(bad, Malformed("bad Max-Forwards"))
    assert response is not None
    assert serialise(response).startswith(b"SIP/2.0 400 Bad Request (bad Max-Forwards)\r\nVia: SIP/2.0/UDP 192.0.2.1;")
    assert excuse(bad.replace(b"INVITE sip", b"ACK sip"), Malformed("x")) is None
    assert excuse(b"SIP/2.0 200 OK\r\n\r\n", Malformed("x")) is None
    assert excuse(b"nonsense", Malformed("x")) is None


def test_a_response_echoes_what_it_must_and_nothing_else() -> None:
    response = respond(message(), 180, to_tag="mine", headers=[("Contact", "<sip:me@here>")])
    assert [name for name, _ in response.headers] == ["Via", "From", "To", "Call-ID", "CSeq", "Contact"]
    assert (response.to.tag, response.reason) == ("mine", "Ringing")
    assert respond(message(), 999).reason == "Unknown"


def test_nothing_of_ours_can_smuggle_a_header_field() -> None:
    with pytest.raises(LocalError):
        serialise(respond(message(), 200, headers=[("X", "a\r\nVia: b")]))
    with pytest.raises(LocalError):
        serialise(Response(200, "OK\r\nX: y"))
    assert "\n" not in str(NameAddr(Uri.sip("a", "b"), 'x\r\n"y'))


def test_header_fields_keep_their_order_and_have_no_case() -> None:
    headers = Headers([("v", "1"), ("X-A", "a"), ("VIA", "2"), ("x-a", "b, c")])
    assert list(headers) == [("Via", "1"), ("X-A", "a"), ("Via", "2"), ("X-A", "b, c")]
    assert headers.get("via") == "1" and headers.get("gone", "none") == "none"
    assert headers.elements("x-a") == ["a", "b", "c"]
    assert list(headers.replaced("Via", "3")) == [("Via", "3"), ("X-A", "a"), ("X-A", "b, c")]
    assert headers.prepended(("Via", "0")).all("Via") == ["0", "1", "2"]
    assert "via" in headers and "To" not in headers and len(headers.without("X-A")) == 2
    assert "1" not in repr(headers)
    assert (canonical("CSEQ"), canonical("k"), canonical("p-asserted-identity")) == (
        "CSeq",
        "Supported",
        "P-Asserted-Identity",
    )


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [  # RFC 3261 19.1.4
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp", True),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", True),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5", True),
        ("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
         "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com", True),
        ("sip:alice@atlanta.com?subject=project%20x&priority=urgent",
         "sip:alice@atlanta.com?priority=urgent&subject=project%20x", True),
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", False),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", False),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;user=phone", False),
        ("sip:bob@biloxi.com:6000;transport=tcp", "sip:bob@biloxi.com", False),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", False),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", False),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", False),
        ("tel:+8675512345678", "TEL:+8675512345678", True),
        ("sip:a@b", "sips:a@b", False),
    ],
)  # fmt: skip
def test_uris_are_compared_as_the_rfc_says(left: str, right: str, same: bool) -> None:
    assert Uri.parse(left).same_as(Uri.parse(right)) is same
    assert Uri.parse(right).same_as(Uri.parse(left)) is same


def test_uris_are_taken_apart() -> None:
    uri = Uri.parse("sips:+86%20755;phone-context=cn:pw@[2001:DB8::1]:5061;lr;maddr=x?a=b")
    assert (uri.scheme, uri.number, uri.password, uri.address, uri.port) == (
        "sips",
        "+86 755",
        "pw",
        "2001:db8::1",
        5061,
    )
    assert uri.is_loose and uri.param("maddr") == "x" and uri.headers == "a=b"
    assert Uri.parse("sip:*98#@pbx").number == "*98#"
    assert str(Uri.sip("王 伟@", "2001:db8::1", 5070, transport="tcp")) == (
        "sip:%E7%8E%8B%20%E4%BC%9F%40@[2001:db8::1]:5070;transport=tcp"
    )
    assert Uri.parse("tel:+86-755-1234;phone-context=x").number == "+86-755-1234"


@pytest.mark.parametrize(
    "text",
    ["", "sip:", "sip:@b", "a@b", "sip:a@b:", "sip:a@b:99999", "sip:a@[::1", "sip:a b@c", "sip:a@b;;",
     "sip:a@b;x=1;x=2", "sip:a@b@c", "sip:a@b?", "tel:abc!", "mailto:a b", "sip:a%4@b", "sip:a@" + "b" * 3000],
)  # fmt: skip
def test_what_is_no_uri_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Uri.parse(text)


@pytest.mark.parametrize(
    ("text", "display", "uri", "tag"),
    [
        ("sip:a@b;tag=1", "", "sip:a@b", "1"),
        ("<sip:a@b;tag=2>;tag=1", "", "sip:a@b;tag=2", "1"),
        ("caller<sip:a@b> ; tag = 1", "caller", "sip:a@b", "1"),
        ('"J \\"Q\\" Public"<sip:a@b>;x;tag=1', 'J "Q" Public', "sip:a@b", "1"),
        ("Mr. Smith Jr <sip:a@b>;tag=1", "Mr. Smith Jr", "sip:a@b", "1"),
        ("李梅 <sip:a@b>;tag=1", "李梅", "sip:a@b", "1"),
        ('"" <sip:a@b>', "", "sip:a@b", None),
    ],
)
def test_addresses_are_read(text: str, display: str, uri: str, tag: str | None) -> None:
    address = NameAddr.parse(text)
    assert (address.display, str(address.uri), address.tag) == (display, uri, tag)
    assert NameAddr.parse(str(address)) == address


def test_a_via_is_read_and_written() -> None:
    via = Via.parse(
        "SIP / 2.0 / UDP  first.example.com: 4000;ttl=16 ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1;rport"
    )
    assert (via.transport, via.host, via.port, via.branch, via.param("rport")) == (
        "UDP",
        "first.example.com",
        4000,
        "z9hG4bKa7c6a8dlze.1",
        "",
    )
    assert str(via.with_param("rport", "9").with_param("received", "192.0.2.1")).endswith(
        "branch=z9hG4bKa7c6a8dlze.1;rport=9;received=192.0.2.1"
    )
    assert Via.parse("SIP/2.0/TLS Host").sent_by == "host:5061"
    for bad in ("", "SIP/2.0", "HTTP/2.0/UDP h", "SIP/2.0/UDP", "SIP/2.0/UDP h;=", "SIP/x/UDP h", "SIP/2.0/U@P h"):
        with pytest.raises(Malformed):
            Via.parse(bad)


MIXED = (
    b"preamble\r\n--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--b1  \r\n"
    b"content-type: application/ISUP;version=itu-t92+\r\nContent-Disposition: signal\r\n\r\n"
    b"\x01\x00--b1\x60\r\n--b1--\r\nend"
)


def test_sdp_is_found_beside_an_isup_message() -> None:
    for boundary in (b"b1", b'"b1"'):
        invite = message(b"Content-Type: multipart/mixed ; boundary=" + boundary + b"\r\n", MIXED)
        assert invite.sdp == b"v=0\r\n"
    assert list(parts("multipart/mixed;boundary=b1", MIXED))[1] == ("application/isup", b"\x01\x00--b1\x60")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/mixed", MIXED),
        ("multipart/mixed;boundary=b2", MIXED),
        ("multipart/mixed;boundary=b", MIXED),
        ("multipart/mixed;boundary=b1", b""),
        ("multipart/mixed;boundary=b1", b"--b1\r\nContent-Type: application/sdp"),
        ("multipart/mixed;boundary=b1", b"--b1\r\n" * 1000),
    ],
)
def test_what_has_no_parts_has_no_sdp(content_type: str, body: bytes) -> None:
    assert message(b"Content-Type: " + content_type.encode() + b"\r\n", body).sdp == b""
