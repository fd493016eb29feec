// SPDX-License-Identifier: Apache-2.0
//! Every parser under half a million bent and random packets, always the same ones: none may panic.

use crate::digits::{self, Pressed};
use crate::incoming::Incoming;
use crate::jitter::Jitter;
use crate::outgoing::{From, Outgoing};
use crate::srtp::{Inbound, KEY, OVERHEAD, Outbound, Profile};
use crate::{rtcp, rtp, stun};

/// Xorshift: chance that is the same every time.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// A packet like `seed`, with some octets changed, cut or lengthened; or, now and then, pure noise.
    fn bend(&mut self, seed: &[u8]) -> Vec<u8> {
        if self.below(10) == 0 {
            return (0..self.below(200)).map(|_| self.next() as u8).collect();
        }
        let mut packet = seed.to_vec();
        for _ in 0..self.below(6) {
            if !packet.is_empty() {
                let at = self.below(packet.len());
                packet[at] = if self.below(2) == 0 { self.next() as u8 } else { [0, 0x7F, 0x80, 0xFF][self.below(4)] };
            }
        }
        match self.below(4) {
            0 => packet.truncate(self.below(packet.len() + 1)),
            1 => packet.extend((0..self.below(40)).map(|n| n as u8)),
            _ => (),
        }
        packet
    }
}

const ROUNDS: usize = 100_000;

#[test]
fn stun_survives() {
    let mut chance = Chance(1);
    let seed = stun::tests::check("ours:theirs", "secret", true);
    let key = stun::key("secret");
    for _ in 0..ROUNDS {
        if let Some(request) = stun::parse(&chance.bend(&seed)) {
            request.is_authentic(&key);
        }
    }
}

#[test]
fn rtp_and_what_reads_it_survive() {
    let mut chance = Chance(2);
    let mut seed = rtp::header(8, true, 1, 2, 3).to_vec();
    seed[0] |= 0x10;
    seed.extend_from_slice(&[0xBE, 0xDE, 0, 2, 0x10, 0x85, 0x21, 1, 2, 0, 0, 0]);
    seed.extend_from_slice(&[0xD5; 40]);
    let mut incoming = Incoming::default();
    let mut pressed = Pressed::default();
    let mut jitter = Jitter::new(8000);
    let mut out = Outgoing::new(1, 2, 3);
    for now in 0..ROUNDS as i64 {
        let packet = chance.bend(&seed);
        let now = now * 1000;
        let Some(header) = rtp::parse(&packet) else { continue };
        header.level(&packet, 1);
        header.level(&packet, 0);
        incoming.receive(&header, 8000, now);
        incoming.block(now);
        let payload = &packet[header.payload.clone()];
        if let Some(event) = digits::Event::parse(payload) {
            pressed.receive(event, header.timestamp, 8000, now);
            pressed.expire(now);
        }
        jitter.insert(header.seq, header.timestamp, 8, payload, now);
        jitter.next(160, now);
        let from =
            From { ssrc: header.ssrc, seq: header.seq, timestamp: header.timestamp, marker: false, clock_rate: 8000 };
        out.pass(from, now);
        if now % 7000 == 0 {
            out.own(48_000, now);
        }
    }
}

#[test]
fn rtcp_survives() {
    let mut chance = Chance(3);
    let mut seed = [0; rtcp::LONGEST];
    let sent = rtcp::Sent { ssrc: 5, clock: Some((1, 2)), packets: 1, octets: 160 };
    let length = rtcp::write(&mut seed, sent, None, "name", true).unwrap();
    for _ in 0..ROUNDS {
        rtcp::parse(&chance.bend(&seed[..length]), 5);
    }
}

#[test]
fn srtp_survives_and_opens_nothing_forged() {
    let mut chance = Chance(4);
    for profile in [Profile::Gcm, Profile::CmSha1] {
        let salt = vec![9; profile.salt_length()];
        let mut inbound = Inbound::new(profile, &[7; KEY], &salt);
        let mut outbound = Outbound::new(profile, &[7; KEY], &salt);
        let mut seed = rtp::header(8, false, 1, 2, 3).to_vec();
        seed.resize(172 + OVERHEAD, 0xD5);
        let length = outbound.seal_rtp(&mut seed, 172).unwrap();
        seed.truncate(length);
        for _ in 0..ROUNDS {
            let packet = chance.bend(&seed);
            if packet != seed {
                assert!(inbound.open_rtp(&mut packet.clone()).is_err());
                assert!(inbound.open_rtcp(&mut packet.clone()).is_err());
            }
        }
    }
}
