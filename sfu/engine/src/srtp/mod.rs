// SPDX-License-Identifier: Apache-2.0
//! SRTP and SRTCP (RFC 3711, RFC 7714): one direction of one transport each.
//!
//! | step | file |
//! |---|---|
//! | keys from the master key | `kdf.rs` (RFC 3711 4.3) |
//! | encrypt, authenticate | `cipher.rs` (AES-CM with HMAC-SHA1, AES-GCM) |
//! | which packet is it, and is it new | `replay.rs` (RFC 3711 3.3) |

mod cipher;
mod kdf;
mod replay;

use crate::bytes::u32_at;
use crate::rtp;
use cipher::Cipher;
use replay::Window;

/// A transport has one audio stream; more come only when a browser starts over. A stranger cannot add one: a
/// stream is remembered only after its packet was authentic.
const STREAMS: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// `AEAD_AES_128_GCM`, RFC 7714.
    Gcm,
    /// `AES128_CM_HMAC_SHA1_80`, RFC 3711.
    CmSha1,
}

impl Profile {
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "AEAD_AES_128_GCM" => Some(Self::Gcm),
            "AES128_CM_HMAC_SHA1_80" => Some(Self::CmSha1),
            _ => None,
        }
    }

    pub const fn salt_length(self) -> usize {
        match self {
            Self::Gcm => 12,
            Self::CmSha1 => 14,
        }
    }
}

pub const KEY: usize = 16;

/// The most that protection adds to a packet: the GCM tag and the SRTCP index.
pub const OVERHEAD: usize = 20;

/// Why a packet was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Malformed,
    Replayed,
    Forged,
}

#[derive(Default)]
struct Streams {
    known: Vec<(u32, Window)>,
}

impl Streams {
    fn window(&mut self, ssrc: u32) -> Window {
        self.known.iter().find(|(known, _)| *known == ssrc).map(|(_, window)| window.clone()).unwrap_or_default()
    }

    /// Remembers a stream, and forgets the oldest one if there are too many.
    fn store(&mut self, ssrc: u32, window: Window) {
        if let Some(place) = self.known.iter_mut().find(|(known, _)| *known == ssrc) {
            place.1 = window;
            return;
        }
        if self.is_full() {
            self.known.remove(0);
        }
        self.known.push((ssrc, window));
    }

    fn is_full(&self) -> bool {
        self.known.len() == STREAMS
    }

    fn knows(&self, ssrc: u32) -> bool {
        self.known.iter().any(|(known, _)| *known == ssrc)
    }
}

/// What comes in.
pub struct Inbound {
    rtp: Cipher,
    rtcp: Cipher,
    streams: Streams,
    control: Streams,
}

impl Inbound {
    pub fn new(profile: Profile, key: &[u8; KEY], salt: &[u8]) -> Self {
        Self {
            rtp: Cipher::new(profile, key, salt, kdf::RTP),
            rtcp: Cipher::new(profile, key, salt, kdf::RTCP),
            streams: Streams::default(),
            control: Streams::default(),
        }
    }

    /// Decrypts in place. The packet is then the first so many octets.
    pub fn open_rtp(&mut self, packet: &mut [u8]) -> Result<usize, Refused> {
        let header = rtp::header_length(packet).ok_or(Refused::Malformed)?;
        let ssrc = u32_at(packet, 8).ok_or(Refused::Malformed)?;
        let seq = u16::from_be_bytes([packet[2], packet[3]]);
        let mut window = self.streams.window(ssrc);
        let index = window.estimate(seq);
        if !window.is_new(index) {
            return Err(Refused::Replayed);
        }
        let length = self.rtp.open_rtp(packet, header, ssrc, index)?;
        window.mark(index);
        self.streams.store(ssrc, window);
        Ok(length)
    }

    pub fn open_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, Refused> {
        let ssrc = u32_at(packet, 4).ok_or(Refused::Malformed)?;
        let at = self.rtcp.index_position(packet.len()).ok_or(Refused::Malformed)?;
        let word = u32_at(packet, at).ok_or(Refused::Malformed)?;
        // E = 0 would be SRTCP without encryption: nobody negotiated that.
        if word >> 31 == 0 {
            return Err(Refused::Malformed);
        }
        let index = u64::from(word & 0x7FFF_FFFF);
        let mut window = self.control.window(ssrc);
        if !window.is_new(index) {
            return Err(Refused::Replayed);
        }
        let length = self.rtcp.open_rtcp(packet, ssrc, word)?;
        window.mark(index);
        self.control.store(ssrc, window);
        Ok(length)
    }
}

/// What goes out.
pub struct Outbound {
    rtp: Cipher,
    rtcp: Cipher,
    streams: Streams,
    rtcp_index: u32,
}

impl Outbound {
    pub fn new(profile: Profile, key: &[u8; KEY], salt: &[u8]) -> Self {
        Self {
            rtp: Cipher::new(profile, key, salt, kdf::RTP),
            rtcp: Cipher::new(profile, key, salt, kdf::RTCP),
            streams: Streams::default(),
            rtcp_index: 0,
        }
    }

    /// Encrypts the first `length` octets of `buffer` in place and appends the tag.
    pub fn seal_rtp(&mut self, buffer: &mut [u8], length: usize) -> Option<usize> {
        let header = rtp::header_length(buffer.get(..length)?)?;
        let ssrc = u32_at(buffer, 8)?;
        let mut window = self.streams.window(ssrc);
        let index = window.estimate(u16::from_be_bytes([buffer[2], buffer[3]]));
        // The same index twice would be the same key stream twice: refused here whatever the caller believes. And a
        // stream is never forgotten, for what was forgotten could come twice.
        let may_be_new = self.streams.knows(ssrc) || !self.streams.is_full();
        if !window.is_new(index) || !may_be_new {
            return None;
        }
        window.mark(index);
        self.streams.store(ssrc, window);
        self.rtp.seal_rtp(buffer, header, length, ssrc, index)
    }

    pub fn seal_rtcp(&mut self, buffer: &mut [u8], length: usize) -> Option<usize> {
        let ssrc = u32_at(buffer.get(..length)?, 4)?;
        self.rtcp_index = (self.rtcp_index + 1) & 0x7FFF_FFFF;
        self.rtcp.seal_rtcp(buffer, length, ssrc, 0x8000_0000 | self.rtcp_index)
    }
}

#[cfg(test)]
mod tests;
