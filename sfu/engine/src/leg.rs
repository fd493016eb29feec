// SPDX-License-Identifier: Apache-2.0
//! A leg: what it says, what it hears, and what carries it.

use crate::clip::Playing;
use crate::codec::g711::dbov;
use crate::codec::{Codec, Encoder, Format, Formats};
use crate::command::Source;
use crate::digits::{Keypad, Pressed};
use crate::incoming::Incoming;
use crate::listening::{Listening, Sound};
use crate::mixing::Mixing;
use crate::plain::Plain;
use crate::recorder::Tap;
use crate::tone::{KeyFinder, Tone};

pub enum Carrier {
    /// Two for the moment in which a new transport takes over.
    Peer {
        current: Option<usize>,
        next: Option<usize>,
    },
    Plain(Box<Plain>),
}

pub struct Leg {
    pub name: String,
    pub carrier: Carrier,
    /// What the current transport negotiated.
    pub formats: Formats,
    pub is_up: bool,
    pub last_heard_us: i64,
    /// When the last packet of speech or keys came, of its current transport or the one before.
    pub last_spoke_us: Option<i64>,
    /// Those who hear this leg.
    pub listeners: Vec<usize>,
    /// Those who hear it among others.
    pub mixers: Vec<usize>,
    pub says: Says,
    pub hears: Hears,
    pub taps: Vec<Tap>,
    pub next_report_us: i64,
    pub remote_loss: Option<f64>,
    pub rtt_ms: Option<f64>,
    pub packets_sent: u64,
}

impl Leg {
    pub fn new(name: String, carrier: Carrier, now_us: i64) -> Self {
        Self {
            name,
            carrier,
            formats: Formats::default(),
            is_up: false,
            last_heard_us: now_us,
            last_spoke_us: None,
            listeners: Vec::new(),
            mixers: Vec::new(),
            says: Says::default(),
            hears: Hears::default(),
            taps: Vec::new(),
            next_report_us: now_us + 2_500_000,
            remote_loss: None,
            rtt_ms: None,
            packets_sent: 0,
        }
    }

    pub fn kind(&self) -> &'static str {
        match self.carrier {
            Carrier::Peer { .. } => "peer",
            Carrier::Plain(_) => "plain",
        }
    }

    /// The codec in use, or the one that would be.
    pub fn codec_name(&self) -> &'static str {
        let codec = self.says.speaking.or_else(|| self.formats.preferred()).and_then(|format| format.codec());
        codec.map_or("", Codec::name)
    }

    /// Nobody can press keys here but by tones in the speech.
    pub fn keys_are_tones(&self) -> bool {
        !self.formats.0.is_empty() && !self.formats.has_events()
    }
}

/// What the far end says.
#[derive(Default)]
pub struct Says {
    pub incoming: Incoming,
    /// The audio format of the last packet.
    pub speaking: Option<Format>,
    pub pressed: Pressed,
    pub key_finder: KeyFinder,
    /// Set while somebody needs sound and not packets.
    pub is_decoded: bool,
    pub listening: Option<Listening>,
    pub sound: Sound,
    level: Option<f32>,
    #[cfg(test)]
    pub panics_in_beat: bool,
}

/// A level follows the speech with a memory of about ten packets.
const LEVEL_WEIGHT: f32 = 0.1;

impl Says {
    pub fn note_level(&mut self, level_dbov: f32) {
        let power = 10f32.powf(level_dbov / 10.0);
        let before = self.level.unwrap_or(power);
        self.level = Some(before + (power - before) * LEVEL_WEIGHT);
    }

    pub fn level_dbov(&self) -> Option<f64> {
        self.level.map(|power| f64::from(dbov(power * 32768.0 * 32768.0)))
    }

    /// Nobody needs the sound any more.
    pub fn stop_decoding(&mut self) {
        if self.listening.take().is_some() {
            self.sound.set(|samples| {
                samples.clear();
                0
            });
        }
    }

    /// Another transport or another stream: what waits of the old one is not played into it.
    pub fn restart(&mut self) {
        if let Some(listening) = &mut self.listening {
            listening.restart();
        }
    }
}

/// The source under way.
#[derive(Default)]
pub enum Active {
    #[default]
    Silence,
    Leg,
    Mix(Box<Mixing>),
    Play(Box<Playing>),
    Tone {
        tone: Tone,
        elapsed_ms: u64,
    },
}

/// What is sent to the far end.
pub struct Hears {
    /// As it was asked for, so that asking again changes nothing.
    pub wanted: Source,
    pub active: Active,
    /// The leg that is heard, once it exists.
    pub from: Option<usize>,
    pub keypad: Keypad,
    /// Timestamps of the event being passed on: the sender's and ours.
    pub event: Option<(u32, u32)>,
    /// Timestamp of the event of our own under way.
    pub own_event: u32,
    pub encoder: Option<(Codec, Encoder)>,
    /// What we made up ourselves in this tick, for the recording.
    pub sound: Sound,
    pub has_own_sound: bool,
    pub payload: Vec<u8>,
}

impl Default for Hears {
    fn default() -> Self {
        Self {
            wanted: Source::Silence,
            active: Active::Silence,
            from: None,
            keypad: Keypad::default(),
            event: None,
            own_event: 0,
            encoder: None,
            sound: Sound::default(),
            has_own_sound: false,
            payload: Vec::with_capacity(512),
        }
    }
}

impl Hears {
    /// Appends the payload of 20 ms at the codec's rate.
    pub fn encode(&mut self, codec: Codec, samples: &[i16]) {
        if self.encoder.as_ref().is_none_or(|(known, _)| *known != codec) {
            self.encoder = Encoder::new(codec).map(|encoder| (codec, encoder));
        }
        if let Some((_, encoder)) = &mut self.encoder {
            encoder.encode(samples, &mut self.payload);
        }
    }

    pub fn expect_loss(&mut self, fraction: f64) {
        if let Some((_, Encoder::Opus(encoder))) = &mut self.encoder {
            encoder.expect_loss((fraction * 100.0) as i32);
        }
    }
}
