// SPDX-License-Identifier: Apache-2.0
//! Several voices added up for one listener. A sum too loud for 16 bits is turned down as a whole, never cut off: the
//! gain sinks within 20 ms and comes back slowly, so that nobody hears it move.

use crate::codec::frame_length;

/// As loud as a sum may be, just below full scale.
const CEILING: f32 = 32_000.0;

/// How fast the gain comes back: from a half to whole in half a second.
const RECOVERY: f32 = 0.02;

pub struct Mixing {
    /// The legs that are heard, those of them that are there.
    pub voices: Vec<usize>,
    sum: Vec<i32>,
    gain: f32,
    /// The lowest gain any rate of this tick needed.
    next: Option<f32>,
}

impl Mixing {
    pub fn new(voices: Vec<usize>) -> Self {
        Self { voices, sum: Vec::new(), gain: 1.0, next: None }
    }

    /// 20 ms of all voices at a rate. May be asked for several rates of the same tick; `settle` ends the tick.
    ///
    /// `lay` adds a voice's tick to the sum (`add_voice`); one that is not there adds nothing.
    pub fn add(&mut self, rate: u32, out: &mut Vec<i16>, mut lay: impl FnMut(usize, &mut [i32])) {
        self.sum.clear();
        self.sum.resize(frame_length(rate), 0);
        for voice in &self.voices {
            lay(*voice, &mut self.sum);
        }
        let peak = self.sum.iter().fold(1, |peak, sample| sample.abs().max(peak)) as f32;
        let first = self.gain;
        let last = (CEILING / peak).min(first + RECOVERY).min(1.0).min(self.next.unwrap_or(1.0));
        self.next = Some(last);
        // Down before the first sample that would be too loud, at once if that is the first of all.
        let too_loud = self.sum.iter().position(|sample| sample.abs() as f32 * first.max(last) > CEILING);
        let way = too_loud.unwrap_or(self.sum.len());
        out.clear();
        out.extend(self.sum.iter().enumerate().map(|(n, sample)| {
            let gain = if n < way { first + (last - first) * (n as f32 / way as f32) } else { last };
            (*sample as f32 * gain).clamp(-32_767.0, 32_767.0) as i16
        }));
    }

    pub fn settle(&mut self) {
        self.gain = self.next.take().unwrap_or(self.gain);
    }
}

/// What a voice lacks of the tick is silence.
pub fn add_voice(sum: &mut [i32], samples: &[i16]) {
    for (sum, sample) in sum.iter_mut().zip(samples) {
        *sum += i32::from(*sample);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixed(mixing: &mut Mixing, voices: &[Vec<i16>]) -> Vec<i16> {
        let mut out = Vec::new();
        mixing.add(8_000, &mut out, |voice, sum| {
            if let Some(samples) = voices.get(voice) {
                add_voice(sum, samples);
            }
        });
        mixing.settle();
        out
    }

    #[test]
    fn quiet_voices_are_added_as_they_are() {
        let voices = [vec![100; 160], vec![-30; 160], vec![7; 160]];
        assert_eq!(mixed(&mut Mixing::new(vec![0, 1, 2]), &voices), vec![77; 160]);
    }

    #[test]
    fn a_voice_that_is_not_there_adds_nothing() {
        assert_eq!(mixed(&mut Mixing::new(vec![0, 9]), &[vec![5; 160]]), vec![5; 160]);
        assert_eq!(mixed(&mut Mixing::new(vec![]), &[]), vec![0; 160]);
    }

    #[test]
    fn what_is_too_loud_is_turned_down_and_comes_back() {
        let mut mixing = Mixing::new(vec![0, 1, 2, 3]);
        let loud = vec![vec![30_000; 160]; 4];
        mixed(&mut mixing, &loud);
        assert!(mixed(&mut mixing, &loud).iter().all(|sample| (31_900..=32_000).contains(sample)));
        let quiet = vec![vec![1_000; 160], vec![0; 160]];
        assert!(mixed(&mut mixing, &quiet)[0] < 300);
        for _ in 0..50 {
            mixed(&mut mixing, &quiet);
        }
        assert_eq!(mixed(&mut mixing, &quiet), vec![1_000; 160]);
    }

    #[test]
    fn the_gain_moves_without_a_step() {
        let mut mixing = Mixing::new(vec![0, 1]);
        let out = mixed(&mut mixing, &[vec![20_000; 160], vec![11_000; 160]]);
        let steps = out.windows(2).map(|pair| (pair[1] - pair[0]).abs()).max();
        assert!(steps < Some(20), "{steps:?}");
    }

    #[test]
    fn nothing_is_cut_off_where_it_becomes_too_loud() {
        for quiet in [0, 80] {
            let voice: Vec<i16> = (0..160).map(|n| if n < quiet { 0 } else { 30_000 }).collect();
            let out = mixed(&mut Mixing::new(vec![0, 1]), &[voice.clone(), voice]);
            assert!(out.iter().all(|sample| *sample <= 32_000), "{:?}", out.iter().max());
        }
    }

    #[test]
    fn a_second_rate_of_a_tick_does_not_undo_the_gain_of_the_first() {
        let mut mixing = Mixing::new(vec![0]);
        let mut out = Vec::new();
        mixing.add(8_000, &mut out, |_, sum| sum.fill(64_000));
        mixing.add(16_000, &mut out, |_, sum| sum.fill(1_000));
        mixing.settle();
        assert!((mixing.gain - 0.5).abs() < 0.001, "{}", mixing.gain);
    }
}
