// SPDX-License-Identifier: Apache-2.0
//! The beat of 20 ms: sound that is made and not passed. First what legs say is decoded where somebody needs it, then
//! every leg is sent what it hears, then both go to the recordings.
//!
//! A leg that hears another leg of its own codec gets nothing from here, as long as packets flow. When they stop for
//! 200 ms it gets silence, 20 ms at a time, so that its stream lives on. What then comes late is left out, and what
//! comes in time goes on at its own time: a stall is a hole, never a delay (`outgoing.rs`).

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Engine;
use crate::TICK_MS;
use crate::codec::{Codec, Format, frame_length, opus};
use crate::counters::Count;
use crate::digits::{Event as KeyEvent, KeyTick, Step, VOLUME};
use crate::event::Event;
use crate::leg::Active;
use crate::listening::Sound;
use crate::mixing::{Mixing, add_voice};
use crate::outgoing::Place;
use crate::tone;

/// A pause of a passed stream until silence fills it.
const STALLED_US: i64 = 200_000;

/// Beats sent after a late wake-up. More would be a burst; what is older is lost on the way, so to speak.
const MOST_SENT: u64 = 2;

/// Beats made up for, so that recordings miss nothing: a second of sleep is more than any busy machine gives us.
const MOST_MADE: u64 = 50;

const WIDE: u32 = 48_000;
const NARROW: u32 = 8_000;

impl Engine {
    pub(super) fn beat(&mut self) {
        let beats = self.beat.beats();
        self.counters.add(Count::ticks, beats);
        self.counters.add(Count::ticks_missed, beats.saturating_sub(MOST_SENT));
        let now_us = self.now_us;
        let before_us = self.beat_us;
        self.beat_us += beats as i64 * i64::from(TICK_MS) * 1000;
        for left in (0..beats.min(MOST_MADE)).rev() {
            self.is_quiet = left >= MOST_SENT;
            // By the timer's clock, not by when we woke up: what is made keeps the beat however late we are.
            self.now_us = before_us + (beats - left) as i64 * i64::from(TICK_MS) * 1000;
            self.tick();
            self.flush();
        }
        self.now_us = now_us;
    }

    fn tick(&mut self) {
        self.for_each_leg(Self::listen);
        self.for_each_leg(Self::speak);
        self.for_each_leg(Self::record);
        self.for_each_leg(Self::look_after);
    }

    /// A leg in which we panic would panic again in every beat: it is closed, and the others hear nothing of it.
    fn for_each_leg(&mut self, serve: fn(&mut Self, usize)) {
        for leg in 0..self.legs.capacity() {
            if !self.legs.contains(leg) {
                continue;
            }
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| serve(self, leg))) {
                self.note_panic(&*panic);
                let name = self.legs[leg].name.clone();
                self.close_leg(&name);
            }
        }
    }

    // ------------------------------------------------------------ what legs say

    fn listen(&mut self, leg: usize) {
        #[cfg(test)]
        assert!(!self.legs[leg].says.panics_in_beat, "asked for by a test");
        let needed = self.needs_decoding(leg);
        let now_us = self.now_us;
        let speaker = &mut self.legs[leg];
        speaker.says.is_decoded = needed;
        if !needed {
            speaker.says.stop_decoding();
            return;
        }
        let says = &mut speaker.says;
        let Some(listening) = &mut says.listening else { return };
        says.sound.set(|samples| listening.tick(samples, now_us));
        if speaker.keys_are_tones() {
            let says = &mut speaker.says;
            if let Some((key, milliseconds)) = says.key_finder.tick(says.sound.at(NARROW)) {
                // The tones themselves went through to whoever listens: only told, not sounded again.
                let leg = speaker.name.clone();
                self.tell(Event::Digit { leg, key, milliseconds });
            }
        }
    }

    fn needs_decoding(&self, leg: usize) -> bool {
        let speaker = &self.legs[leg];
        if !speaker.taps.is_empty() || !speaker.mixers.is_empty() || speaker.keys_are_tones() {
            return true;
        }
        let codec = speaker.says.speaking.and_then(|format| format.codec());
        speaker.listeners.iter().any(|listener| {
            let listener = &self.legs[*listener];
            !listener.taps.is_empty() || codec.is_some_and(|codec| listener.formats.of(codec).is_none())
        })
    }

    // ------------------------------------------------------------ what legs hear

    /// The format in which a leg is spoken to: that of the leg it hears if it knows it, else the one it prefers.
    pub(super) fn format_for(&self, leg: usize) -> Option<Format> {
        let target = self.legs.get(leg)?;
        let heard = match target.hears.active {
            Active::Leg => target.hears.from.and_then(|from| self.legs[from].says.speaking?.codec()),
            _ => None,
        };
        heard.and_then(|codec| target.formats.of(codec)).or_else(|| target.formats.preferred())
    }

    fn speak(&mut self, leg: usize) {
        let format = self.format_for(leg);
        self.legs[leg].hears.has_own_sound = false;
        match self.legs[leg].hears.keypad.tick() {
            Step::Event(key) => self.speak_key(leg, format, key),
            Step::Pause => self.send_silence(leg, format),
            Step::Nothing => self.speak_source(leg, format),
        }
        self.advance(leg);
    }

    fn speak_source(&mut self, leg: usize, format: Option<Format>) {
        match &self.legs[leg].hears.active {
            Active::Silence => self.send_silence(leg, format),
            Active::Leg => self.speak_leg(leg, format),
            Active::Mix(_) => self.speak_mix(leg, format),
            Active::Play(_) => self.speak_play(leg, format),
            Active::Tone { tone, elapsed_ms } => {
                let (tone, elapsed_ms) = (*tone, *elapsed_ms);
                self.speak_made(leg, format, |rate, out| tone.fill(elapsed_ms, rate, frame_length(rate), out));
            }
        }
    }

    /// Sends sound that can be made at any rate, and keeps it for a recording.
    fn speak_made(&mut self, leg: usize, format: Option<Format>, make: impl Fn(u32, &mut Vec<i16>)) {
        if !self.legs[leg].taps.is_empty() {
            let hears = &mut self.legs[leg].hears;
            hears.sound.set(|samples| {
                samples.clear();
                make(WIDE, samples);
                WIDE
            });
            hears.has_own_sound = true;
        }
        let Some((format, codec)) = format.and_then(|format| Some((format, format.codec()?))) else { return };
        let mut samples = std::mem::take(&mut self.scratch);
        samples.clear();
        make(codec.sample_rate(), &mut samples);
        self.legs[leg].hears.payload.clear();
        self.legs[leg].hears.encode(codec, &samples);
        self.scratch = samples;
        self.send_made(leg, format, codec);
    }

    fn speak_play(&mut self, leg: usize, format: Option<Format>) {
        let codec = format.and_then(|format| format.codec());
        let target = &mut self.legs[leg];
        let is_recorded = !target.taps.is_empty();
        let hears = &mut target.hears;
        let Active::Play(playing) = &mut hears.active else { return };
        hears.payload.clear();
        let coded = codec.is_some_and(|codec| playing.octets(codec, &mut hears.payload));
        if is_recorded || !coded {
            hears.sound.set(|samples| {
                samples.clear();
                playing.fill(WIDE, samples);
                samples.resize(opus::FRAME, 0);
                WIDE
            });
            hears.has_own_sound = true;
        }
        let Some((format, codec)) = format.zip(codec) else { return };
        if !coded {
            let mut sound = std::mem::take(&mut hears.sound);
            hears.encode(codec, sound.at(codec.sample_rate()));
            hears.sound = sound;
        }
        self.send_made(leg, format, codec);
    }

    fn speak_leg(&mut self, leg: usize, format: Option<Format>) {
        let target = &self.legs[leg];
        let Some((from, speaking)) = target.hears.from.and_then(|from| Some((from, self.legs[from].says.speaking?)))
        else {
            self.send_silence(leg, format);
            return;
        };
        if self.legs[from].says.pressed.is_down(self.now_us) && target.formats.has_events() {
            return; // The event is being passed on; nothing else is said meanwhile.
        }
        let shared = speaking.codec().is_some_and(|codec| target.formats.of(codec).is_some());
        if shared {
            self.fill_pause(leg, format);
            return;
        }
        let Some((format, codec)) = format.and_then(|format| Some((format, format.codec()?))) else { return };
        let mut samples = std::mem::take(&mut self.scratch);
        samples.clear();
        samples.extend_from_slice(self.legs[from].says.sound.at(codec.sample_rate()));
        let hears = &mut self.legs[leg].hears;
        hears.payload.clear();
        hears.encode(codec, &samples);
        self.scratch = samples;
        self.send_made(leg, format, codec);
    }

    /// What several legs say, added up: at 48 kHz if it is recorded, and at the rate of the listener's codec.
    fn speak_mix(&mut self, leg: usize, format: Option<Format>) {
        let Active::Mix(mut mixing) = std::mem::take(&mut self.legs[leg].hears.active) else { return };
        if !self.legs[leg].taps.is_empty() {
            let mut sound = std::mem::take(&mut self.legs[leg].hears.sound);
            sound.set(|samples| {
                self.add_voices(&mut mixing, WIDE, samples);
                WIDE
            });
            self.legs[leg].hears.sound = sound;
            self.legs[leg].hears.has_own_sound = true;
        }
        if let Some((format, codec)) = format.and_then(|format| Some((format, format.codec()?))) {
            let mut samples = std::mem::take(&mut self.scratch);
            self.add_voices(&mut mixing, codec.sample_rate(), &mut samples);
            let hears = &mut self.legs[leg].hears;
            hears.payload.clear();
            hears.encode(codec, &samples);
            self.scratch = samples;
            self.send_made(leg, format, codec);
        }
        mixing.settle();
        self.legs[leg].hears.active = Active::Mix(mixing);
    }

    fn add_voices(&mut self, mixing: &mut Mixing, rate: u32, samples: &mut Vec<i16>) {
        mixing.add(rate, samples, |voice, sum| {
            if let Some(voice) = self.legs.get_mut(voice) {
                add_voice(sum, voice.says.sound.at(rate));
            }
        });
    }

    /// A passed stream that stalls is kept alive with silence.
    fn fill_pause(&mut self, leg: usize, format: Option<Format>) {
        let now_us = self.now_us;
        let flows = self
            .out(leg)
            .is_some_and(|out| out.is_passing() && out.idle_us(now_us).is_some_and(|idle| idle < STALLED_US));
        if !flows {
            self.send_silence(leg, format);
        }
    }

    fn speak_key(&mut self, leg: usize, format: Option<Format>, key: KeyTick) {
        let clock_rate = format.and_then(|format| format.codec()).map_or(NARROW, Codec::clock_rate);
        let Some(events) = self.legs[leg].formats.events(clock_rate) else {
            self.speak_made(leg, format, |rate, out| {
                let count = frame_length(rate);
                if key.repeats {
                    out.resize(count, 0);
                } else {
                    tone::fill_key(key.code, (key.ticks - 1) as usize * count, rate, count, out);
                }
            });
            return;
        };
        let now_us = self.now_us;
        let Some(out) = self.open_out(leg) else { return };
        let begun = key.first.then(|| out.begin_event(events.clock_rate, now_us));
        let seq = out.event();
        let hears = &mut self.legs[leg].hears;
        hears.own_event = begun.unwrap_or(hears.own_event);
        let duration = (key.ticks * events.clock_rate / 50).min(0xFFFF) as u16;
        let event = KeyEvent { code: key.code, end: key.end, volume: VOLUME, duration };
        let place = Place { seq, timestamp: hears.own_event, marker: key.first };
        if self.send_rtp(leg, events.payload_type, place, &event.octets()) {
            self.counters.one(Count::rtp_made);
        }
    }

    fn send_silence(&mut self, leg: usize, format: Option<Format>) {
        let Some((format, codec)) = format.and_then(|format| Some((format, format.codec()?))) else { return };
        let hears = &mut self.legs[leg].hears;
        hears.payload.clear();
        match codec {
            Codec::Pcma => hears.payload.resize(160, 0xD5),
            Codec::Pcmu => hears.payload.resize(160, 0xFF),
            Codec::Opus => hears.payload.extend_from_slice(&opus::SILENCE),
            Codec::G722 => hears.encode(codec, &[0; 320]),
        }
        self.send_made(leg, format, codec);
    }

    /// Sends the payload that waits in `hears.payload`.
    fn send_made(&mut self, leg: usize, format: Format, codec: Codec) {
        let now_us = self.now_us;
        let Some(place) = self.open_out(leg).map(|out| out.own(codec.clock_rate(), now_us)) else { return };
        let payload = std::mem::take(&mut self.legs[leg].hears.payload);
        if self.send_rtp(leg, format.payload_type, place, &payload) {
            self.counters.one(Count::rtp_made);
        }
        self.legs[leg].hears.payload = payload;
    }

    /// Moves plays and tones on, and ends them.
    fn advance(&mut self, leg: usize) {
        let hears = &mut self.legs[leg].hears;
        let ended = match &mut hears.active {
            Active::Play(playing) => {
                playing.advance();
                playing.is_over().then(|| std::mem::take(&mut playing.play_id))
            }
            Active::Tone { tone, elapsed_ms } => {
                *elapsed_ms += u64::from(TICK_MS);
                if tone.is_over(*elapsed_ms) {
                    hears.active = Active::Silence;
                    hears.wanted = crate::command::Source::Silence;
                }
                None
            }
            _ => None,
        };
        if let Some(play_id) = ended {
            hears.active = Active::Silence;
            let leg = self.legs[leg].name.clone();
            self.tell(Event::Played { leg, play_id, finished: true });
        }
    }

    // ------------------------------------------------------------ recordings

    fn record(&mut self, leg: usize) {
        if self.legs[leg].taps.is_empty() {
            return;
        }
        let now_us = self.now_us;
        let mut right = std::mem::take(&mut self.scratch);
        right.clear();
        self.put_heard(leg, &mut right);
        right.resize(opus::FRAME, 0);
        let target = &mut self.legs[leg];
        let left = target.says.sound.at(WIDE);
        for tap in &mut target.taps {
            let before = tap.total_missed;
            tap.put(left, &right, now_us);
            self.counters.add(Count::recording_ticks_missed, tap.total_missed - before);
        }
        self.scratch = right;
    }

    /// What a leg hears in this tick, at 48 kHz.
    fn put_heard(&mut self, leg: usize, out: &mut Vec<i16>) {
        let hears = &mut self.legs[leg].hears;
        if hears.has_own_sound {
            out.extend_from_slice(hears.sound.at(WIDE));
            return;
        }
        if matches!(hears.active, Active::Leg)
            && hears.keypad.is_idle()
            && let Some(from) = hears.from
        {
            let sound: &mut Sound = &mut self.legs[from].says.sound;
            out.extend_from_slice(sound.at(WIDE));
        }
    }
}
