// SPDX-License-Identifier: Apache-2.0
//! The two transforms. RTP and RTCP have a `Cipher` each, with keys of their own.

use aes::Aes128;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hmac;

use super::kdf::{Labels, derive};
use super::{KEY, Profile, Refused};

const GCM_TAG: usize = 16;
const SHA1_TAG: usize = 10;
const INDEX: usize = 4;
const RTCP_HEADER: usize = 8;

pub enum Cipher {
    Gcm { key: Box<LessSafeKey>, salt: [u8; 12] },
    CmSha1 { aes: Box<Aes128>, salt: [u8; 14], mac: hmac::Key },
}

impl Cipher {
    pub fn new(profile: Profile, key: &[u8; KEY], salt: &[u8], labels: Labels) -> Self {
        let mut session = [0; KEY];
        derive(key, salt, labels[0], &mut session);
        match profile {
            Profile::Gcm => {
                let mut session_salt = [0; 12];
                derive(key, salt, labels[2], &mut session_salt);
                let unbound = UnboundKey::new(&AES_128_GCM, &session).expect("a key of 16 octets");
                Self::Gcm { key: Box::new(LessSafeKey::new(unbound)), salt: session_salt }
            }
            Profile::CmSha1 => {
                let mut session_salt = [0; 14];
                derive(key, salt, labels[2], &mut session_salt);
                let mut auth = [0; 20];
                derive(key, salt, labels[1], &mut auth);
                Self::CmSha1 {
                    aes: Box::new(Aes128::new(&session.into())),
                    salt: session_salt,
                    mac: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &auth),
                }
            }
        }
    }

    pub fn open_rtp(&self, packet: &mut [u8], header: usize, ssrc: u32, index: u64) -> Result<usize, Refused> {
        match self {
            Self::Gcm { key, salt } => {
                let (aad, body) = packet.split_at_mut(header);
                let nonce = gcm_nonce(salt, ssrc, index);
                let plain = key.open_in_place(nonce, Aad::from(&*aad), body).map_err(|_| Refused::Forged)?;
                Ok(header + plain.len())
            }
            Self::CmSha1 { aes, salt, mac } => {
                let end = packet.len().checked_sub(SHA1_TAG).filter(|end| *end >= header).ok_or(Refused::Malformed)?;
                let (text, tag) = packet.split_at_mut(end);
                if !equal(&sign(mac, text, &roc(index)), tag) {
                    return Err(Refused::Forged);
                }
                key_stream(aes, &cm_iv(salt, ssrc, index), &mut text[header..]);
                Ok(end)
            }
        }
    }

    pub fn seal_rtp(&self, buffer: &mut [u8], header: usize, length: usize, ssrc: u32, index: u64) -> Option<usize> {
        match self {
            Self::Gcm { key, salt } => {
                let (text, rest) = buffer.split_at_mut(length);
                let room = rest.get_mut(..GCM_TAG)?;
                let (aad, body) = text.split_at_mut(header);
                let nonce = gcm_nonce(salt, ssrc, index);
                let tag = key.seal_in_place_separate_tag(nonce, Aad::from(&*aad), body).ok()?;
                room.copy_from_slice(tag.as_ref());
                Some(length + GCM_TAG)
            }
            Self::CmSha1 { aes, salt, mac } => {
                let (text, rest) = buffer.split_at_mut(length);
                let room = rest.get_mut(..SHA1_TAG)?;
                key_stream(aes, &cm_iv(salt, ssrc, index), &mut text[header..]);
                room.copy_from_slice(&sign(mac, text, &roc(index)));
                Some(length + SHA1_TAG)
            }
        }
    }

    /// Where the word with E flag and index stands: before the HMAC tag, but after the GCM tag.
    pub fn index_position(&self, length: usize) -> Option<usize> {
        let (after, before) = match self {
            Self::Gcm { .. } => (INDEX, GCM_TAG),
            Self::CmSha1 { .. } => (INDEX + SHA1_TAG, 0),
        };
        length.checked_sub(after).filter(|at| *at >= RTCP_HEADER + before)
    }

    pub fn open_rtcp(&self, packet: &mut [u8], ssrc: u32, word: u32) -> Result<usize, Refused> {
        let at = self.index_position(packet.len()).ok_or(Refused::Malformed)?;
        let index = u64::from(word & 0x7FFF_FFFF);
        match self {
            Self::Gcm { key, salt } => {
                let aad = rtcp_aad(packet, word);
                let nonce = gcm_nonce(salt, ssrc, index);
                let body = &mut packet[RTCP_HEADER..at];
                let plain = key.open_in_place(nonce, Aad::from(aad), body).map_err(|_| Refused::Forged)?;
                Ok(RTCP_HEADER + plain.len())
            }
            Self::CmSha1 { aes, salt, mac } => {
                let (text, tag) = packet.split_at_mut(at + INDEX);
                if !equal(&sign(mac, text, &[]), tag) {
                    return Err(Refused::Forged);
                }
                key_stream(aes, &cm_iv(salt, ssrc, index), &mut text[RTCP_HEADER..at]);
                Ok(at)
            }
        }
    }

    pub fn seal_rtcp(&self, buffer: &mut [u8], length: usize, ssrc: u32, word: u32) -> Option<usize> {
        let index = u64::from(word & 0x7FFF_FFFF);
        match self {
            Self::Gcm { key, salt } => {
                let end = length + GCM_TAG + INDEX;
                let aad = rtcp_aad(buffer, word);
                let nonce = gcm_nonce(salt, ssrc, index);
                let room = buffer.get_mut(..end)?;
                let body = &mut room[RTCP_HEADER..length];
                let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad), body).ok()?;
                room[length..length + GCM_TAG].copy_from_slice(tag.as_ref());
                room[length + GCM_TAG..].copy_from_slice(&word.to_be_bytes());
                Some(end)
            }
            Self::CmSha1 { aes, salt, mac } => {
                let end = length + INDEX + SHA1_TAG;
                let room = buffer.get_mut(..end)?;
                key_stream(aes, &cm_iv(salt, ssrc, index), &mut room[RTCP_HEADER..length]);
                room[length..length + INDEX].copy_from_slice(&word.to_be_bytes());
                let (text, tag) = room.split_at_mut(length + INDEX);
                tag.copy_from_slice(&sign(mac, text, &[]));
                Some(end)
            }
        }
    }
}

/// RFC 7714 8.1: two zero octets, SSRC, roll-over counter, sequence number; for RTCP 9.1: SSRC, zeros, index. Both
/// are the SSRC and a 48 bit index.
fn gcm_nonce(salt: &[u8; 12], ssrc: u32, index: u64) -> Nonce {
    let mut nonce = *salt;
    xor(&mut nonce[2..6], &ssrc.to_be_bytes());
    xor(&mut nonce[6..12], &index.to_be_bytes()[2..]);
    Nonce::assume_unique_for_key(nonce)
}

/// RFC 3711 4.1.1.
fn cm_iv(salt: &[u8; 14], ssrc: u32, index: u64) -> [u8; 16] {
    let mut iv = [0; 16];
    iv[..14].copy_from_slice(salt);
    xor(&mut iv[4..8], &ssrc.to_be_bytes());
    xor(&mut iv[8..14], &index.to_be_bytes()[2..]);
    iv
}

/// RFC 7714 9.2: the associated data are the first eight octets and the index word.
fn rtcp_aad(packet: &[u8], word: u32) -> [u8; 12] {
    let mut aad = [0; 12];
    aad[..8].copy_from_slice(&packet[..8]);
    aad[8..].copy_from_slice(&word.to_be_bytes());
    aad
}

/// Blocks encrypted in one go: what AES-NI keeps in flight.
const LANES: usize = 8;

fn key_stream(aes: &Aes128, iv: &[u8; 16], data: &mut [u8]) {
    let mut counter = 0u16;
    for stretch in data.chunks_mut(16 * LANES) {
        let mut blocks = [Array::from(*iv); LANES];
        for block in &mut blocks {
            block[14..].copy_from_slice(&counter.to_be_bytes());
            counter = counter.wrapping_add(1);
        }
        aes.encrypt_blocks(&mut blocks);
        for (chunk, block) in stretch.chunks_mut(16).zip(&blocks) {
            xor(chunk, block);
        }
    }
}

fn xor(data: &mut [u8], with: &[u8]) {
    for (octet, other) in data.iter_mut().zip(with) {
        *octet ^= other;
    }
}

fn roc(index: u64) -> [u8; 4] {
    ((index >> 16) as u32).to_be_bytes()
}

fn sign(mac: &hmac::Key, text: &[u8], suffix: &[u8]) -> [u8; SHA1_TAG] {
    let mut context = hmac::Context::with_key(mac);
    context.update(text);
    context.update(suffix);
    let mut tag = [0; SHA1_TAG];
    tag.copy_from_slice(&context.sign().as_ref()[..SHA1_TAG]);
    tag
}

/// In constant time: how far a forgery is right must not show.
fn equal(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// RFC 3711 B.2.
    #[test]
    fn the_key_stream_of_rfc_3711() {
        let aes = Aes128::new(&0x2B7E151628AED2A6ABF7158809CF4F3Cu128.to_be_bytes().into());
        let salt = [0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD];
        let mut data = [0; 16 * 0xFF02];
        key_stream(&aes, &cm_iv(&salt, 0, 0), &mut data);
        assert_eq!(u128::from_be_bytes(data[..16].try_into().unwrap()), 0xE03EAD0935C95E80E166B16DD92B4EB4);
        assert_eq!(u128::from_be_bytes(data[16..32].try_into().unwrap()), 0xD23513162B02D0F72A43A2FE4A5F97AB);
        let last = data.len() - 16;
        assert_eq!(u128::from_be_bytes(data[last..].try_into().unwrap()), 0x6A2CC3787889374FBEB4C81B17BA6C44);
    }
}
