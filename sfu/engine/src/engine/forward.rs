// SPDX-License-Identifier: Apache-2.0
//! A packet of a leg. Whoever hears the leg and speaks its codec gets it at once, as it is; for the others it is kept
//! for the next beat. Nothing here allocates once a call is running.

use super::Engine;
use crate::codec::{Format, Kind};
use crate::counters::Count;
use crate::digits;
use crate::event::Event;
use crate::listening::Listening;
use crate::outgoing::{From, Place};
use crate::rtp::{self, Header};

impl Engine {
    pub(super) fn on_rtp(&mut self, leg: usize, packet: &[u8], level_extension: Option<u8>) {
        match rtp::parse(packet) {
            Some(header) => self.on_parsed(leg, packet, &header, level_extension),
            None => self.counters.one(Count::dropped_rtp_malformed),
        }
    }

    pub(super) fn on_parsed(&mut self, leg: usize, packet: &[u8], header: &Header, level_extension: Option<u8>) {
        let now_us = self.now_us;
        let speaker = &mut self.legs[leg];
        let Some(format) = speaker.formats.by_payload_type(header.payload_type) else {
            self.counters.one(Count::dropped_payload_type);
            return;
        };
        self.counters.one(Count::rtp_received);
        speaker.last_spoke_us = Some(now_us);
        if speaker.says.incoming.receive(header, format.clock_rate, now_us) {
            speaker.says.restart();
        }
        let payload = &packet[header.payload.clone()];
        if payload.is_empty() {
            return; // Keeps a mapping open, says nothing.
        }
        match format.kind {
            Kind::Audio(codec) => {
                let told = level_extension.and_then(|id| header.level(packet, id)).map(|level| -f32::from(level));
                if let Some(level) = told.or_else(|| codec.level(payload)) {
                    speaker.says.note_level(level);
                }
                self.on_speech(leg, header, format, payload);
            }
            Kind::TelephoneEvent => self.on_key(leg, header, format, payload),
        }
    }

    fn on_speech(&mut self, leg: usize, header: &Header, format: Format, payload: &[u8]) {
        let now_us = self.now_us;
        let says = &mut self.legs[leg].says;
        says.speaking = Some(format);
        if says.is_decoded {
            if says.listening.is_none() {
                says.listening = format.codec().and_then(Listening::new);
            }
            if let Some(listening) = &mut says.listening {
                listening.insert(header.seq, header.timestamp, format, payload, now_us);
            }
        }
        for n in 0..self.legs[leg].listeners.len() {
            let listener = self.legs[leg].listeners[n];
            self.pass(listener, header, format, payload);
        }
    }

    /// Passes a packet on untouched, if the listener negotiated its codec and nothing of ours is in its way.
    fn pass(&mut self, listener: usize, header: &Header, format: Format, payload: &[u8]) {
        let Some(codec) = format.codec() else { return };
        let target = &self.legs[listener];
        let Some(theirs) = target.formats.of(codec) else { return };
        if !target.hears.keypad.is_idle() {
            return;
        }
        let now_us = self.now_us;
        let from = describe(header, codec.clock_rate());
        let Some(place) = self.open_out(listener).map(|out| out.pass(from, now_us)) else { return };
        match place {
            Some(place) => {
                if self.send_rtp(listener, theirs.payload_type, place, payload) {
                    self.counters.one(Count::rtp_passed);
                }
            }
            None => self.counters.one(Count::dropped_too_late),
        }
    }

    fn on_key(&mut self, leg: usize, header: &Header, format: Format, payload: &[u8]) {
        let Some(event) = digits::Event::parse(payload) else { return };
        let now_us = self.now_us;
        let released = self.legs[leg].says.pressed.receive(event, header.timestamp, format.clock_rate, now_us);
        for n in 0..self.legs[leg].listeners.len() {
            let listener = self.legs[leg].listeners[n];
            if self.legs[listener].formats.has_events() {
                self.pass_key(listener, header, format, event);
            }
        }
        if let Some(released) = released {
            self.released(leg, &released);
        }
    }

    /// A key is up: told once, and sounded for listeners who know keys only as tones.
    pub(super) fn released(&mut self, leg: usize, released: &digits::Released) {
        let speaker = &self.legs[leg];
        if let Some(code) = crate::tone::event_of(released.key) {
            for n in 0..speaker.listeners.len() {
                let listener = self.legs[leg].listeners[n];
                if self.legs[listener].keys_are_tones() {
                    self.legs[listener].hears.keypad.push(code, released.milliseconds);
                }
            }
        }
        let leg = self.legs[leg].name.clone();
        self.tell(Event::Digit { leg, key: released.key, milliseconds: released.milliseconds });
    }

    /// Passes an event packet on (RFC 4733): in the chain of passed packets if the clocks agree, else with a
    /// timestamp of our own that stays the same over the event.
    fn pass_key(&mut self, listener: usize, header: &Header, format: Format, event: digits::Event) {
        let now_us = self.now_us;
        let clock_rate = self.audio_clock(listener);
        let Some(theirs) = self.legs[listener].formats.events(clock_rate) else { return };
        let chained =
            theirs.clock_rate == format.clock_rate && self.open_out(listener).is_some_and(|out| out.is_passing());
        let place = if chained {
            let from = describe(header, format.clock_rate);
            self.open_out(listener).and_then(|out| out.pass(from, now_us))
        } else {
            self.place_key(listener, header.timestamp, theirs.clock_rate)
        };
        let Some(place) = place else { return };
        let duration = u64::from(event.duration) * u64::from(theirs.clock_rate) / u64::from(format.clock_rate.max(1));
        let event = digits::Event { duration: duration.min(0xFFFF) as u16, ..event };
        if self.send_rtp(listener, theirs.payload_type, place, &event.octets()) {
            self.counters.one(Count::rtp_passed);
        }
    }

    fn place_key(&mut self, listener: usize, timestamp: u32, clock_rate: u32) -> Option<Place> {
        let now_us = self.now_us;
        let known = self.legs[listener].hears.event.filter(|(theirs, _)| *theirs == timestamp);
        let out = self.open_out(listener)?;
        let ours = match known {
            Some((_, ours)) => ours,
            None => out.begin_event(clock_rate, now_us),
        };
        let place = Place { seq: out.event(), timestamp: ours, marker: known.is_none() };
        self.legs[listener].hears.event = Some((timestamp, ours));
        Some(place)
    }

    /// The clock of the audio sent to a leg: events are told on the same one.
    fn audio_clock(&self, leg: usize) -> u32 {
        self.format_for(leg).and_then(|format| format.codec()).map_or(8_000, |codec| codec.clock_rate())
    }
}

fn describe(header: &Header, clock_rate: u32) -> From {
    From { ssrc: header.ssrc, seq: header.seq, timestamp: header.timestamp, marker: header.marker, clock_rate }
}
