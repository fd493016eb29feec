// SPDX-License-Identifier: Apache-2.0
//! Packet loss concealment for waveform codecs, after G.711 Appendix I: the last pitch period is repeated, fading out,
//! and blended into what comes next.

/// Pitch periods looked for, in seconds: 66 to 200 Hz, as in the appendix.
const SHORTEST: f32 = 0.005;
const LONGEST: f32 = 0.015;

/// Repeated at full strength so long, then faded to nothing until the second time (seconds).
const HOLD: f32 = 0.010;
const FADED: f32 = 0.060;

/// How long new sound and made-up sound overlap.
const BLEND: f32 = 0.004;

pub struct Concealer {
    rate: f32,
    /// What was heard last: enough to compare two of the longest periods.
    history: Vec<i16>,
    period: usize,
    /// Samples made up since the last real one.
    made_up: usize,
}

impl Concealer {
    pub fn new(sample_rate: u32) -> Self {
        Self { rate: sample_rate as f32, history: Vec::new(), period: 0, made_up: 0 }
    }

    fn samples(&self, seconds: f32) -> usize {
        (seconds * self.rate) as usize
    }

    /// Takes note of real sound, and blends its beginning with what was made up before it.
    pub fn heard(&mut self, samples: &mut [i16]) {
        if self.made_up > 0 {
            let overlap = self.samples(BLEND).min(samples.len());
            for (n, sample) in samples[..overlap].iter_mut().enumerate() {
                let weight = (n + 1) as f32 / overlap as f32;
                let old = self.next_made_up();
                *sample = (f32::from(*sample) * weight + old * (1.0 - weight)) as i16;
            }
            self.made_up = 0;
        }
        self.remember(samples);
    }

    fn remember(&mut self, samples: &[i16]) {
        let room = self.samples(2.0 * LONGEST) + self.samples(BLEND);
        self.history.extend_from_slice(samples);
        let surplus = self.history.len().saturating_sub(room);
        self.history.drain(..surplus);
    }

    /// Appends `count` samples of what was probably said.
    pub fn conceal(&mut self, count: usize, out: &mut Vec<i16>) {
        if self.made_up == 0 {
            self.period = self.find_period();
        }
        for _ in 0..count {
            let sample = self.next_made_up();
            out.push(sample as i16);
        }
    }

    /// Whether everything made up now is silence.
    pub fn is_silent(&self) -> bool {
        self.made_up >= self.samples(FADED)
    }

    fn next_made_up(&mut self) -> f32 {
        let age = self.made_up as f32 / self.rate;
        self.made_up = self.made_up.saturating_add(1);
        if self.period == 0 || age >= FADED {
            return 0.0;
        }
        let start = self.history.len() - self.period;
        let sample = f32::from(self.history[start + (self.made_up - 1) % self.period]);
        if age <= HOLD { sample } else { sample * (FADED - age) / (FADED - HOLD) }
    }

    /// The shift at which the end of the history is most like what stands before it.
    fn find_period(&self) -> usize {
        let (shortest, longest) = (self.samples(SHORTEST), self.samples(LONGEST));
        let length = self.history.len();
        if length < 2 * longest {
            return 0;
        }
        let recent = &self.history[length - longest..];
        let likeness = |shift: usize| {
            let before = &self.history[length - longest - shift..length - shift];
            let (mut product, mut power) = (0.0f32, 1.0f32);
            // Every second sample is enough to find a pitch, and half the work.
            for (a, b) in recent.iter().zip(before).step_by(2) {
                product += f32::from(*a) * f32::from(*b);
                power += f32::from(*b) * f32::from(*b);
            }
            product / power.sqrt()
        };
        let best = (shortest..=longest).max_by(|a, b| likeness(*a).total_cmp(&likeness(*b)));
        best.unwrap_or(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(count: usize) -> Vec<i16> {
        (0..count).map(|n| (8000.0 * (n as f32 * std::f32::consts::TAU * 100.0 / 8000.0).sin()) as i16).collect()
    }

    #[test]
    fn a_lost_frame_of_a_tone_goes_on_like_the_tone() {
        let tone = sine(1600);
        let mut concealer = Concealer::new(8000);
        concealer.heard(&mut tone[..800].to_vec());
        let mut made = Vec::new();
        concealer.conceal(80, &mut made);
        let error: f32 = made.iter().zip(&tone[800..]).map(|(a, b)| (f32::from(*a) - f32::from(*b)).powi(2)).sum();
        assert!((error / 80.0).sqrt() < 800.0, "{}", (error / 80.0).sqrt());
    }

    #[test]
    fn a_long_loss_fades_to_silence() {
        let mut concealer = Concealer::new(8000);
        concealer.heard(&mut sine(800));
        let mut made = Vec::new();
        concealer.conceal(1600, &mut made);
        assert!(made[480..].iter().all(|sample| *sample == 0));
        assert!(concealer.is_silent());
    }

    #[test]
    fn with_nothing_heard_it_is_silent() {
        let mut made = Vec::new();
        Concealer::new(16000).conceal(320, &mut made);
        assert_eq!(made, [0; 320]);
    }
}
