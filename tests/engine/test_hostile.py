# SPDX-License-Identifier: Apache-2.0
"""Whatever arrives: nothing breaks, nobody is disturbed, and every datagram that was dropped is counted."""

from random import Random

from tests.engine.browser import Browser
from tests.engine.reference import rtp, stun
from tests.engine.telephone import KEYS, OPUS, PCMA, PCMU, Exchange, tone_of_alaw


def mutated(chance: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed[: chance.randint(0, len(changed))] if chance.random() < 0.3 else changed)


def test_a_call_goes_on_under_a_flood_of_nonsense(exchange: Exchange) -> None:
    a = exchange.telephone("a", [PCMA, KEYS], tone_of_alaw(400))
    b = exchange.telephone("b", [PCMA, KEYS])
    exchange.engine.hear("b", ("leg", "a"))
    browser = Browser(exchange, "c", "ours", [PCMA])
    browser.connect()
    chance = Random(2)
    seeds = [
        stun.request("ours:browser", browser.password, b"transaction!"),
        b"\x16\xfe\xff" + bytes(60),
        browser.packet(bytes(160)),
        rtp.write(8, 1, 1, 1, bytes(160)),
        b"\x81\xc9\x00\x07" + bytes(28),
    ]
    stranger = exchange.bound()

    def each(beat: int) -> None:
        for _ in range(60):
            data = (
                mutated(chance, chance.choice(seeds))
                if chance.random() < 0.9
                else chance.randbytes(chance.randrange(1500))
            )
            stranger.sendto(data, exchange.address)
            stranger.sendto(data, a.remote)
            stranger.sendto(data, (b.remote[0], b.remote[1] + 1))
            browser.socket.sendto(data, exchange.address)

    exchange.run(60, each)
    tone = a.voice
    assert tone
    spoken = {tone(beat) for beat in range(50)}
    assert sum(packet.payload in spoken for packet in b.heard) >= 58
    counters = exchange.engine.counters()
    assert counters["panics"] == 0
    assert sum(count for name, count in counters.items() if name.startswith("dropped")) > 5000


def test_a_far_end_that_goes_mad_harms_only_itself(exchange: Exchange) -> None:
    """Accepted packets, but with wild numbers and contents, into decoders, recorders and key finders."""
    mad = exchange.telephone("mad", [OPUS, PCMU, KEYS])
    listener = exchange.telephone("listener", [PCMA])
    exchange.engine.hear("listener", ("leg", "mad"))
    chance = Random(3)

    def each(beat: int) -> None:
        for _ in range(20):
            kind = chance.choice([111, 111, 0, 101])
            seq = chance.choice([beat, chance.randrange(65536)])
            data = rtp.write(
                kind, seq, chance.getrandbits(32), chance.choice([1, 2]), chance.randbytes(chance.randrange(400))
            )
            mad.socket.sendto(data, mad.remote)

    exchange.run(60, each)
    assert len(listener.heard) >= 55
    assert exchange.engine.counters()["panics"] == 0


def test_events_nobody_takes_are_bounded(exchange: Exchange) -> None:
    for n in range(3000):
        exchange.engine.open_peer("leg", f"ufrag{n}", "password", "theirs")
    assert len(exchange.engine.legs()) == 1
    assert len(exchange.engine.take_events(10_000)) == 2998  # all but the first and the last were replaced
