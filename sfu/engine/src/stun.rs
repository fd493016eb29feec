// SPDX-License-Identifier: Apache-2.0
//! The part of STUN (RFC 8489) that an ICE-lite agent (RFC 8445 2.5) speaks: it answers binding requests.

use std::net::{IpAddr, SocketAddr};

use ring::hmac;

use crate::bytes::{Writer, u16_at, u32_at};

const HEADER: usize = 20;
const COOKIE: u32 = 0x2112_A442;
const REQUEST: u16 = 0x0001;
const SUCCESS: u16 = 0x0101;

const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const USE_CANDIDATE: u16 = 0x0025;
const FINGERPRINT: u16 = 0x8028;

const INTEGRITY: usize = 24;
const FINGERPRINT_XOR: u32 = 0x5354_554E;

/// The longest answer: header, IPv6 address, integrity, fingerprint.
pub const ANSWER: usize = HEADER + 24 + INTEGRITY + 8;

/// A binding request whose integrity is not yet checked: the key depends on who is meant.
#[derive(Debug, PartialEq, Eq)]
pub struct Request<'a> {
    pub transaction: [u8; 12],
    /// Our user fragment, the first half of USERNAME (RFC 8445 7.2.2).
    pub ours: &'a [u8],
    pub theirs: &'a [u8],
    pub nominates: bool,
    signed: &'a [u8],
    integrity: &'a [u8],
}

pub fn key(password: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes())
}

/// Reads a binding request. None for anything else: a stranger is not told why.
pub fn parse(packet: &[u8]) -> Option<Request<'_>> {
    let length = usize::from(u16_at(packet, 2)?);
    if u16_at(packet, 0)? != REQUEST || u32_at(packet, 4)? != COOKIE || packet.len() != HEADER + length {
        return None;
    }
    let mut username = None;
    let mut nominates = false;
    let mut integrity = None;
    let mut at = HEADER;
    while at < packet.len() {
        let kind = u16_at(packet, at)?;
        let size = usize::from(u16_at(packet, at + 2)?);
        let value = packet.get(at + 4..at + 4 + size)?;
        match kind {
            FINGERPRINT => {
                if size != 4 || u32_at(value, 0)? != crc32(&packet[..at]) ^ FINGERPRINT_XOR {
                    return None;
                }
                break; // RFC 8489 14.7: the last attribute.
            }
            _ if integrity.is_some() => (), // RFC 8489 14.5: ignored after the integrity.
            MESSAGE_INTEGRITY if size == 20 => integrity = Some((value, at)),
            USERNAME => username = Some(value),
            USE_CANDIDATE => nominates = true,
            _ => (),
        }
        at += 4 + size.next_multiple_of(4);
    }
    let (integrity, end) = integrity?;
    let username = username?;
    let colon = username.iter().position(|octet| *octet == b':')?;
    Some(Request {
        transaction: packet[8..HEADER].try_into().ok()?,
        ours: &username[..colon],
        theirs: &username[colon + 1..],
        nominates,
        signed: &packet[..end],
        integrity,
    })
}

impl Request<'_> {
    /// Whether whoever sent this knows our password. `ring` compares in constant time.
    pub fn is_authentic(&self, key: &hmac::Key) -> bool {
        // RFC 8489 14.5: the length field counts up to and including the integrity, whatever follows.
        let mut context = hmac::Context::with_key(key);
        let length = (self.signed.len() - HEADER + INTEGRITY) as u16;
        context.update(&self.signed[..2]);
        context.update(&length.to_be_bytes());
        context.update(&self.signed[4..]);
        let tag = context.sign();
        tag.as_ref().iter().zip(self.integrity).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
    }
}

/// Writes the success response into `out` and tells its length.
pub fn answer(out: &mut [u8], transaction: &[u8; 12], from: SocketAddr, key: &hmac::Key) -> Option<usize> {
    let mut writer = Writer::new(out);
    writer.u16(SUCCESS);
    writer.u16(0);
    writer.u32(COOKIE);
    writer.put(transaction);
    put_address(&mut writer, transaction, from);
    writer.patch_u16(2, (writer.written().len() - HEADER + INTEGRITY) as u16);
    let tag = hmac::sign(key, writer.written());
    writer.u16(MESSAGE_INTEGRITY);
    writer.u16(20);
    writer.put(tag.as_ref());
    writer.patch_u16(2, (writer.written().len() - HEADER + 8) as u16);
    let checksum = crc32(writer.written()) ^ FINGERPRINT_XOR;
    writer.u16(FINGERPRINT);
    writer.u16(4);
    writer.u32(checksum);
    writer.finish()
}

fn put_address(writer: &mut Writer<'_>, transaction: &[u8; 12], from: SocketAddr) {
    writer.u16(XOR_MAPPED_ADDRESS);
    let port = from.port() ^ (COOKIE >> 16) as u16;
    // A dual-stack socket shows IPv4 as ::ffff:a.b.c.d; the browser knows itself as a.b.c.d.
    match from.ip().to_canonical() {
        IpAddr::V4(ip) => {
            writer.u16(8);
            writer.u16(1);
            writer.u16(port);
            writer.u32(u32::from(ip) ^ COOKIE);
        }
        IpAddr::V6(ip) => {
            writer.u16(20);
            writer.u16(2);
            writer.u16(port);
            let mut mask = [0; 16];
            mask[..4].copy_from_slice(&COOKIE.to_be_bytes());
            mask[4..].copy_from_slice(transaction);
            writer.put(&(u128::from(ip) ^ u128::from_be_bytes(mask)).to_be_bytes());
        }
    }
}

const CRC: [u32; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let mut value = n as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 != 0 { 0xEDB8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        table[n] = value;
        n += 1;
    }
    table
};

fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc, octet| CRC[usize::from(crc as u8 ^ octet)] ^ (crc >> 8))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A check as a browser sends it.
    pub fn check(username: &str, password: &str, nominates: bool) -> Vec<u8> {
        let mut out = Vec::from([0, 1, 0, 0]);
        out.extend_from_slice(&COOKIE.to_be_bytes());
        out.extend_from_slice(b"transaction!");
        attribute(&mut out, USERNAME, username.as_bytes());
        attribute(&mut out, 0x0024, &[0x6E, 0, 0x1E, 0xFF]);
        attribute(&mut out, 0x802A, &[1; 8]);
        if nominates {
            attribute(&mut out, USE_CANDIDATE, &[]);
        }
        let length = (out.len() - HEADER + INTEGRITY) as u16;
        out[2..4].copy_from_slice(&length.to_be_bytes());
        let tag = hmac::sign(&key(password), &out);
        attribute(&mut out, MESSAGE_INTEGRITY, tag.as_ref());
        let length = (out.len() - HEADER + 8) as u16;
        out[2..4].copy_from_slice(&length.to_be_bytes());
        let checksum = crc32(&out) ^ FINGERPRINT_XOR;
        attribute(&mut out, FINGERPRINT, &checksum.to_be_bytes());
        out
    }

    fn attribute(out: &mut Vec<u8>, kind: u16, value: &[u8]) {
        out.extend_from_slice(&kind.to_be_bytes());
        out.extend_from_slice(&(value.len() as u16).to_be_bytes());
        out.extend_from_slice(value);
        out.resize(out.len().next_multiple_of(4), 0);
    }

    #[test]
    fn a_check_is_read_and_authentic_for_its_password_only() {
        let packet = check("ours:theirs", "a secret password", true);
        let request = parse(&packet).unwrap();
        assert_eq!((request.ours, request.theirs, request.nominates), (&b"ours"[..], &b"theirs"[..], true));
        assert!(request.is_authentic(&key("a secret password")));
        assert!(!request.is_authentic(&key("another password")));
    }

    /// RFC 5769 2.1, a request with the short-term credential mechanism.
    #[test]
    fn the_request_of_rfc_5769() {
        let packet: Vec<u8> = [
            0x0001_0058u32,
            0x2112_A442,
            0xB7E7_A701,
            0xBC34_D686,
            0xFA87_DFAE,
            0x8022_0010,
            0x5354_554E,
            0x2074_6573,
            0x7420_636C,
            0x6965_6E74,
            0x0024_0004,
            0x6E00_01FF,
            0x8029_0008,
            0x932F_F9B1,
            0x5126_3B36,
            0x0006_0009,
            0x6576_746A,
            0x3A68_3676,
            0x5920_2020,
            0x0008_0014,
            0x9AEA_A70C,
            0xBFD8_CB56,
            0x781E_F2B5,
            0xB2D3_F249,
            0xC1B5_71A2,
            0x8028_0004,
            0xE57A_3BCF,
        ]
        .iter()
        .flat_map(|word| word.to_be_bytes())
        .collect();
        let request = parse(&packet).unwrap();
        assert_eq!((request.ours, request.theirs), (&b"evtj"[..], &b"h6vY"[..]));
        assert!(request.is_authentic(&key("VOkJxbRl1RmTxUk/WvJxBt")));
    }

    #[test]
    fn every_truncation_and_every_bent_octet_is_refused() {
        let packet = check("ours:theirs", "secret", true);
        let key = key("secret");
        for length in 0..packet.len() {
            assert!(parse(&packet[..length]).is_none());
        }
        // Without its last attribute, the fingerprint, a check is as good: only what the integrity covers counts.
        for at in 0..packet.len() - 8 {
            let mut bent = packet.clone();
            bent[at] ^= 0x11;
            assert!(parse(&bent).is_none_or(|request| !request.is_authentic(&key)), "octet {at}");
        }
    }

    #[test]
    fn the_answer_tells_the_address() {
        let mut out = [0; ANSWER];
        let key = key("secret");
        let length = answer(&mut out, b"transaction!", "192.0.2.1:32853".parse().unwrap(), &key).unwrap();
        assert_eq!(&out[20..32], &[0, 0x20, 0, 8, 0, 1, 0xA1, 0x47, 0xE1, 0x12, 0xA6, 0x43]);
        assert_eq!(u16_at(&out, 2).map(usize::from), Some(length - HEADER));
        let length = answer(&mut out, b"transaction!", "[2001:db8::1]:9".parse().unwrap(), &key).unwrap();
        assert_eq!(length, ANSWER);
    }
}
