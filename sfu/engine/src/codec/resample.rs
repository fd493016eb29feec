// SPDX-License-Identifier: Apache-2.0
//! Between 8, 16 and 48 kHz: a windowed sinc, run as a polyphase filter upwards and decimated downwards.

use std::f64::consts::PI;
use std::sync::OnceLock;

/// Zero crossings on each side of the sinc's middle: 24 keep the pass band flat to 90 % of the lower rate's half and
/// the alias below -60 dB.
const CROSSINGS: usize = 24;

/// Kaiser's beta for about 65 dB.
const BETA: f64 = 6.5;

/// How much of the band is passed before the slope begins.
const PASS: f64 = 0.94;

/// Up by `up`, then down by `down`; one of the two is 1 for the rates we know.
pub struct Resampler {
    up: usize,
    down: usize,
    taps: &'static [f32],
    history: Vec<f32>,
}

impl Resampler {
    /// From one of our rates to another, higher or lower by a whole factor.
    pub fn new(from: u32, to: u32) -> Self {
        let (up, down) = if to >= from { ((to / from) as usize, 1) } else { (1, (from / to) as usize) };
        let taps = if up > 1 { phases(up) } else { prototype(down) };
        let length = taps.len() / up;
        Self { up, down, taps, history: vec![0.0; length.saturating_sub(1)] }
    }

    /// Appends the samples of one tick at the new rate. The input is a whole number of output samples.
    pub fn run(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        if self.up == self.down {
            out.extend_from_slice(samples);
            return;
        }
        let kept = self.history.len();
        self.history.extend(samples.iter().map(|sample| f32::from(*sample)));
        if self.up > 1 {
            self.rise(out)
        } else {
            self.sink(out)
        }
        let used = self.history.len() - kept;
        self.history.drain(..used);
    }

    fn rise(&self, out: &mut Vec<i16>) {
        let length = self.taps.len() / self.up;
        for window in self.history.windows(length) {
            for phase in self.taps.chunks_exact(length) {
                out.push(round(dot(window, phase)));
            }
        }
    }

    fn sink(&self, out: &mut Vec<i16>) {
        let windows = self.history.windows(self.taps.len());
        out.extend(windows.step_by(self.down).map(|window| round(dot(window, self.taps) / self.down as f32)));
    }
}

/// A sum in eight lanes, which the compiler turns into vector instructions.
fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 8];
    let (left, right) = (left.chunks_exact(8), right.chunks_exact(8));
    let rest: f32 = left.remainder().iter().zip(right.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in left.zip(right) {
        for n in 0..8 {
            lanes[n] += a[n] * b[n];
        }
    }
    lanes.iter().sum::<f32>() + rest
}

fn round(value: f32) -> i16 {
    value.round().clamp(-32768.0, 32767.0) as i16
}

/// The prototype filter for a factor, as it is: a decimator.
fn prototype(factor: usize) -> &'static [f32] {
    static TAPS: [OnceLock<Vec<f32>>; 7] = [const { OnceLock::new() }; 7];
    TAPS[factor.min(6)].get_or_init(|| design(factor))
}

/// The same taps dealt out phase by phase, each reversed, so that both operands of a sum run forwards.
fn phases(factor: usize) -> &'static [f32] {
    static TAPS: [OnceLock<Vec<f32>>; 7] = [const { OnceLock::new() }; 7];
    TAPS[factor.min(6)].get_or_init(|| {
        let taps = prototype(factor);
        (0..factor).flat_map(|phase| taps[phase..].iter().step_by(factor).rev().copied()).collect()
    })
}

/// `2 * CROSSINGS` taps per phase; gain `factor`, because rising spreads each sample over so many.
fn design(factor: usize) -> Vec<f32> {
    let length = 2 * CROSSINGS * factor;
    let middle = (length as f64 - 1.0) / 2.0;
    let mut taps: Vec<f64> = (0..length)
        .map(|n| {
            let x = (n as f64 - middle) / factor as f64;
            sinc(x * PASS) * kaiser((n as f64 - middle) / middle)
        })
        .collect();
    let gain: f64 = taps.iter().sum::<f64>() / factor as f64;
    taps.iter_mut().for_each(|tap| *tap /= gain);
    taps.into_iter().map(|tap| tap as f32).collect()
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

fn kaiser(x: f64) -> f64 {
    bessel(BETA * (1.0 - x * x).max(0.0).sqrt()) / bessel(BETA)
}

fn bessel(x: f64) -> f64 {
    let mut sum = 1.0;
    let mut term = 1.0;
    for n in 1..30 {
        term *= (x / (2.0 * f64::from(n))).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(rate: u32, frequency: f64, seconds: f64) -> Vec<i16> {
        let count = (f64::from(rate) * seconds) as usize;
        (0..count).map(|n| (10_000.0 * (2.0 * PI * frequency * n as f64 / f64::from(rate)).sin()) as i16).collect()
    }

    fn run(from: u32, to: u32, samples: &[i16]) -> Vec<i16> {
        let mut resampler = Resampler::new(from, to);
        let mut out = Vec::new();
        for frame in samples.chunks(from as usize / 50) {
            resampler.run(frame, &mut out);
        }
        out
    }

    fn strength(samples: &[i16]) -> f64 {
        let middle = &samples[samples.len() / 4..samples.len() * 3 / 4];
        (2.0 * middle.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / middle.len() as f64).sqrt()
    }

    #[test]
    fn a_tone_in_the_band_keeps_its_strength_between_all_rates() {
        for (from, to) in [(8000, 48000), (48000, 8000), (16000, 48000), (48000, 16000), (8000, 16000), (16000, 8000)] {
            for frequency in [100.0, 1000.0, 3400.0] {
                let out = run(from, to, &sine(from, frequency, 0.4));
                assert_eq!(out.len(), to as usize * 4 / 10);
                let strength = strength(&out);
                assert!((9_500.0..10_500.0).contains(&strength), "{from} to {to} at {frequency} Hz: {strength}");
            }
        }
    }

    #[test]
    fn what_lies_above_the_band_does_not_fold_back() {
        for (to, frequency) in [(8000, 4600.0), (8000, 7000.0), (8000, 20_000.0), (16000, 9000.0)] {
            let folded = strength(&run(48_000, to, &sine(48_000, frequency, 0.4)));
            assert!(folded < 30.0, "{frequency} Hz at {to}: {folded}");
        }
    }
}
