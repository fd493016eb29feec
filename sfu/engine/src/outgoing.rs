// SPDX-License-Identifier: Apache-2.0
//! One RTP stream of ours: one SSRC, sequence numbers without a hole of our own making, timestamps by the wall clock,
//! whatever the source is and however often it changes.
//!
//! Packets of another leg keep their distances: its losses stay visible as missing numbers, its pauses as a step of
//! the timestamp, so that the receiver's own concealment does the right thing. When the chain breaks (another source,
//! another codec, a restart), the next packet is fastened to the wall clock.
//!
//! Packets of ours in between (silence while the source stalls, digits) interrupt the chain but do not break it: the
//! source goes on at its own times. What comes when its time has been filled already is left out; but for no longer
//! than a late burst lasts, for some senders stop their clock in a pause.

/// A pause or jump beyond this breaks the chain.
const JUMP_PACKETS: i16 = 500;
const JUMP_US: i64 = 10_000_000;

/// What the network held back arrives within this.
const BURST_US: i64 = 80_000;

const TICK_US: i64 = 20_000;

/// Where a packet goes in our stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub seq: u16,
    pub timestamp: u32,
    pub marker: bool,
}

/// What the header of a packet to be passed on says.
#[derive(Debug, Clone, Copy)]
pub struct From {
    pub ssrc: u32,
    pub seq: u16,
    pub timestamp: u32,
    pub marker: bool,
    pub clock_rate: u32,
}

pub struct Outgoing {
    pub ssrc: u32,
    next_seq: u16,
    timestamp: u32,
    /// When the packet with `timestamp` was sent; None before the first.
    at_us: Option<i64>,
    /// When any packet was sent last, an event's repetitions among them.
    last_us: Option<i64>,
    /// How far `timestamp` is ahead of the wall clock.
    lead_us: i64,
    chain: Option<Chain>,
    continues: bool,
    pub packets: u32,
    pub octets: u32,
    pub clock_rate: u32,
}

/// How a foreign stream is fastened to ours.
struct Chain {
    ssrc: u32,
    clock_rate: u32,
    seq_offset: u16,
    timestamp_offset: u32,
    /// Nothing before this can be placed: its numbers are taken.
    first: u16,
    last: u16,
    last_timestamp: u32,
    last_us: i64,
    /// Something of ours was sent since.
    interrupted: bool,
    late_since: Option<i64>,
}

impl Outgoing {
    pub fn new(ssrc: u32, seq: u16, timestamp: u32) -> Self {
        Self {
            ssrc,
            // Small at first, so that the first roll-over is far away (RFC 3711 3.3.1 advises it).
            next_seq: seq & 0x7FFF,
            timestamp,
            at_us: None,
            last_us: None,
            lead_us: 0,
            chain: None,
            continues: false,
            packets: 0,
            octets: 0,
            clock_rate: 8_000,
        }
    }

    /// Sets the timestamp that the wall clock gives at `now`, but at least a frame later than what was sent. What that
    /// is too much is given back at the next occasion, so that many changes do not add up.
    fn catch_up(&mut self, now_us: i64, clock_rate: u32) -> u32 {
        if let Some(at) = self.at_us {
            let elapsed = (now_us - at).max(0);
            let step = (elapsed - self.lead_us).max(TICK_US);
            self.lead_us += step - elapsed;
            self.timestamp = self.timestamp.wrapping_add((step * i64::from(clock_rate) / 1_000_000) as u32);
        }
        self.note(self.timestamp, clock_rate, now_us);
        self.timestamp
    }

    pub fn is_passing(&self) -> bool {
        self.chain.as_ref().is_some_and(|chain| !chain.interrupted)
    }

    fn interrupt(&mut self) {
        if let Some(chain) = &mut self.chain {
            chain.interrupted = true;
        }
    }

    /// Microseconds since the last packet, if there was one.
    pub fn idle_us(&self, now_us: i64) -> Option<i64> {
        self.last_us.map(|at| now_us - at)
    }

    fn note(&mut self, timestamp: u32, clock_rate: u32, now_us: i64) {
        self.timestamp = timestamp;
        self.clock_rate = clock_rate;
        self.at_us = Some(now_us);
        self.last_us = self.at_us;
    }

    /// Counts a packet that was really sent, for the sender report.
    pub fn count(&mut self, payload: usize) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload as u32);
    }

    /// The place of a packet that another leg sent; None if it comes too late to have one.
    pub fn pass(&mut self, from: From, now_us: i64) -> Option<Place> {
        if !self.chain.as_ref().is_some_and(|chain| chain.holds(&from, now_us)) {
            return Some(self.fasten(from, now_us));
        }
        let chain = self.chain.as_mut()?;
        if chain.interrupted {
            return self.resume(from, now_us);
        }
        let ahead = from.seq.wrapping_sub(chain.last) as i16;
        let since_first = from.seq.wrapping_sub(chain.first) as i16;
        if ahead == 0 || since_first < 0 {
            return None;
        }
        let place = Place {
            seq: from.seq.wrapping_add(chain.seq_offset),
            timestamp: from.timestamp.wrapping_add(chain.timestamp_offset),
            marker: from.marker,
        };
        if ahead > 0 {
            chain.last = from.seq;
            // The packets of one event (RFC 4733) bear the time of its beginning: that is when it was now.
            let advances = from.timestamp != chain.last_timestamp;
            if advances {
                (chain.last_timestamp, chain.last_us) = (from.timestamp, now_us);
            }
            // Keeps `since_first` meaningful after half the number space.
            if since_first > 0x3000 {
                chain.first = from.seq.wrapping_sub(0x1000);
            }
            self.next_seq = place.seq.wrapping_add(1);
            self.last_us = Some(now_us);
            if advances {
                self.note(place.timestamp, from.clock_rate, now_us);
            }
        }
        Some(place)
    }

    /// Takes an interrupted chain up again, if the packet's time has not been filled.
    fn resume(&mut self, from: From, now_us: i64) -> Option<Place> {
        let chain = self.chain.as_mut()?;
        let timestamp = from.timestamp.wrapping_add(chain.timestamp_offset);
        if timestamp.wrapping_sub(self.timestamp) as i32 <= 0 {
            let since = *chain.late_since.get_or_insert(now_us);
            return (now_us - since > BURST_US).then(|| self.fasten(from, now_us));
        }
        let place = Place { seq: self.next_seq, timestamp, marker: true };
        self.take_up(place, from, now_us);
        Some(place)
    }

    fn fasten(&mut self, from: From, now_us: i64) -> Place {
        let place = Place { seq: self.next_seq, timestamp: self.catch_up(now_us, from.clock_rate), marker: true };
        self.take_up(place, from, now_us);
        place
    }

    fn take_up(&mut self, place: Place, from: From, now_us: i64) {
        self.continues = false;
        self.chain = Some(Chain {
            ssrc: from.ssrc,
            clock_rate: from.clock_rate,
            seq_offset: place.seq.wrapping_sub(from.seq),
            timestamp_offset: place.timestamp.wrapping_sub(from.timestamp),
            first: from.seq,
            last: from.seq,
            last_timestamp: from.timestamp,
            last_us: now_us,
            interrupted: false,
            late_since: None,
        });
        self.next_seq = place.seq.wrapping_add(1);
        self.note(place.timestamp, from.clock_rate, now_us);
    }

    /// The place of 20 ms of our own. Beats missed by the tick show as a step of the timestamp, not as a burst.
    pub fn own(&mut self, clock_rate: u32, now_us: i64) -> Place {
        let frame = clock_rate / 50;
        let same_clock = clock_rate == self.clock_rate;
        let idle = self.idle_us(now_us);
        let (timestamp, marker) = match idle {
            Some(idle) if self.continues && same_clock => {
                let beats = ((idle + TICK_US / 2) / TICK_US).max(1);
                (self.timestamp.wrapping_add(frame.wrapping_mul(beats as u32)), beats > 1)
            }
            _ => (self.catch_up(now_us, clock_rate), true),
        };
        self.interrupt();
        self.continues = true;
        let seq = self.next_seq;
        self.next_seq = seq.wrapping_add(1);
        self.note(timestamp, clock_rate, now_us);
        Place { seq, timestamp, marker }
    }

    /// A number for a packet that has a timestamp of its own: RTP events keep that of their beginning.
    pub fn event(&mut self) -> u16 {
        self.interrupt();
        self.continues = false;
        let seq = self.next_seq;
        self.next_seq = seq.wrapping_add(1);
        seq
    }

    /// An event begins now: the timestamp that all its packets will bear.
    pub fn begin_event(&mut self, clock_rate: u32, now_us: i64) -> u32 {
        self.interrupt();
        self.continues = false;
        self.catch_up(now_us, clock_rate)
    }

    /// Our clock at this moment, for the sender report. None before the first packet.
    pub fn clock(&self, now_us: i64) -> Option<u32> {
        let elapsed = (now_us - self.at_us?).max(0) * i64::from(self.clock_rate) / 1_000_000;
        Some(self.timestamp.wrapping_add(elapsed as u32))
    }

    /// Another source: its first packet begins anew.
    pub fn unfasten(&mut self) {
        self.chain = None;
        self.continues = false;
    }
}

impl Chain {
    fn holds(&self, from: &From, now_us: i64) -> bool {
        if (self.ssrc, self.clock_rate) != (from.ssrc, from.clock_rate) {
            return false;
        }
        let ahead = from.seq.wrapping_sub(self.last) as i16;
        if !(-JUMP_PACKETS..=JUMP_PACKETS).contains(&ahead) {
            return false;
        }
        let told = i64::from(from.timestamp.wrapping_sub(self.last_timestamp) as i32) * 1_000_000;
        let told = told / i64::from(self.clock_rate.max(1));
        (told - (now_us - self.last_us)).abs() <= JUMP_US
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1000;

    fn from(ssrc: u32, n: u16) -> From {
        From { ssrc, seq: 1000 + n, timestamp: 5000 + 160 * u32::from(n), marker: false, clock_rate: 8000 }
    }

    #[test]
    fn loss_and_order_of_the_source_stay_visible() {
        let mut out = Outgoing::new(1, 100, 0);
        let seqs: Vec<u16> =
            [0, 1, 3, 2, 6].iter().map(|n| out.pass(from(9, *n), i64::from(*n) * 20 * MS).unwrap().seq).collect();
        assert_eq!(seqs, [100, 101, 103, 102, 106]);
        assert_eq!(out.pass(from(9, 6), 120 * MS), None, "a duplicate");
    }

    #[test]
    fn another_source_goes_on_where_the_last_one_was() {
        let mut out = Outgoing::new(1, 100, 0);
        let first = out.pass(from(9, 0), 0).unwrap();
        out.pass(from(9, 1), 20 * MS);
        let own = out.own(8000, 60 * MS);
        let own2 = out.own(8000, 81 * MS);
        let back = out.pass(from(7, 500), 101 * MS).unwrap();
        assert!(first.marker && own.marker && !own2.marker && back.marker);
        assert_eq!([own.seq, own2.seq, back.seq], [102, 103, 104]);
        assert_eq!([own.timestamp, own2.timestamp, back.timestamp], [160 + 320, 640, 800]);
        assert_eq!(out.pass(from(7, 499), 102 * MS), None, "older than the change");
    }

    #[test]
    fn a_stall_is_a_hole_and_not_a_delay() {
        let mut out = Outgoing::new(1, 100, 0);
        for n in 0..10 {
            out.pass(from(9, n), i64::from(n) * 20 * MS);
        }
        let filled: Vec<Place> = (20..30).map(|n| out.own(8000, n * 20 * MS)).collect();
        assert_eq!((filled[0].seq, filled[9].seq, filled[9].timestamp), (110, 119, 29 * 160));
        let burst: Vec<_> = (10..30).map(|n| out.pass(from(9, n), 599 * MS)).collect();
        assert_eq!(burst, [None; 20], "their time was filled");
        let place = out.pass(from(9, 30), 600 * MS).unwrap();
        assert_eq!((place.seq, place.timestamp, place.marker), (120, 30 * 160, true));
        assert_eq!(out.pass(from(9, 31), 620 * MS).map(|place| (place.seq, place.marker)), Some((121, false)));
    }

    #[test]
    fn a_sender_whose_clock_stood_still_is_heard_again_soon() {
        let mut out = Outgoing::new(1, 100, 0);
        for n in 0..10 {
            out.pass(from(9, n), i64::from(n) * 20 * MS);
        }
        let mut passed = 0;
        for n in 0..100 {
            let now = (1000 + n * 20) * MS;
            if out.pass(from(9, 10 + n as u16), now).is_some() {
                passed += 1;
            } else {
                out.own(8000, now + 10 * MS);
            }
            if n == 0 {
                assert_eq!(passed, 1, "nothing was in its way");
                for beat in 0..5 {
                    out.own(8000, now + beat * 20 * MS);
                }
            }
        }
        assert!(passed > 90, "{passed}");
    }

    #[test]
    fn a_sender_that_starts_over_is_followed() {
        let mut out = Outgoing::new(1, 100, 0);
        out.pass(from(9, 0), 0);
        let mut wild = from(9, 1);
        wild.seq = 40_000;
        let place = out.pass(wild, 20 * MS).unwrap();
        assert_eq!((place.seq, place.timestamp), (101, 160));
        wild.seq += 1;
        wild.timestamp = wild.timestamp.wrapping_add(0x4000_0000);
        let place = out.pass(wild, 40 * MS).unwrap();
        assert_eq!((place.seq, place.timestamp), (102, 320));
    }

    #[test]
    fn missed_beats_step_the_timestamp() {
        let mut out = Outgoing::new(1, 0, 0);
        out.own(8000, 0);
        let next = out.own(8000, 101 * MS);
        assert_eq!((next.seq, next.timestamp, next.marker), (1, 800, true));
    }

    #[test]
    fn many_changes_do_not_run_ahead_of_the_clock() {
        let mut out = Outgoing::new(1, 0, 0);
        let mut last = 0;
        for n in 0..500 {
            let now = n * 25 * MS;
            last = out.pass(from(n as u32, n as u16), now).unwrap().timestamp;
            last = last.max(out.own(8000, now + 5 * MS).timestamp);
        }
        let told = i64::from(last) / 8;
        assert!((told - 499 * 25).abs() < 10_000, "{told}");
        let settled = out.pass(from(9999, 0), 30_000 * MS).unwrap().timestamp / 8;
        assert!((29_990..=30_010).contains(&settled), "{settled}");
    }

    #[test]
    fn another_clock_counts_on_from_where_we_are() {
        let mut out = Outgoing::new(1, 0, 0);
        out.own(8000, 0);
        let opus = out.own(48_000, 20 * MS);
        assert_eq!(opus.timestamp, 960);
        assert_eq!(out.own(48_000, 40 * MS).timestamp, 1920);
    }

    #[test]
    fn numbers_stay_one_apart_over_a_long_call() {
        let mut out = Outgoing::new(1, 0, 0);
        let mut last = None;
        for n in 0..200_000u32 {
            let packet =
                From { ssrc: 9, seq: n as u16, timestamp: n.wrapping_mul(160), marker: false, clock_rate: 8000 };
            let place = out.pass(packet, i64::from(n) * 20 * MS).unwrap();
            assert!(last.is_none_or(|last: u16| place.seq == last.wrapping_add(1)), "packet {n}");
            last = Some(place.seq);
        }
    }
}
