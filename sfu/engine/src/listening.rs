// SPDX-License-Identifier: Apache-2.0
//! What a leg says, as sound: jitter buffer, decoder, concealment, 20 ms per tick, at any rate somebody wants.

use crate::codec::conceal::Concealer;
use crate::codec::opus::FRAME;
use crate::codec::resample::Resampler;
use crate::codec::{Codec, Decoder, Format, frame_length};
use crate::jitter::{Jitter, Next};

/// Opus may conceal for so long; then silence. Its own fading takes about as long.
const OPUS_CONCEAL_TICKS: u32 = 5;

/// Ticks over which the shallowest depth is watched, and how much above the aim is too much (ms).
const WATCH: u32 = 50;
const SURPLUS_MS: u32 = 25;

pub struct Listening {
    codec: Codec,
    decoder: Decoder,
    concealer: Concealer,
    jitter: Jitter,
    /// Decoded, not yet played.
    fifo: Vec<i16>,
    made_up_ticks: u32,
    shallowest: u32,
    watched: u32,
    pub concealed: u64,
    pub shortened: u64,
}

impl Listening {
    pub fn new(codec: Codec) -> Option<Self> {
        Some(Self {
            codec,
            decoder: Decoder::new(codec)?,
            concealer: Concealer::new(codec.sample_rate()),
            jitter: Jitter::new(codec.clock_rate()),
            fifo: Vec::with_capacity(FRAME * 8),
            made_up_ticks: 0,
            shallowest: u32::MAX,
            watched: 0,
            concealed: 0,
            shortened: 0,
        })
    }

    /// A packet of the leg. A change of codec starts over.
    pub fn insert(&mut self, seq: u16, timestamp: u32, format: Format, payload: &[u8], now_us: i64) {
        let Some(codec) = format.codec() else { return };
        if codec != self.codec
            && let Some(fresh) = Self::new(codec)
        {
            *self = fresh;
        }
        self.jitter.insert(seq, timestamp, format.payload_type, payload, now_us);
    }

    /// Another stream follows: what waits of the old one is not played into it.
    pub fn restart(&mut self) {
        self.jitter.restart();
    }

    /// Packets that came too late to be played.
    pub fn late(&self) -> u64 {
        self.jitter.late
    }

    /// The delay that the jitter buffer aims at.
    pub fn delay_ms(&self) -> i64 {
        self.jitter.delay_ms()
    }

    /// The next 20 ms at the codec's own rate, which is returned.
    pub fn tick(&mut self, out: &mut Vec<i16>, now_us: i64) -> u32 {
        let frame = frame_length(self.codec.sample_rate());
        while self.fifo.len() < frame {
            self.fill(frame, now_us);
        }
        self.shorten(frame, now_us);
        out.clear();
        out.extend(self.fifo.drain(..frame));
        self.codec.sample_rate()
    }

    fn fill(&mut self, frame: usize, now_us: i64) {
        let start = self.fifo.len();
        let ratio = self.codec.sample_rate() / self.codec.clock_rate();
        let decoded = match self.jitter.next(self.codec.clock_rate() / 50, now_us) {
            Next::Play { payload, .. } => self.decoder.decode(payload, &mut self.fifo),
            Next::Lost { samples, following } => {
                let samples = (samples * ratio) as usize;
                if let (Decoder::Opus(opus), Some(next)) = (&mut self.decoder, following) {
                    opus.repair(next, samples, &mut self.fifo)
                } else {
                    self.conceal(samples);
                    return;
                }
            }
            Next::Wait => {
                self.conceal(frame);
                return;
            }
        };
        if !decoded {
            self.fifo.truncate(start);
            self.conceal(frame);
            return;
        }
        self.made_up_ticks = 0;
        self.jitter.note_duration((self.fifo.len() - start) as u32 / ratio);
        if self.codec != Codec::Opus {
            self.concealer.heard(&mut self.fifo[start..]);
        }
    }

    fn conceal(&mut self, samples: usize) {
        self.made_up_ticks = self.made_up_ticks.saturating_add(1);
        self.concealed += 1;
        let wanted = self.fifo.len() + samples;
        match &mut self.decoder {
            Decoder::Opus(opus) => {
                if self.made_up_ticks <= OPUS_CONCEAL_TICKS {
                    opus.conceal(samples, &mut self.fifo);
                }
            }
            _ => self.concealer.conceal(samples, &mut self.fifo),
        }
        self.fifo.resize(wanted, 0);
    }

    /// Leaves out a frame when for a second more was waiting than the network needs.
    fn shorten(&mut self, frame: usize, now_us: i64) {
        let per_ms = self.codec.sample_rate() as usize / 1000;
        let depth =
            (self.jitter.depth() / (self.jitter.clock_rate() / 1000)) + ((self.fifo.len() - frame) / per_ms) as u32;
        self.shallowest = self.shallowest.min(depth);
        self.watched += 1;
        if self.watched < WATCH {
            return;
        }
        let surplus = self.shallowest.saturating_sub(self.jitter.delay_ms() as u32 + SURPLUS_MS) > 0;
        (self.watched, self.shallowest) = (0, u32::MAX);
        if surplus && self.fifo.len() >= frame {
            self.skip(frame, now_us);
        }
    }

    /// Drops one frame, blending over its length so that nothing clicks.
    fn skip(&mut self, frame: usize, now_us: i64) {
        self.shortened += 1;
        let first: Vec<i16> = self.fifo.drain(..frame).collect();
        while self.fifo.len() < frame {
            self.fill(frame, now_us);
        }
        for (n, (old, sample)) in first.iter().zip(&mut self.fifo).enumerate() {
            let weight = n as f32 / frame as f32;
            *sample = (f32::from(*old) * (1.0 - weight) + f32::from(*sample) * weight) as i16;
        }
    }
}

/// One tick of sound, at the rate it was made and at every other rate asked for. Each is computed once.
#[derive(Default)]
pub struct Sound {
    rate: u32,
    native: Vec<i16>,
    others: Vec<Other>,
}

struct Other {
    from: u32,
    to: u32,
    resampler: Resampler,
    samples: Vec<i16>,
    fresh: bool,
}

impl Sound {
    /// Sets this tick's sound by a closure that fills the buffer and tells the rate.
    pub fn set(&mut self, fill: impl FnOnce(&mut Vec<i16>) -> u32) {
        self.rate = fill(&mut self.native);
        self.others.iter_mut().for_each(|other| other.fresh = false);
    }

    pub fn native(&self) -> (&[i16], u32) {
        (&self.native, self.rate)
    }

    /// The same 20 ms at a rate of choice. Silence before anything was set.
    pub fn at(&mut self, rate: u32) -> &[i16] {
        if rate == self.rate && !self.native.is_empty() {
            return &self.native;
        }
        let place = self.others.iter().position(|other| (other.from, other.to) == (self.rate, rate));
        let place = place.unwrap_or_else(|| self.add(rate));
        let other = &mut self.others[place];
        if !other.fresh {
            other.fresh = true;
            other.samples.clear();
            if self.native.is_empty() {
                other.samples.resize(frame_length(rate), 0);
            } else {
                other.resampler.run(&self.native, &mut other.samples);
            }
        }
        &other.samples
    }

    fn add(&mut self, rate: u32) -> usize {
        // A leg that changed its codec leaves filters behind that nobody asks for again.
        let current = self.rate;
        self.others.retain(|other| other.from == current);
        let from = if self.rate == 0 { rate } else { self.rate };
        self.others.push(Other {
            from: self.rate,
            to: rate,
            resampler: Resampler::new(from, rate),
            samples: Vec::with_capacity(FRAME),
            fresh: false,
        });
        self.others.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Encoder;

    const TICK: i64 = 20_000;

    fn tone(rate: u32, ticks: usize) -> Vec<i16> {
        let step = std::f64::consts::TAU * 440.0 / f64::from(rate);
        (0..ticks * frame_length(rate)).map(|n| (9000.0 * (n as f64 * step).sin()) as i16).collect()
    }

    #[test]
    fn packets_of_any_length_are_played_without_a_seam() {
        for milliseconds in [10, 30, 40, 60] {
            let format = Format::new("PCMU", 0, 8000).unwrap();
            let mut listening = Listening::new(Codec::Pcmu).unwrap();
            let (mut heard, mut frame) = (Vec::new(), Vec::new());
            let samples = tone(8000, 120);
            let packets: Vec<&[i16]> = samples.chunks(8 * milliseconds).collect();
            for tick in 0..100i64 {
                for n in (0..packets.len()).filter(|n| (*n as i64 * milliseconds as i64 * 1000) / TICK == tick) {
                    let mut payload = Vec::new();
                    Encoder::new(Codec::Pcmu).unwrap().encode(packets[n], &mut payload);
                    let at = n as i64 * milliseconds as i64 * 1000;
                    listening.insert(n as u16, (n * 8 * milliseconds) as u32, format, &payload, at);
                }
                listening.tick(&mut frame, tick * TICK + 19_000);
                heard.extend_from_slice(&frame);
            }
            assert!(listening.concealed <= 6, "{milliseconds} ms: {}", listening.concealed);
            assert!(strength(&heard[1600..]) > 8900.0);
        }
    }

    fn hear(codec: Codec, lost: impl Fn(usize) -> bool) -> Vec<i16> {
        let format = Format::new(codec.name(), 8, codec.clock_rate()).unwrap();
        let mut encoder = Encoder::new(codec).unwrap();
        let mut listening = Listening::new(codec).unwrap();
        let (mut heard, mut frame) = (Vec::new(), Vec::new());
        for (n, samples) in tone(codec.sample_rate(), 100).chunks(frame_length(codec.sample_rate())).enumerate() {
            let mut payload = Vec::new();
            encoder.encode(samples, &mut payload);
            if !lost(n) {
                let timestamp = n as u32 * codec.clock_rate() / 50;
                listening.insert(n as u16, timestamp, format, &payload, n as i64 * TICK);
            }
            listening.tick(&mut frame, n as i64 * TICK + 1000);
            heard.extend_from_slice(&frame);
        }
        heard
    }

    fn strength(samples: &[i16]) -> f64 {
        (2.0 * samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
    }

    #[test]
    fn a_tone_is_heard_in_every_codec() {
        for codec in [Codec::Pcma, Codec::Pcmu, Codec::G722, Codec::Opus] {
            let heard = hear(codec, |_| false);
            let strength = strength(&heard[heard.len() / 2..]);
            assert!((8000.0..10_000.0).contains(&strength), "{codec:?} {strength}");
        }
    }

    #[test]
    fn five_percent_of_loss_leave_most_of_the_tone() {
        for codec in [Codec::Pcma, Codec::G722, Codec::Opus] {
            let heard = hear(codec, |n| n % 20 == 7);
            let strength = strength(&heard[heard.len() / 2..]);
            assert!(strength > 7000.0, "{codec:?} {strength}");
        }
    }

    #[test]
    fn a_stalled_leg_falls_silent() {
        let heard = hear(Codec::Pcma, |n| n > 50);
        assert!(heard[heard.len() * 3 / 4..].iter().all(|sample| sample.abs() < 16));
    }

    #[test]
    fn one_sound_is_had_at_every_rate() {
        let mut sound = Sound::default();
        assert_eq!(sound.at(48_000), [0; 960]);
        sound.set(|samples| {
            *samples = vec![1000; 160];
            8000
        });
        assert_eq!((sound.at(8000).len(), sound.at(16_000).len(), sound.at(48_000).len()), (160, 320, 960));
    }
}
