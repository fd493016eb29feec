// SPDX-License-Identifier: Apache-2.0
//! Keys as RTP events (RFC 4733): reading them once, and sending a row of them.

use std::collections::VecDeque;

use crate::bytes::u16_at;
use crate::tone::key_of;

/// Keys waiting to be sent to one leg; more are dropped.
const MOST_WAITING: usize = 128;

/// Between two keys: at least 45 ms (ITU-T Q.24) and a whole number of ticks.
const PAUSE_TICKS: u32 = 4;

/// RFC 4733 2.5.1.4: the last packet three times.
const END_PACKETS: u32 = 3;

/// A key whose end never came counts as released after this without news.
const SILENT_US: i64 = 500_000;

/// The repetitions of the end take two packets' time more.
const ENDING_US: i64 = 50_000;

pub const VOLUME: u8 = 10;

/// The payload of RFC 4733 2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    pub code: u8,
    pub end: bool,
    pub volume: u8,
    /// In timestamp units.
    pub duration: u16,
}

impl Event {
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let duration = u16_at(payload, 2)?;
        Some(Self { code: payload[0], end: payload[1] & 0x80 != 0, volume: payload[1] & 0x3F, duration })
    }

    pub fn octets(self) -> [u8; 4] {
        let [high, low] = self.duration.to_be_bytes();
        [self.code, if self.end { 0x80 } else { 0 } | (self.volume & 0x3F), high, low]
    }
}

/// A key of the far end, told once when it is released.
#[derive(Debug, PartialEq, Eq)]
pub struct Released {
    pub key: char,
    pub milliseconds: u32,
}

/// Follows the events of one stream.
#[derive(Default)]
pub struct Pressed {
    current: Option<Press>,
    /// The timestamp of the last event told: its end comes three times.
    told: Option<u32>,
    ended_us: Option<i64>,
}

struct Press {
    timestamp: u32,
    code: u8,
    milliseconds: u32,
    last_us: i64,
}

impl Pressed {
    pub fn receive(&mut self, event: Event, timestamp: u32, clock_rate: u32, now_us: i64) -> Option<Released> {
        if key_of(event.code).is_none() || self.told == Some(timestamp) {
            return None;
        }
        let mut released = None;
        let milliseconds = u32::from(event.duration) * 1000 / clock_rate.max(1);
        match &mut self.current {
            Some(press) if press.timestamp == timestamp => {
                press.milliseconds = press.milliseconds.max(milliseconds);
                press.last_us = now_us;
            }
            _ => {
                released = self.release();
                self.current = Some(Press { timestamp, code: event.code, milliseconds, last_us: now_us });
            }
        }
        if event.end {
            self.ended_us = Some(now_us);
            // The end of a new key cannot come with the release of an old one unless all packets between were lost.
            return released.or_else(|| self.release());
        }
        released
    }

    /// A key whose end was lost.
    pub fn expire(&mut self, now_us: i64) -> Option<Released> {
        let silent = self.current.as_ref().is_some_and(|press| now_us - press.last_us > SILENT_US);
        if silent { self.release() } else { None }
    }

    /// Whether packets of an event flow: until its end was told for the third time.
    pub fn is_down(&self, now_us: i64) -> bool {
        self.current.is_some() || self.ended_us.is_some_and(|at| now_us - at < ENDING_US)
    }

    fn release(&mut self) -> Option<Released> {
        let press = self.current.take()?;
        self.told = Some(press.timestamp);
        Some(Released { key: key_of(press.code)?, milliseconds: press.milliseconds })
    }
}

/// What a tick has to send of the keys that wait.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    Nothing,
    Event(KeyTick),
    /// The pause after a key.
    Pause,
}

/// 20 ms of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyTick {
    pub code: u8,
    /// How long it has been down when this tick ends.
    pub ticks: u32,
    pub first: bool,
    pub end: bool,
    /// The end was told before: an event says it three times, a tone has simply stopped.
    pub repeats: bool,
}

/// Keys to be sent, one after the other.
#[derive(Default)]
pub struct Keypad {
    waiting: VecDeque<(u8, u32)>,
    ticks: u32,
}

impl Keypad {
    pub fn push(&mut self, code: u8, milliseconds: u32) {
        if self.waiting.len() < MOST_WAITING {
            let ticks = milliseconds.clamp(40, 6000).div_ceil(20);
            self.waiting.push_back((code, ticks));
        }
    }

    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The next 20 ms. As an event: its ticks, then the end twice more, then the pause.
    pub fn tick(&mut self) -> Step {
        let Some(&(code, length)) = self.waiting.front() else { return Step::Nothing };
        self.ticks += 1;
        let last = length + END_PACKETS - 1;
        if self.ticks <= last {
            return Step::Event(KeyTick {
                code,
                ticks: self.ticks.min(length),
                first: self.ticks == 1,
                end: self.ticks >= length,
                repeats: self.ticks > length,
            });
        }
        if self.ticks >= length + PAUSE_TICKS {
            self.waiting.pop_front();
            self.ticks = 0;
        }
        Step::Pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(code: u8, end: bool, duration: u16) -> Event {
        Event { code, end, volume: VOLUME, duration }
    }

    #[test]
    fn a_key_is_told_once_at_its_end() {
        let mut pressed = Pressed::default();
        assert_eq!(pressed.receive(packet(5, false, 160), 1000, 8000, 0), None);
        assert_eq!(pressed.receive(packet(5, false, 320), 1000, 8000, 20_000), None);
        let told = pressed.receive(packet(5, true, 800), 1000, 8000, 80_000);
        assert_eq!(told, Some(Released { key: '5', milliseconds: 100 }));
        assert_eq!(pressed.receive(packet(5, true, 800), 1000, 8000, 80_000), None);
        assert_eq!(pressed.receive(packet(5, true, 800), 1000, 8000, 80_000), None);
    }

    #[test]
    fn a_key_whose_end_is_lost_is_told_too() {
        let mut pressed = Pressed::default();
        pressed.receive(packet(11, false, 800), 1000, 8000, 0);
        assert_eq!(pressed.expire(400_000), None);
        assert_eq!(pressed.expire(600_000), Some(Released { key: '#', milliseconds: 100 }));
        pressed.receive(packet(1, false, 160), 5000, 8000, 1_000_000);
        let told = pressed.receive(packet(2, false, 160), 9000, 8000, 1_100_000);
        assert_eq!(told, Some(Released { key: '1', milliseconds: 20 }));
    }

    #[test]
    fn events_that_are_no_keys_and_short_payloads_are_nothing() {
        let mut pressed = Pressed::default();
        assert_eq!(pressed.receive(packet(66, true, 160), 1, 8000, 0), None);
        assert_eq!(Event::parse(&[1, 2, 3]), None);
        let event = packet(9, true, 1600);
        assert_eq!(Event::parse(&event.octets()), Some(event));
    }

    #[test]
    fn a_key_is_sent_with_three_ends_and_a_pause() {
        let mut keypad = Keypad::default();
        keypad.push(5, 100);
        keypad.push(6, 40);
        let steps: Vec<Step> = (0..18).map(|_| keypad.tick()).collect();
        let ends =
            |code: u8| steps.iter().filter(move |step| matches!(step, Step::Event(key) if key.end && key.code == code));
        assert_eq!((ends(5).count(), ends(6).count()), (3, 3));
        assert_eq!(steps[0], Step::Event(KeyTick { code: 5, ticks: 1, first: true, end: false, repeats: false }));
        assert_eq!(steps[4], Step::Event(KeyTick { code: 5, ticks: 5, first: false, end: true, repeats: false }));
        assert!(steps.contains(&Step::Pause));
        assert_eq!(steps.last(), Some(&Step::Nothing));
        assert!(keypad.is_idle());
    }
}
