// SPDX-License-Identifier: Apache-2.0
//! The codecs of a telephone call, and what was negotiated of them.

pub mod conceal;
pub mod g711;
pub mod g722;
pub mod opus;
pub mod resample;

use crate::TICKS_PER_SECOND;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    Pcma,
    Pcmu,
    G722,
    Opus,
}

impl Codec {
    pub fn name(self) -> &'static str {
        match self {
            Self::Pcma => "PCMA",
            Self::Pcmu => "PCMU",
            Self::G722 => "G722",
            Self::Opus => "opus",
        }
    }

    /// Samples per second of the sound itself.
    pub fn sample_rate(self) -> u32 {
        match self {
            Self::Pcma | Self::Pcmu => 8_000,
            Self::G722 => 16_000,
            Self::Opus => 48_000,
        }
    }

    /// Timestamp units per second. G.722 counts at 8000 by an old mistake that stays (RFC 3551 4.5.2).
    pub fn clock_rate(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            _ => 8_000,
        }
    }

    fn law(self) -> Option<&'static g711::Law> {
        match self {
            Self::Pcma => Some(&g711::ALAW),
            Self::Pcmu => Some(&g711::ULAW),
            _ => None,
        }
    }

    /// Loudness of a packet without decoding it, where that is a table look-up.
    pub fn level(self, payload: &[u8]) -> Option<f32> {
        self.law().map(|law| law.level(payload))
    }
}

/// One payload format of a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    pub kind: Kind,
    pub payload_type: u8,
    pub clock_rate: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Audio(Codec),
    TelephoneEvent,
}

impl Format {
    /// None for a codec we do not speak: it was not ours to negotiate, and packets of it are dropped.
    pub fn new(name: &str, payload_type: u8, clock_rate: u32) -> Option<Self> {
        let kind = match name.to_ascii_lowercase().as_str() {
            "pcma" => Kind::Audio(Codec::Pcma),
            "pcmu" => Kind::Audio(Codec::Pcmu),
            "g722" => Kind::Audio(Codec::G722),
            "opus" => Kind::Audio(Codec::Opus),
            "telephone-event" => Kind::TelephoneEvent,
            _ => return None,
        };
        Some(Self { kind, payload_type, clock_rate })
    }

    pub fn codec(&self) -> Option<Codec> {
        match self.kind {
            Kind::Audio(codec) => Some(codec),
            Kind::TelephoneEvent => None,
        }
    }
}

/// What a leg negotiated, preferred first.
#[derive(Debug, Clone, Default)]
pub struct Formats(pub Vec<Format>);

impl Formats {
    pub fn by_payload_type(&self, payload_type: u8) -> Option<Format> {
        self.0.iter().find(|format| format.payload_type == payload_type).copied()
    }

    pub fn of(&self, codec: Codec) -> Option<Format> {
        self.0.iter().find(|format| format.codec() == Some(codec)).copied()
    }

    pub fn preferred(&self) -> Option<Format> {
        self.0.iter().find(|format| format.codec().is_some()).copied()
    }

    /// The telephone-event format at the clock of the audio beside it, as RFC 4733 2.4.1 wants.
    pub fn events(&self, clock_rate: u32) -> Option<Format> {
        let mut events = self.0.iter().filter(|format| format.kind == Kind::TelephoneEvent);
        events.clone().find(|format| format.clock_rate == clock_rate).or_else(|| events.next()).copied()
    }

    pub fn has_events(&self) -> bool {
        self.0.iter().any(|format| format.kind == Kind::TelephoneEvent)
    }
}

/// Turns payloads into samples at the codec's own rate.
pub enum Decoder {
    G711(&'static g711::Law),
    G722(Box<g722::Decoder>),
    Opus(opus::Decoder),
}

impl Decoder {
    pub fn new(codec: Codec) -> Option<Self> {
        match codec {
            Codec::Pcma => Some(Self::G711(&g711::ALAW)),
            Codec::Pcmu => Some(Self::G711(&g711::ULAW)),
            Codec::G722 => Some(Self::G722(Box::default())),
            Codec::Opus => opus::Decoder::new().ok().map(Self::Opus),
        }
    }

    /// Appends the samples; false if the payload was no such codec.
    pub fn decode(&mut self, payload: &[u8], out: &mut Vec<i16>) -> bool {
        match self {
            Self::G711(law) => out.extend(payload.iter().map(|octet| law.decode[usize::from(*octet)])),
            Self::G722(decoder) => decoder.decode(payload, out),
            Self::Opus(decoder) => return decoder.decode(payload, out),
        }
        !payload.is_empty()
    }
}

/// Turns 20 ms at the codec's own rate into a payload.
pub enum Encoder {
    G711(&'static g711::Law),
    G722(Box<g722::Encoder>),
    Opus(opus::Encoder),
}

impl Encoder {
    pub fn new(codec: Codec) -> Option<Self> {
        match codec {
            Codec::Pcma => Some(Self::G711(&g711::ALAW)),
            Codec::Pcmu => Some(Self::G711(&g711::ULAW)),
            Codec::G722 => Some(Self::G722(Box::default())),
            Codec::Opus => opus::Encoder::new().ok().map(Self::Opus),
        }
    }

    /// Appends the payload.
    pub fn encode(&mut self, samples: &[i16], out: &mut Vec<u8>) {
        match self {
            Self::G711(law) => out.extend(samples.iter().map(|sample| law.encode(*sample))),
            Self::G722(encoder) => encoder.encode(samples, out),
            Self::Opus(encoder) => encoder.encode(samples, out),
        }
    }
}

/// Samples of a tick at a rate.
pub fn frame_length(sample_rate: u32) -> usize {
    (sample_rate / TICKS_PER_SECOND) as usize
}
