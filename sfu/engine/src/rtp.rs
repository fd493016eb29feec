// SPDX-License-Identifier: Apache-2.0
//! The RTP header (RFC 3550 5.1) and its extensions (RFC 8285).

use std::ops::Range;

use crate::bytes::{u16_at, u32_at};

pub const FIXED: usize = 12;

/// What a header says. The ranges point into the packet it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub marker: bool,
    pub payload_type: u8,
    pub seq: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload: Range<usize>,
    extension: Range<usize>,
    profile: u16,
}

/// Octets before the payload, padding not looked at: it is still encrypted when SRTP asks.
pub fn header_length(packet: &[u8]) -> Option<usize> {
    let first = *packet.first()?;
    if first >> 6 != 2 {
        return None;
    }
    let mut length = FIXED + 4 * usize::from(first & 0x0F);
    if first & 0x10 != 0 {
        length += 4 + 4 * usize::from(u16_at(packet, length + 2)?);
    }
    (length <= packet.len()).then_some(length)
}

pub fn parse(packet: &[u8]) -> Option<Header> {
    let start = header_length(packet)?;
    let first = packet[0];
    let csrcs = FIXED + 4 * usize::from(first & 0x0F);
    let (extension, profile) =
        if first & 0x10 != 0 { (csrcs + 4..start, u16_at(packet, csrcs)?) } else { (start..start, 0) };
    let mut end = packet.len();
    if first & 0x20 != 0 {
        let padding = usize::from(packet[end - 1]);
        if padding == 0 || start + padding > end {
            return None;
        }
        end -= padding;
    }
    Some(Header {
        marker: packet[1] & 0x80 != 0,
        payload_type: packet[1] & 0x7F,
        seq: u16_at(packet, 2)?,
        timestamp: u32_at(packet, 4)?,
        ssrc: u32_at(packet, 8)?,
        payload: start..end,
        extension,
        profile,
    })
}

impl Header {
    /// The loudness the sender tells (RFC 6464), in -dBov: 0 is the loudest, 127 is silence.
    pub fn level(&self, packet: &[u8], id: u8) -> Option<u8> {
        let (element, length) = self.find(packet, id)?;
        (length >= 1).then(|| packet.get(element).map(|octet| octet & 0x7F)).flatten()
    }

    /// Where an extension element's data begin, and how many there are.
    fn find(&self, packet: &[u8], id: u8) -> Option<(usize, usize)> {
        let two_byte = match self.profile {
            0xBEDE => false,
            profile if profile & 0xFFF0 == 0x1000 => true,
            _ => return None,
        };
        let mut at = self.extension.start;
        while at < self.extension.end {
            let octet = packet[at];
            if octet == 0 {
                at += 1;
                continue;
            }
            let (found, length, data) = if two_byte {
                (octet, usize::from(*packet.get(at + 1)?), at + 2)
            } else {
                (octet >> 4, usize::from(octet & 0x0F) + 1, at + 1)
            };
            if data + length > self.extension.end || (!two_byte && found == 15) {
                return None;
            }
            if found == id {
                return Some((data, length));
            }
            at = data + length;
        }
        None
    }
}

/// The twelve octets every packet of ours begins with: no CSRC, no extension, no padding.
pub fn header(payload_type: u8, marker: bool, seq: u16, timestamp: u32, ssrc: u32) -> [u8; FIXED] {
    let mut out = [0; FIXED];
    out[0] = 0x80;
    out[1] = (payload_type & 0x7F) | if marker { 0x80 } else { 0 };
    out[2..4].copy_from_slice(&seq.to_be_bytes());
    out[4..8].copy_from_slice(&timestamp.to_be_bytes());
    out[8..12].copy_from_slice(&ssrc.to_be_bytes());
    out
}

/// RFC 5761 4: RTCP packet types 192 to 223 stand where RTP has marker and payload type.
pub fn is_rtcp(packet: &[u8]) -> bool {
    packet.get(1).is_some_and(|second| (192..=223).contains(second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_header_reads_back() {
        let mut packet = header(8, true, 65535, 7, 0xDEAD_BEEF).to_vec();
        packet.extend_from_slice(b"speech");
        let read = parse(&packet).unwrap();
        assert_eq!((read.payload_type, read.marker, read.seq, read.timestamp), (8, true, 65535, 7));
        assert_eq!(&packet[read.payload], b"speech");
    }

    #[test]
    fn csrcs_extension_and_padding_are_skipped() {
        let mut packet = header(0, false, 1, 2, 3).to_vec();
        packet[0] = 0x80 | 0x20 | 0x10 | 1;
        packet.extend_from_slice(&[9, 9, 9, 9]);
        packet.extend_from_slice(&[0xBE, 0xDE, 0, 1, 0x10, 0x85, 0, 0]);
        packet.extend_from_slice(b"ab\0\x02");
        let read = parse(&packet).unwrap();
        assert_eq!(&packet[read.payload.clone()], b"ab");
        assert_eq!(read.level(&packet, 1), Some(5));
        assert_eq!(read.level(&packet, 2), None);
    }

    #[test]
    fn what_is_too_short_or_lies_about_its_length_is_refused() {
        assert_eq!(parse(&[]), None);
        assert_eq!(parse(&[0x80; 11]), None);
        let mut packet = header(0, false, 1, 2, 3).to_vec();
        packet[0] = 0x8F;
        assert_eq!(parse(&packet), None);
        packet[0] = 0x90;
        packet.extend_from_slice(&[0xBE, 0xDE, 0xFF, 0xFF]);
        assert_eq!(parse(&packet), None);
        packet[0] = 0xA0;
        *packet.last_mut().unwrap() = 17;
        assert_eq!(parse(&packet), None);
    }
}
