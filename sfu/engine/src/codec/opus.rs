// SPDX-License-Identifier: Apache-2.0
//! The system's libopus: eight functions of its stable C interface. The only `unsafe` outside `net.rs`.
#![allow(unsafe_code)]

use std::ffi::{c_int, c_uchar};
use std::ptr::{NonNull, null};

#[repr(C)]
struct RawEncoder {
    _private: [u8; 0],
}
#[repr(C)]
struct RawDecoder {
    _private: [u8; 0],
}
#[repr(C)]
struct RawMultistream {
    _private: [u8; 0],
}

unsafe extern "C" {
    fn opus_encoder_create(rate: i32, channels: c_int, application: c_int, error: *mut c_int) -> *mut RawEncoder;
    fn opus_encoder_destroy(encoder: *mut RawEncoder);
    fn opus_encode(encoder: *mut RawEncoder, pcm: *const i16, frame: c_int, out: *mut c_uchar, room: i32) -> i32;
    fn opus_encoder_ctl(encoder: *mut RawEncoder, request: c_int, ...) -> c_int;
    fn opus_decoder_create(rate: i32, channels: c_int, error: *mut c_int) -> *mut RawDecoder;
    fn opus_decoder_destroy(decoder: *mut RawDecoder);
    fn opus_decode(
        decoder: *mut RawDecoder,
        data: *const c_uchar,
        length: i32,
        pcm: *mut i16,
        frame: c_int,
        fec: c_int,
    ) -> c_int;
    fn opus_multistream_encoder_create(
        rate: i32,
        channels: c_int,
        streams: c_int,
        coupled: c_int,
        mapping: *const c_uchar,
        application: c_int,
        error: *mut c_int,
    ) -> *mut RawMultistream;
    fn opus_multistream_encoder_destroy(encoder: *mut RawMultistream);
    fn opus_multistream_encode(
        encoder: *mut RawMultistream,
        pcm: *const i16,
        frame: c_int,
        out: *mut c_uchar,
        room: i32,
    ) -> c_int;
    fn opus_multistream_encoder_ctl(encoder: *mut RawMultistream, request: c_int, ...) -> c_int;
}

const APPLICATION_VOIP: c_int = 2048;
const SET_BITRATE: c_int = 4002;
const SET_COMPLEXITY: c_int = 4010;
const SET_INBAND_FEC: c_int = 4012;
const SET_PACKET_LOSS_PERC: c_int = 4014;
const GET_LOOKAHEAD: c_int = 4027;
const RATE: i32 = 48_000;

/// Samples of 48 kHz in 20 ms.
pub const FRAME: usize = 960;

/// The longest packet Opus allows, in samples: 120 ms.
const LONGEST: usize = 5760;

/// Room for a coded frame at our bit rates, many times over.
const ROOM: usize = 1275 * 2;

/// 20 ms of silence, mono: CELT, full band, one frame that codes nothing.
pub const SILENCE: [u8; 3] = [0xF8, 0xFF, 0xFE];

#[derive(Debug, PartialEq, Eq)]
pub struct OutOfMemory;

/// Speech, mono, 20 ms at a time.
pub struct Encoder(NonNull<RawEncoder>);

// SAFETY: libopus keeps no thread-local state; an encoder may be used by one thread after another.
unsafe impl Send for Encoder {}

/// The middle of what a phone call needs; measured 10 % of the CPU of complexity 10 at no audible loss for speech.
const SPEECH_COMPLEXITY: c_int = 5;
const SPEECH_BITRATE: c_int = 32_000;

impl Encoder {
    pub fn new() -> Result<Self, OutOfMemory> {
        let mut error = 0;
        // SAFETY: `error` lives through the call; the arguments are among those allowed.
        let raw = unsafe { opus_encoder_create(RATE, 1, APPLICATION_VOIP, &raw mut error) };
        let encoder = Self(NonNull::new(raw).ok_or(OutOfMemory)?);
        for (request, value) in [
            (SET_BITRATE, SPEECH_BITRATE),
            (SET_COMPLEXITY, SPEECH_COMPLEXITY),
            (SET_INBAND_FEC, 1),
            (SET_PACKET_LOSS_PERC, 2),
        ] {
            // SAFETY: each of these requests takes one integer.
            unsafe { opus_encoder_ctl(encoder.0.as_ptr(), request, value) };
        }
        Ok(encoder)
    }

    /// How much the far end loses, so that the encoder spends bits on repair.
    pub fn expect_loss(&mut self, percent: i32) {
        // SAFETY: takes one integer.
        unsafe { opus_encoder_ctl(self.0.as_ptr(), SET_PACKET_LOSS_PERC, percent.clamp(0, 30) as c_int) };
    }

    /// Appends a packet made of the first 960 samples.
    pub fn encode(&mut self, samples: &[i16], out: &mut Vec<u8>) {
        let Some(frame) = samples.get(..FRAME) else { return };
        let start = out.len();
        out.resize(start + ROOM, 0);
        // SAFETY: 960 samples are readable, ROOM octets are writable.
        let length = unsafe {
            opus_encode(self.0.as_ptr(), frame.as_ptr(), FRAME as c_int, out[start..].as_mut_ptr(), ROOM as i32)
        };
        out.truncate(start + usize::try_from(length).unwrap_or(0));
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // SAFETY: made by `opus_encoder_create`, destroyed once.
        unsafe { opus_encoder_destroy(self.0.as_ptr()) };
    }
}

pub struct Decoder(NonNull<RawDecoder>);

// SAFETY: as for the encoder.
unsafe impl Send for Decoder {}

impl Decoder {
    pub fn new() -> Result<Self, OutOfMemory> {
        let mut error = 0;
        // SAFETY: `error` lives through the call.
        let raw = unsafe { opus_decoder_create(RATE, 1, &raw mut error) };
        NonNull::new(raw).map(Self).ok_or(OutOfMemory)
    }

    /// Appends what a packet says; false if it is no Opus.
    pub fn decode(&mut self, packet: &[u8], out: &mut Vec<i16>) -> bool {
        !packet.is_empty() && self.run(Some(packet), LONGEST, false, out)
    }

    /// Appends `samples` of what was probably said in a packet that never came.
    pub fn conceal(&mut self, samples: usize, out: &mut Vec<i16>) -> bool {
        self.run(None, samples, false, out)
    }

    /// Appends what `next` still tells of the packet before it (in-band FEC), or conceals.
    pub fn repair(&mut self, next: &[u8], samples: usize, out: &mut Vec<i16>) -> bool {
        !next.is_empty() && self.run(Some(next), samples, true, out)
    }

    fn run(&mut self, packet: Option<&[u8]>, samples: usize, fec: bool, out: &mut Vec<i16>) -> bool {
        let start = out.len();
        out.resize(start + samples, 0);
        let (data, length) = packet.map_or((null(), 0), |packet| (packet.as_ptr(), packet.len()));
        // SAFETY: `length` octets are readable (or none, by a null pointer), `samples` samples are writable.
        let decoded = unsafe {
            opus_decode(
                self.0.as_ptr(),
                data,
                length as i32,
                out[start..].as_mut_ptr(),
                samples as c_int,
                c_int::from(fec),
            )
        };
        let decoded = usize::try_from(decoded).unwrap_or(0);
        out.truncate(start + decoded);
        decoded > 0
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: made by `opus_decoder_create`, destroyed once.
        unsafe { opus_decoder_destroy(self.0.as_ptr()) };
    }
}

/// Two voices side by side, for recordings: two mono streams in one packet (RFC 7845 5.1.1.2), so that nothing of the
/// one ever leaks into the other, as joint stereo would let it.
pub struct TwoVoices(NonNull<RawMultistream>);

// SAFETY: as for the encoder.
unsafe impl Send for TwoVoices {}

const TWO_VOICES_BITRATE: c_int = 48_000;
const TWO_VOICES_COMPLEXITY: c_int = 2;

impl TwoVoices {
    pub fn new() -> Result<Self, OutOfMemory> {
        let mapping: [c_uchar; 2] = [0, 1];
        let mut error = 0;
        // SAFETY: two mapping octets for two channels; `error` lives through the call.
        let raw = unsafe {
            opus_multistream_encoder_create(RATE, 2, 2, 0, mapping.as_ptr(), APPLICATION_VOIP, &raw mut error)
        };
        let encoder = Self(NonNull::new(raw).ok_or(OutOfMemory)?);
        for (request, value) in [(SET_BITRATE, TWO_VOICES_BITRATE), (SET_COMPLEXITY, TWO_VOICES_COMPLEXITY)] {
            // SAFETY: each takes one integer.
            unsafe { opus_multistream_encoder_ctl(encoder.0.as_ptr(), request, value) };
        }
        Ok(encoder)
    }

    /// Samples by which the decoder's output lags: the pre-skip of RFC 7845.
    pub fn lookahead(&self) -> u16 {
        let mut samples: i32 = 0;
        // SAFETY: takes a pointer to an integer.
        unsafe { opus_multistream_encoder_ctl(self.0.as_ptr(), GET_LOOKAHEAD, &raw mut samples) };
        u16::try_from(samples).unwrap_or(312)
    }

    /// The packet of 960 interleaved pairs, replacing what is in `out`.
    pub fn encode(&mut self, pairs: &[i16], out: &mut Vec<u8>) {
        out.clear();
        let Some(frame) = pairs.get(..2 * FRAME) else { return };
        out.resize(2 * ROOM, 0);
        // SAFETY: 1920 samples are readable, the whole of `out` is writable.
        let length = unsafe {
            opus_multistream_encode(self.0.as_ptr(), frame.as_ptr(), FRAME as c_int, out.as_mut_ptr(), out.len() as i32)
        };
        out.truncate(usize::try_from(length).unwrap_or(0));
    }
}

impl Drop for TwoVoices {
    fn drop(&mut self) {
        // SAFETY: made by `opus_multistream_encoder_create`, destroyed once.
        unsafe { opus_multistream_encoder_destroy(self.0.as_ptr()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_goes_through() {
        let tone: Vec<i16> = (0..FRAME * 10).map(|n| (8000.0 * (n as f64 * 0.0576).sin()) as i16).collect();
        let (mut encoder, mut decoder) = (Encoder::new().unwrap(), Decoder::new().unwrap());
        let mut heard = Vec::new();
        for frame in tone.chunks(FRAME) {
            let mut packet = Vec::new();
            encoder.encode(frame, &mut packet);
            assert!(packet.len() < 200);
            assert!(decoder.decode(&packet, &mut heard));
        }
        assert_eq!(heard.len(), tone.len());
        let power = heard[FRAME * 5..].iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / (FRAME * 5) as f64;
        assert!(power.sqrt() > 4000.0, "{power}");
    }

    #[test]
    fn the_silent_packet_is_silent_and_garbage_is_refused() {
        let mut decoder = Decoder::new().unwrap();
        let mut heard = Vec::new();
        assert!(decoder.decode(&SILENCE, &mut heard));
        assert_eq!(heard, [0; FRAME]);
        assert!(!decoder.decode(&[], &mut heard));
        for seed in 0..2000u32 {
            let junk: Vec<u8> = (0..seed % 60).map(|n| (n.wrapping_mul(seed) >> 3) as u8).collect();
            decoder.decode(&junk, &mut heard);
            heard.clear();
        }
    }

    #[test]
    fn two_voices_make_one_packet() {
        let mut encoder = TwoVoices::new().unwrap();
        assert_eq!(encoder.lookahead(), 312);
        let mut packet = Vec::new();
        encoder.encode(&[0; 2 * FRAME], &mut packet);
        assert!(!packet.is_empty());
    }
}
