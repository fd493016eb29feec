// SPDX-License-Identifier: Apache-2.0
//! RTCP (RFC 3550 6): reports out and in, and nothing else; audio needs no feedback messages.

use crate::bytes::{Writer, u16_at, u32_at};
use crate::incoming::Block;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
const CNAME: u8 = 1;

/// Room for everything `write` can say.
pub const LONGEST: usize = 128;

/// What a compound packet told us.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Sender and the middle 32 bits of its NTP time.
    pub sender_report: Option<(u32, u32)>,
    /// What the far end says of our stream.
    pub about_us: Option<About>,
    pub goodbye: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    pub fraction_lost: u8,
    pub last_report: u32,
    pub delay: u32,
}

/// Reads a compound packet, looking for blocks about `ours`. None if its outline is broken.
pub fn parse(packet: &[u8], ours: u32) -> Option<Heard> {
    let mut heard = Heard::default();
    let mut at = 0;
    while at < packet.len() {
        let first = *packet.get(at)?;
        let kind = *packet.get(at + 1)?;
        let length = 4 + 4 * usize::from(u16_at(packet, at + 2)?);
        let body = packet.get(at + 4..at + length)?;
        if first >> 6 != 2 {
            return None;
        }
        let count = usize::from(first & 0x1F);
        match kind {
            SENDER_REPORT => {
                let middle = u32_at(body, 4)? << 16 | u32_at(body, 8)? >> 16;
                heard.sender_report = Some((u32_at(body, 0)?, middle));
                heard.about_us = blocks(body.get(24..)?, count, ours).or(heard.about_us);
            }
            RECEIVER_REPORT => heard.about_us = blocks(body.get(4..)?, count, ours).or(heard.about_us),
            GOODBYE if count > 0 => heard.goodbye = u32_at(body, 0),
            _ => (),
        }
        at += length;
    }
    Some(heard)
}

fn blocks(body: &[u8], count: usize, ours: u32) -> Option<About> {
    body.chunks_exact(24).take(count).find(|block| u32_at(block, 0) == Some(ours)).map(|block| About {
        fraction_lost: block[4],
        last_report: u32_at(block, 16).unwrap_or(0),
        delay: u32_at(block, 20).unwrap_or(0),
    })
}

/// What we say of a stream of ours.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    pub ssrc: u32,
    /// The wall clock as NTP time, and the same moment on the stream's clock. None: nothing was sent yet.
    pub clock: Option<(u64, u32)>,
    pub packets: u32,
    pub octets: u32,
}

/// Writes a report, our name, and if we leave a goodbye.
pub fn write(out: &mut [u8], sent: Sent, received: Option<Block>, cname: &str, goodbye: bool) -> Option<usize> {
    let mut writer = Writer::new(out);
    put_report(&mut writer, sent, received);
    put_name(&mut writer, sent.ssrc, cname);
    if goodbye {
        put_start(&mut writer, 1, GOODBYE, 1);
        writer.u32(sent.ssrc);
    }
    writer.finish()
}

fn put_start(writer: &mut Writer<'_>, count: u8, kind: u8, words: u16) {
    writer.u8(0x80 | count);
    writer.u8(kind);
    writer.u16(words);
}

fn put_report(writer: &mut Writer<'_>, sent: Sent, received: Option<Block>) {
    let (count, words) = if received.is_some() { (1, 6) } else { (0, 0) };
    match sent.clock {
        Some((ntp, timestamp)) => {
            put_start(writer, count, SENDER_REPORT, 6 + words);
            writer.u32(sent.ssrc);
            writer.put(&ntp.to_be_bytes());
            writer.u32(timestamp);
            writer.u32(sent.packets);
            writer.u32(sent.octets);
        }
        None => {
            put_start(writer, count, RECEIVER_REPORT, 1 + words);
            writer.u32(sent.ssrc);
        }
    }
    if let Some(block) = received {
        writer.u32(block.ssrc);
        writer.u32(u32::from(block.fraction_lost) << 24 | (block.lost as u32 & 0xFF_FFFF));
        writer.u32(block.highest);
        writer.u32(block.jitter);
        writer.u32(block.last_report);
        writer.u32(block.delay);
    }
}

fn put_name(writer: &mut Writer<'_>, ssrc: u32, cname: &str) {
    let text = &cname.as_bytes()[..cname.len().min(32)];
    // SSRC, type, length, text, and at least one octet of zero up to the next word.
    let length = (4 + 2 + text.len() + 1).next_multiple_of(4);
    put_start(writer, 1, DESCRIPTION, (length / 4) as u16);
    writer.u32(ssrc);
    writer.u8(CNAME);
    writer.u8(text.len() as u8);
    writer.put(text);
    writer.put(&[0; 4][..length - 6 - text.len()]);
}

/// NTP time of a duration since 1970.
pub fn ntp(since_1970: std::time::Duration) -> u64 {
    const FROM_1900: u64 = 2_208_988_800;
    let fraction = (u64::from(since_1970.subsec_nanos()) << 32) / 1_000_000_000;
    ((since_1970.as_secs() + FROM_1900) << 32) | fraction
}

/// The round trip that a report block implies, in milliseconds (RFC 3550 6.4.1). None if it makes no sense.
pub fn round_trip_ms(now_ntp: u64, about: About) -> Option<f64> {
    if about.last_report == 0 {
        return None;
    }
    let now = (now_ntp >> 16) as u32;
    let taken = now.wrapping_sub(about.last_report).wrapping_sub(about.delay);
    let milliseconds = f64::from(taken as i32) * 1000.0 / 65_536.0;
    (-1.0..60_000.0).contains(&milliseconds).then_some(milliseconds.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(ssrc: u32) -> Block {
        Block { ssrc, fraction_lost: 64, lost: -2, highest: 9, jitter: 3, last_report: 0x1111, delay: 0x2222 }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut out = [0; LONGEST];
        let sent = Sent { ssrc: 5, clock: Some((0x0001_0002_0003_0004, 77)), packets: 1, octets: 160 };
        let length = write(&mut out, sent, Some(block(9)), "headcall", true).unwrap();
        let heard = parse(&out[..length], 9).unwrap();
        assert_eq!(heard.sender_report, Some((5, 0x0002_0003)));
        assert_eq!(heard.about_us, Some(About { fraction_lost: 64, last_report: 0x1111, delay: 0x2222 }));
        assert_eq!(heard.goodbye, Some(5));
        assert_eq!(length % 4, 0);
        let receiver = Sent { clock: None, ..sent };
        let length = write(&mut out, receiver, Some(block(9)), "headcall", false).unwrap();
        assert_eq!(parse(&out[..length], 9).unwrap().sender_report, None);
        assert_eq!(parse(&out[..length], 8).unwrap().about_us, None);
    }

    #[test]
    fn every_truncation_is_survived() {
        let mut out = [0; LONGEST];
        let sent = Sent { ssrc: 5, clock: Some((1, 2)), packets: 1, octets: 160 };
        let length = write(&mut out, sent, Some(block(9)), "x", true).unwrap();
        for cut in 0..length {
            parse(&out[..cut], 9);
        }
        assert_eq!(parse(&[0x80, 200, 0, 0], 1), None, "a sender report without a body");
        assert_eq!(parse(&[0x40, 200, 0, 0], 1), None);
    }

    #[test]
    fn the_round_trip_is_what_the_clocks_say() {
        let now = 100u64 << 32;
        let about = About { fraction_lost: 0, last_report: 98 << 16, delay: (3 << 16) / 2 };
        assert_eq!(round_trip_ms(now, about), Some(500.0));
        assert_eq!(round_trip_ms(now, About { last_report: 0, ..about }), None);
        assert_eq!(round_trip_ms(now, About { delay: 90 << 16, ..about }), None);
    }
}
