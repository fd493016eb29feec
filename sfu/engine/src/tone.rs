// SPDX-License-Identifier: Apache-2.0
//! Supervision tones (Chinese plan, GF 002-9002.3) and the sixteen keys.

use std::f32::consts::TAU;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Ringback,
    Busy,
    Congestion,
    Beep,
}

/// Frequency, and milliseconds of sound and of silence. No silence: once, and then never again.
const CADENCE: [(Tone, f32, u64, u64); 4] = [
    (Tone::Ringback, 450.0, 1000, 4000),
    (Tone::Busy, 450.0, 350, 350),
    (Tone::Congestion, 450.0, 700, 700),
    (Tone::Beep, 1000.0, 300, 0),
];

/// -10 dBm0 as the plan wants: a sine of a third of full scale, less 7 dB.
const LEVEL: f32 = 7_300.0;

impl Tone {
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "ringback" => Some(Self::Ringback),
            "busy" => Some(Self::Busy),
            "congestion" => Some(Self::Congestion),
            "beep" => Some(Self::Beep),
            _ => None,
        }
    }

    fn cadence(self) -> (f32, u64, u64) {
        let (_, frequency, on, off) = CADENCE[self as usize];
        (frequency, on, off)
    }

    pub fn is_over(self, elapsed_ms: u64) -> bool {
        let (_, on, off) = self.cadence();
        off == 0 && elapsed_ms >= on
    }

    /// Appends the samples of a tick that begins `elapsed_ms` after the tone did.
    pub fn fill(self, elapsed_ms: u64, rate: u32, count: usize, out: &mut Vec<i16>) {
        let (frequency, on, off) = self.cadence();
        let first = elapsed_ms * u64::from(rate) / 1000;
        let period = (on + off) * u64::from(rate) / 1000;
        let sounding = on * u64::from(rate) / 1000;
        out.extend((first..first + count as u64).map(|n| {
            let place = if off == 0 { n } else { n % period };
            if place >= sounding {
                return 0;
            }
            // Two milliseconds of slope at each end keep the contacts from clicking.
            let slope = (rate / 500) as f32;
            let edge = (place as f32).min((sounding - place) as f32) / slope;
            (LEVEL * edge.min(1.0) * (TAU * frequency * place as f32 / rate as f32).sin()) as i16
        }));
    }
}

pub const KEYS: &[u8; 16] = b"0123456789*#ABCD";
const ROWS: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
const COLUMNS: [f32; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
const PAD: [&[u8; 4]; 4] = [b"123A", b"456B", b"789C", b"*0#D"];

/// The event code of a key (RFC 4733 3.2).
pub fn event_of(key: char) -> Option<u8> {
    KEYS.iter().position(|known| char::from(*known) == key.to_ascii_uppercase()).map(|n| n as u8)
}

pub fn key_of(event: u8) -> Option<char> {
    KEYS.get(usize::from(event)).map(|key| char::from(*key))
}

fn frequencies(event: u8) -> Option<(f32, f32)> {
    let key = KEYS.get(usize::from(event))?;
    PAD.iter()
        .zip(ROWS)
        .find_map(|(keys, row)| keys.iter().position(|known| known == key).map(|column| (row, COLUMNS[column])))
}

/// Appends a key's two tones, from the `first` sample on.
pub fn fill_key(event: u8, first: usize, rate: u32, count: usize, out: &mut Vec<i16>) {
    let Some((low, high)) = frequencies(event) else { return };
    out.extend((first..first + count).map(|n| {
        let at = TAU * n as f32 / rate as f32;
        // The high group 2 dB above the low one, as lines attenuate it more (ITU-T Q.23 twist).
        (5_200.0 * (low * at).sin() + 6_500.0 * (high * at).sin()) as i16
    }));
}

/// Finds keys in speech at 8 kHz, a tick at a time (ITU-T Q.24: a key lasts 40 ms, a pause 40 ms).
#[derive(Default)]
pub struct KeyFinder {
    candidate: Option<u8>,
    candidate_ticks: u32,
    pressed: Option<u8>,
    pressed_ticks: u32,
    missing: u32,
}

/// Weakest tone: about -30 dBm0.
const LEAST_POWER: f32 = 250.0 * 250.0;

impl KeyFinder {
    /// The key released in this tick, and how long it was down (ms).
    pub fn tick(&mut self, samples: &[i16]) -> Option<(char, u32)> {
        let found = detect(samples);
        if found.is_some() && found == self.pressed {
            self.pressed_ticks += 1 + self.missing;
            self.missing = 0;
            return None;
        }
        let mut released = None;
        if let Some(key) = self.pressed {
            self.missing += 1;
            if self.missing >= 2 {
                released = key_of(key).map(|key| (key, self.pressed_ticks * 20));
                (self.pressed, self.missing) = (None, 0);
            }
        }
        self.consider(found);
        released
    }

    fn consider(&mut self, found: Option<u8>) {
        self.candidate_ticks = if found.is_some() && found == self.candidate { self.candidate_ticks + 1 } else { 1 };
        self.candidate = found;
        if self.pressed.is_none() && found.is_some() && self.candidate_ticks >= 2 {
            (self.pressed, self.pressed_ticks, self.missing) = (found, self.candidate_ticks, 0);
        }
    }
}

fn detect(samples: &[i16]) -> Option<u8> {
    let total = samples.iter().map(|s| f32::from(*s) * f32::from(*s)).sum::<f32>() / samples.len() as f32;
    if total < LEAST_POWER {
        return None;
    }
    let (row, low) = strongest(samples, &ROWS)?;
    let (column, high) = strongest(samples, &COLUMNS)?;
    // Two pure tones hold nearly all the power; speech spreads it. Twist: high up to 6 dB above, 10 dB below.
    let pure = low + high > 0.82 * total;
    let balanced = high < low * 6.3 && low < high * 10.0;
    if !pure || !balanced {
        return None;
    }
    KEYS.iter().position(|key| *key == PAD[row][column]).map(|n| n as u8)
}

/// The strongest of four tones and its mean square, if it stands out from the other three.
fn strongest(samples: &[i16], group: &[f32; 4]) -> Option<(usize, f32)> {
    let powers = group.map(|frequency| goertzel(samples, frequency));
    let best = (0..4).max_by(|a, b| powers[*a].total_cmp(&powers[*b]))?;
    let clear = (0..4).all(|n| n == best || powers[n] * 6.0 < powers[best]);
    clear.then_some((best, powers[best]))
}

/// Mean square of one frequency, by Goertzel's recursion.
fn goertzel(samples: &[i16], frequency: f32) -> f32 {
    let factor = 2.0 * (TAU * frequency / 8000.0).cos();
    let (mut s1, mut s2) = (0.0f32, 0.0f32);
    for sample in samples {
        (s1, s2) = (f32::from(*sample) + factor * s1 - s2, s1);
    }
    let count = samples.len() as f32;
    2.0 * (s1 * s1 + s2 * s2 - factor * s1 * s2) / (count * count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_have_the_cadence_of_the_plan() {
        for (tone, at_ms, sounds) in [
            (Tone::Ringback, 900, true),
            (Tone::Ringback, 1100, false),
            (Tone::Ringback, 5100, true),
            (Tone::Busy, 340, true),
            (Tone::Busy, 360, false),
            (Tone::Beep, 100, true),
            (Tone::Beep, 400, false),
        ] {
            let mut samples = Vec::new();
            tone.fill(at_ms, 8000, 40, &mut samples);
            assert_eq!(samples.iter().any(|s| s.abs() > 2000), sounds, "{tone:?} at {at_ms}");
        }
        assert!(Tone::Beep.is_over(300) && !Tone::Busy.is_over(1_000_000));
    }

    #[test]
    fn every_key_is_found_once_with_its_length() {
        for event in 0..16u8 {
            let mut finder = KeyFinder::default();
            let mut found = Vec::new();
            for tick in 0..20usize {
                let mut samples = Vec::new();
                if (5..11).contains(&tick) {
                    fill_key(event, (tick - 5) * 160, 8000, 160, &mut samples);
                } else {
                    samples.resize(160, 0);
                }
                found.extend(finder.tick(&samples));
            }
            assert_eq!(found, [(key_of(event).unwrap(), 120)]);
        }
    }

    #[test]
    fn one_tone_or_noise_is_no_key() {
        let mut finder = KeyFinder::default();
        let mut state = 1u32;
        for tick in 0..5000usize {
            let samples: Vec<i16> = (0..160)
                .map(|n| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let noise = (state >> 16) as i16 / 4;
                    let tone = (8000.0 * (TAU * 697.0 * (tick * 160 + n) as f32 / 8000.0).sin()) as i16;
                    if tick % 2 == 0 { noise } else { tone }
                })
                .collect();
            assert_eq!(finder.tick(&samples), None);
        }
    }
}
