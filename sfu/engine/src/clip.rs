// SPDX-License-Identifier: Apache-2.0
//! Sound kept for playing: the 48 kHz master, and once for all legs its 8 kHz and G.711 forms.

use std::sync::Arc;

use crate::codec::g711::{ALAW, Law, ULAW};
use crate::codec::resample::Resampler;
use crate::codec::{Codec, frame_length};

pub struct Clip {
    master: Vec<i16>,
    narrow: Vec<i16>,
    alaw: Vec<u8>,
    ulaw: Vec<u8>,
    /// Whole ticks; the last one is filled up with silence.
    pub ticks: usize,
}

impl Clip {
    /// Costs about 25 ms of CPU per minute of sound: made on the caller's thread, never on the engine's.
    pub fn new(mut master: Vec<i16>) -> Self {
        let frame = frame_length(48_000);
        master.resize(master.len().next_multiple_of(frame), 0);
        let mut narrow = Vec::with_capacity(master.len() / 6);
        Resampler::new(48_000, 8_000).run(&master, &mut narrow);
        let coded = |law: &Law| narrow.iter().map(|sample| law.encode(*sample)).collect();
        let (alaw, ulaw) = (coded(&ALAW), coded(&ULAW));
        Self { ticks: master.len() / frame, master, narrow, alaw, ulaw }
    }

    pub fn octets(&self, codec: Codec, tick: usize) -> Option<&[u8]> {
        let coded = match codec {
            Codec::Pcma => &self.alaw,
            Codec::Pcmu => &self.ulaw,
            _ => return None,
        };
        coded.get(tick * 160..(tick + 1) * 160)
    }

    /// A tick at 8 or 48 kHz.
    fn samples(&self, rate: u32, tick: usize) -> &[i16] {
        let (all, frame) = if rate == 8_000 { (&self.narrow, 160) } else { (&self.master, 960) };
        all.get(tick * frame..(tick + 1) * frame).unwrap_or(&[])
    }
}

/// A playlist under way.
pub struct Playing {
    pub play_id: String,
    clips: Vec<Arc<Clip>>,
    repeat: bool,
    gain: f32,
    clip: usize,
    tick: usize,
    louder: Option<Box<[u8; 256]>>,
    louder_law: Option<Codec>,
}

impl Playing {
    pub fn new(play_id: String, clips: Vec<Arc<Clip>>, repeat: bool, gain_db: f32) -> Self {
        let clips: Vec<_> = clips.into_iter().filter(|clip| clip.ticks > 0).collect();
        let gain = 10f32.powf(gain_db / 20.0);
        Self { play_id, clips, repeat, gain, clip: 0, tick: 0, louder: None, louder_law: None }
    }

    pub fn is_over(&self) -> bool {
        self.clip >= self.clips.len()
    }

    fn is_plain(&self) -> bool {
        (self.gain - 1.0).abs() < 1e-3
    }

    /// This tick as G.711, if that is what the leg speaks: a copy, or a look-up per octet if the gain is not 0 dB.
    pub fn octets(&mut self, codec: Codec, out: &mut Vec<u8>) -> bool {
        let Some(clip) = self.clips.get(self.clip) else { return false };
        let Some(octets) = clip.octets(codec, self.tick) else { return false };
        if self.is_plain() {
            out.extend_from_slice(octets);
            return true;
        }
        if self.louder_law != Some(codec) {
            let law = if codec == Codec::Pcma { &ALAW } else { &ULAW };
            self.louder = Some(Box::new(law.gain_table(self.gain)));
            self.louder_law = Some(codec);
        }
        if let Some(table) = &self.louder {
            out.extend(octets.iter().map(|octet| table[usize::from(*octet)]));
        }
        true
    }

    /// This tick as samples, at 8 or 48 kHz.
    pub fn fill(&self, rate: u32, out: &mut Vec<i16>) {
        let Some(clip) = self.clips.get(self.clip) else { return };
        let samples = clip.samples(rate, self.tick);
        if self.is_plain() {
            out.extend_from_slice(samples);
        } else {
            out.extend(samples.iter().map(|s| (f32::from(*s) * self.gain).clamp(-32768.0, 32767.0) as i16));
        }
    }

    /// On to the next tick.
    pub fn advance(&mut self) {
        self.tick += 1;
        if self.clips.get(self.clip).is_some_and(|clip| self.tick < clip.ticks) {
            return;
        }
        self.tick = 0;
        self.clip += 1;
        if self.repeat && self.is_over() {
            self.clip = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(samples: usize) -> Arc<Clip> {
        Arc::new(Clip::new(vec![1000; samples]))
    }

    fn ticks(playing: &mut Playing, most: usize) -> usize {
        let mut count = 0;
        while !playing.is_over() && count < most {
            playing.advance();
            count += 1;
        }
        count
    }

    #[test]
    fn a_playlist_plays_each_clip_to_its_end() {
        let mut playing = Playing::new("p".into(), vec![clip(960 * 3), clip(961), clip(0)], false, 0.0);
        assert_eq!(ticks(&mut playing, 100), 5);
        let mut endless = Playing::new("p".into(), vec![clip(960)], true, 0.0);
        assert_eq!(ticks(&mut endless, 100), 100);
        assert!(Playing::new("p".into(), vec![], true, 0.0).is_over());
    }

    #[test]
    fn gain_is_heard_in_every_form() {
        let mut playing = Playing::new("p".into(), vec![clip(9600)], false, -6.0);
        playing.advance();
        playing.advance();
        let (mut octets, mut samples) = (Vec::new(), Vec::new());
        assert!(playing.octets(Codec::Pcma, &mut octets));
        playing.fill(48_000, &mut samples);
        assert!((490..=510).contains(&samples[0]), "{}", samples[0]);
        assert!((480..=520).contains(&ALAW.decode[usize::from(octets[80])]));
        assert!(!playing.octets(Codec::Opus, &mut octets));
    }
}
