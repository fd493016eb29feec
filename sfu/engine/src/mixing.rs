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
    next: f32,
}

impl Mixing {
    pub fn new(voices: Vec<usize>) -> Self {
        Self { voices, sum: Vec::new(), gain: 1.0, next: 1.0 }
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
        self.next = (CEILING / peak).min(self.gain + RECOVERY).min(1.0);
        let (first, last) = (self.gain, self.next);
        let length = self.sum.len() as f32;
        out.clear();
        out.extend(self.sum.iter().enumerate().map(|(n, sample)| {
            let gain = first + (last - first) * (n as f32 / length);
            (*sample as f32 * gain).clamp(-32_767.0, 32_767.0) as i16
        }));
    }

    pub fn settle(&mut self) {
        self.gain = self.next;
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
}
