// SPDX-License-Identifier: Apache-2.0
//! The jitter buffer: packets go in as they come, and are taken out in order, late enough that most have come.
//!
//! The delay follows the network: as much as packets spread in the last second or so, between 20 and 200 ms.

/// Packets kept: 64 of 20 ms are more than the longest delay.
const SLOTS: usize = 64;

/// A gap in sequence numbers from here on is another stream under the same name, not loss.
const JUMP: u16 = 1000;

const SHORTEST_DELAY: i64 = 20_000;
const LONGEST_DELAY: i64 = 200_000;
const FIRST_DELAY: i64 = 40_000;

/// Arrivals looked back on, and how fast the delay sinks when the network calms down (per packet).
const LOOK_BACK: usize = 64;
const SINK: i64 = 100;

/// Nothing for so many ticks, and what comes next is collected anew before it is played.
const DRY_TICKS: u32 = 3;

/// A pause that the sender's clock tells, up to this (RTP silence suppression). A longer one is a new beginning.
const LONGEST_PAUSE_MS: u32 = 1_000;

#[derive(Default)]
struct Slot {
    used: bool,
    seq: u16,
    timestamp: u32,
    payload_type: u8,
    /// Keeps its capacity, so that a running buffer allocates nothing.
    payload: Vec<u8>,
}

/// What to do for the next stretch of sound.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<'a> {
    Play {
        payload_type: u8,
        payload: &'a [u8],
    },
    /// A packet is lost; the one after it, if it is there, may still tell of it (Opus FEC).
    Lost {
        samples: u32,
        following: Option<&'a [u8]>,
    },
    /// The sender paused, or nothing has come: one tick of concealment.
    Wait,
}

pub struct Jitter {
    slots: Box<[Slot]>,
    clock_rate: u32,
    held: usize,
    newest: u16,
    /// Set while playing: what comes next, and the time it belongs to.
    next_seq: Option<u16>,
    play_timestamp: u32,
    start_at: i64,
    duration: u32,
    dry: u32,
    arrivals: [i64; LOOK_BACK],
    arrived: usize,
    origin: Option<(i64, u32)>,
    delay: i64,
    pub late: u64,
}

impl Jitter {
    pub fn new(clock_rate: u32) -> Self {
        Self {
            slots: (0..SLOTS).map(|_| Slot::default()).collect(),
            clock_rate,
            held: 0,
            newest: 0,
            next_seq: None,
            play_timestamp: 0,
            start_at: 0,
            duration: clock_rate / 50,
            dry: 0,
            arrivals: [0; LOOK_BACK],
            arrived: 0,
            origin: None,
            delay: FIRST_DELAY,
            late: 0,
        }
    }

    pub fn clock_rate(&self) -> u32 {
        self.clock_rate
    }

    /// Forgets all packets, as for another stream. What was learnt of the network stays.
    pub fn restart(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.used = false);
        self.held = 0;
        self.next_seq = None;
        self.origin = None;
        self.arrived = 0;
    }

    pub fn insert(&mut self, seq: u16, timestamp: u32, payload_type: u8, payload: &[u8], now_us: i64) {
        if self.is_elsewhere(seq) {
            self.restart();
        }
        if let Some(next) = self.next_seq
            && (seq.wrapping_sub(next) as i16) < 0
        {
            self.late += 1;
            return;
        }
        self.learn(timestamp, now_us);
        if self.held == 0 {
            if self.next_seq.is_none() {
                self.start_at = now_us + self.delay;
            }
            self.newest = seq;
        }
        let slot = &mut self.slots[usize::from(seq) % SLOTS];
        if slot.used && slot.seq == seq {
            return;
        }
        if !slot.used {
            self.held += 1;
        }
        slot.used = true;
        slot.seq = seq;
        slot.timestamp = timestamp;
        slot.payload_type = payload_type;
        slot.payload.clear();
        slot.payload.extend_from_slice(payload);
        if seq.wrapping_sub(self.newest) as i16 > 0 {
            self.newest = seq;
        }
    }

    /// Whether a sequence number cannot belong to what is in the buffer.
    fn is_elsewhere(&self, seq: u16) -> bool {
        let reference = match self.next_seq {
            Some(next) => next,
            None if self.held > 0 => self.newest,
            None => return false,
        };
        let distance = seq.wrapping_sub(reference);
        let behind = reference.wrapping_sub(seq);
        distance.min(behind) >= JUMP || (distance < JUMP && usize::from(distance) >= SLOTS)
    }

    /// How much packets spread around the sender's clock is how long we must wait for them.
    fn learn(&mut self, timestamp: u32, now_us: i64) {
        let (start, first) = *self.origin.get_or_insert((now_us, timestamp));
        let sent = i64::from(timestamp.wrapping_sub(first) as i32) * 1_000_000 / i64::from(self.clock_rate);
        self.arrivals[self.arrived % LOOK_BACK] = now_us - start - sent;
        self.arrived += 1;
        let known = &self.arrivals[..self.arrived.min(LOOK_BACK)];
        let (least, most) = known.iter().fold((i64::MAX, i64::MIN), |(a, b), x| (a.min(*x), b.max(*x)));
        let wanted = (most - least + 10_000).clamp(SHORTEST_DELAY, LONGEST_DELAY);
        self.delay = if wanted > self.delay { wanted } else { (self.delay - SINK).max(wanted) };
        if self.arrived == 1 << 20 {
            self.arrived = LOOK_BACK;
        }
    }

    /// The delay aimed at, in milliseconds.
    pub fn delay_ms(&self) -> i64 {
        self.delay / 1000
    }

    /// Sound that waits in the buffer, in timestamp units.
    pub fn depth(&self) -> u32 {
        self.held as u32 * self.duration
    }

    /// Takes the next stretch. `tick` is what the caller plays while it waits, in timestamp units.
    pub fn next(&mut self, tick: u32, now_us: i64) -> Next<'_> {
        if self.next_seq.is_none() && !self.begin(now_us) {
            return Next::Wait;
        }
        let Some(mut seq) = self.next_seq else { return Next::Wait };
        if self.held == 0 {
            return self.run_dry(tick);
        }
        self.dry = 0;
        if !self.has(seq) {
            let Some(later) = self.first_after(seq) else { return self.run_dry(tick) };
            let ahead = self.slots[usize::from(later) % SLOTS].timestamp.wrapping_sub(self.play_timestamp) as i32;
            if ahead > 0 {
                return self.lose(seq);
            }
            // The time of what is lost went by while we waited for it.
            seq = later;
        }
        let at = usize::from(seq) % SLOTS;
        let ahead = self.slots[at].timestamp.wrapping_sub(self.play_timestamp) as i32;
        let pause = LONGEST_PAUSE_MS * (self.clock_rate / 1000);
        if ahead >= tick as i32 && ahead as u32 <= pause {
            self.play_timestamp = self.play_timestamp.wrapping_add(tick);
            return Next::Wait;
        }
        self.take(at, seq)
    }

    fn has(&self, seq: u16) -> bool {
        let slot = &self.slots[usize::from(seq) % SLOTS];
        slot.used && slot.seq == seq
    }

    fn first_after(&self, seq: u16) -> Option<u16> {
        (1..SLOTS as u16).map(|n| seq.wrapping_add(n)).find(|seq| self.has(*seq))
    }

    fn begin(&mut self, now_us: i64) -> bool {
        if self.held == 0 || now_us < self.start_at {
            return false;
        }
        let newest = self.newest;
        let oldest = self.slots.iter().filter(|slot| slot.used).max_by_key(|slot| newest.wrapping_sub(slot.seq));
        if let Some(slot) = oldest {
            (self.next_seq, self.play_timestamp) = (Some(slot.seq), slot.timestamp);
        }
        true
    }

    fn run_dry(&mut self, tick: u32) -> Next<'_> {
        self.dry += 1;
        self.play_timestamp = self.play_timestamp.wrapping_add(tick);
        if self.dry >= DRY_TICKS {
            self.next_seq = None;
        }
        Next::Wait
    }

    fn lose(&mut self, seq: u16) -> Next<'_> {
        let after = seq.wrapping_add(1);
        self.next_seq = Some(after);
        self.play_timestamp = self.play_timestamp.wrapping_add(self.duration);
        let slot = &self.slots[usize::from(after) % SLOTS];
        let following = self.has(after).then_some(slot.payload.as_slice());
        Next::Lost { samples: self.duration, following }
    }

    /// What was taken last turned out to be so long, in timestamp units.
    pub fn note_duration(&mut self, duration: u32) {
        if (1..=self.clock_rate / 4).contains(&duration) {
            self.play_timestamp = self.play_timestamp.wrapping_add(duration).wrapping_sub(self.duration);
            self.duration = duration;
        }
    }

    fn take(&mut self, at: usize, seq: u16) -> Next<'_> {
        let timestamp = self.slots[at].timestamp;
        self.next_seq = Some(seq.wrapping_add(1));
        self.play_timestamp = timestamp.wrapping_add(self.duration);
        self.held -= 1;
        let slot = &mut self.slots[at];
        slot.used = false;
        Next::Play { payload_type: slot.payload_type, payload: &slot.payload }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: i64 = 20_000;

    /// Plays what a network with the given delays (in ms, None for loss) would deliver of numbered packets.
    fn play(delays: &[Option<i64>], ticks: usize) -> Vec<Option<u8>> {
        let mut jitter = Jitter::new(8000);
        let mut air: Vec<(i64, u16)> = delays
            .iter()
            .enumerate()
            .filter_map(|(n, delay)| delay.map(|delay| (n as i64 * TICK + delay * 1000, n as u16)))
            .collect();
        air.sort_unstable();
        let mut heard = Vec::new();
        for tick in 0..ticks {
            let now = tick as i64 * TICK;
            while air.first().is_some_and(|(at, _)| *at <= now) {
                let (at, n) = air.remove(0);
                jitter.insert(n.wrapping_add(65_500), u32::from(n) * 160, 8, &[n as u8], at);
            }
            heard.push(match jitter.next(160, now) {
                Next::Play { payload, .. } => Some(payload[0]),
                _ => None,
            });
        }
        heard
    }

    fn numbers(heard: &[Option<u8>]) -> Vec<u8> {
        heard.iter().flatten().copied().collect()
    }

    #[test]
    fn a_calm_network_is_played_in_order_without_a_gap() {
        let heard = play(&[Some(5); 100], 110);
        let start = heard.iter().position(Option::is_some).unwrap();
        assert!(start <= 3);
        assert_eq!(numbers(&heard), (0..100).collect::<Vec<u8>>());
        assert!(heard[start..start + 100].iter().all(Option::is_some));
    }

    #[test]
    fn reordering_within_the_delay_is_unheard() {
        let delays: Vec<_> = (0..100).map(|n| Some(if n % 2 == 0 { 25 } else { 0 })).collect();
        let heard = play(&delays, 115);
        assert_eq!(numbers(&heard), (0..100).collect::<Vec<u8>>());
    }

    #[test]
    fn a_lost_packet_leaves_one_gap() {
        let delays: Vec<_> = (0..50).map(|n| (n != 20).then_some(5)).collect();
        let heard = play(&delays, 60);
        let start = heard.iter().position(Option::is_some).unwrap();
        assert_eq!(heard[start + 20], None);
        assert_eq!(heard[start + 21], Some(21));
    }

    #[test]
    fn the_delay_grows_with_the_spread_and_is_bounded() {
        let mut jitter = Jitter::new(8000);
        for n in 0..200u16 {
            let late = i64::from(n % 7) * 10_000;
            jitter.insert(n, u32::from(n) * 160, 8, &[0], i64::from(n) * TICK + late);
        }
        assert!((60..=90).contains(&jitter.delay_ms()), "{}", jitter.delay_ms());
        jitter.insert(200, 200 * 160, 8, &[0], 200 * TICK + 5_000_000);
        assert_eq!(jitter.delay_ms(), 200);
    }

    #[test]
    fn any_numbers_are_survived() {
        let mut jitter = Jitter::new(48_000);
        let mut state = 1u64;
        for n in 0..200_000i64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let wild = (state >> 33) as u32;
            let seq = if wild.is_multiple_of(3) { wild as u16 } else { n as u16 };
            jitter.insert(seq, wild.wrapping_mul(7), 111, &[1], n * 1000);
            if wild.is_multiple_of(5) {
                jitter.next(960, n * 1000);
            }
            assert!(jitter.held <= SLOTS);
        }
    }
}
