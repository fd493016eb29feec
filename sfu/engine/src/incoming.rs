// SPDX-License-Identifier: Apache-2.0
//! What we know of a stream that comes in: RFC 3550 appendix A.1, A.3 and A.8.

use crate::rtp::Header;

/// RFC 3550 A.1, and a little more patience for Wi-Fi.
const MAX_DROPOUT: u16 = 3000;

#[derive(Debug, Default, Clone)]
pub struct Incoming {
    pub ssrc: Option<u32>,
    base: u32,
    cycles: u32,
    max_seq: u16,
    received: u32,
    expected_prior: u32,
    received_prior: u32,
    transit: Option<u32>,
    jitter: f64,
    clock_rate: u32,
    /// From the last sender report: the middle of its NTP time, and when it came.
    pub last_report: Option<(u32, i64)>,
    /// Packets and losses of streams before this one, so that totals never sink.
    past_received: u64,
    past_lost: u64,
}

/// One report block (RFC 3550 6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    pub ssrc: u32,
    pub fraction_lost: u8,
    pub lost: i32,
    pub highest: u32,
    pub jitter: u32,
    pub last_report: u32,
    pub delay: u32,
}

impl Incoming {
    /// Counts a packet. True if it begins another stream than the last one.
    pub fn receive(&mut self, header: &Header, clock_rate: u32, now_us: i64) -> bool {
        let fresh = self.ssrc != Some(header.ssrc) || self.jumped(header.seq);
        if fresh {
            self.begin(header);
        }
        let ahead = header.seq.wrapping_sub(self.max_seq);
        if ahead < 0x8000 {
            if header.seq < self.max_seq {
                self.cycles = self.cycles.wrapping_add(1 << 16);
            }
            self.max_seq = header.seq;
        }
        self.received = self.received.wrapping_add(1);
        self.spread(header.timestamp, clock_rate, now_us);
        fresh
    }

    fn jumped(&self, seq: u16) -> bool {
        let ahead = seq.wrapping_sub(self.max_seq);
        (MAX_DROPOUT..=u16::MAX - MAX_DROPOUT).contains(&ahead)
    }

    fn begin(&mut self, header: &Header) {
        *self = Self {
            ssrc: Some(header.ssrc),
            base: u32::from(header.seq),
            max_seq: header.seq,
            past_received: self.total_received(),
            past_lost: self.total_lost(),
            ..Self::default()
        };
    }

    fn spread(&mut self, timestamp: u32, clock_rate: u32, now_us: i64) {
        if clock_rate != self.clock_rate {
            (self.clock_rate, self.transit) = (clock_rate, None);
        }
        let arrival = (now_us.wrapping_mul(i64::from(clock_rate)) / 1_000_000) as u32;
        let transit = arrival.wrapping_sub(timestamp);
        if let Some(before) = self.transit {
            let difference = f64::from(transit.wrapping_sub(before) as i32).abs();
            // A jump of the sender's clock is no jitter of the network.
            if difference < f64::from(clock_rate) {
                self.jitter += (difference - self.jitter) / 16.0;
            }
        }
        self.transit = Some(transit);
    }

    fn highest(&self) -> u32 {
        self.cycles.wrapping_add(u32::from(self.max_seq))
    }

    fn expected(&self) -> u32 {
        if self.ssrc.is_none() { 0 } else { self.highest().wrapping_sub(self.base).wrapping_add(1) }
    }

    pub fn total_received(&self) -> u64 {
        self.past_received + u64::from(self.received)
    }

    /// Duplicates make this negative in one stream; a total never shrinks below what it was.
    pub fn total_lost(&self) -> u64 {
        self.past_lost + u64::from(self.expected().saturating_sub(self.received))
    }

    pub fn jitter_ms(&self) -> f64 {
        if self.clock_rate == 0 { 0.0 } else { self.jitter * 1000.0 / f64::from(self.clock_rate) }
    }

    /// The block for the next report, counted from the last one.
    pub fn block(&mut self, now_us: i64) -> Option<Block> {
        let ssrc = self.ssrc?;
        let expected = self.expected().wrapping_sub(self.expected_prior);
        let received = self.received.wrapping_sub(self.received_prior);
        (self.expected_prior, self.received_prior) = (self.expected(), self.received);
        let lost = expected.saturating_sub(received);
        let fraction = if expected == 0 { 0 } else { (u64::from(lost) * 256 / u64::from(expected)).min(255) as u8 };
        let (last_report, delay) = match self.last_report {
            Some((middle, at)) => (middle, ((now_us - at).max(0) * 65_536 / 1_000_000) as u32),
            None => (0, 0),
        };
        let lost = i64::from(self.expected()) - i64::from(self.received);
        Some(Block {
            ssrc,
            fraction_lost: fraction,
            lost: lost.clamp(-0x80_0000, 0x7F_FFFF) as i32,
            highest: self.highest(),
            jitter: self.jitter as u32,
            last_report,
            delay,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp;

    fn receive(stream: &mut Incoming, ssrc: u32, seq: u16) -> bool {
        let packet = rtp::header(8, false, seq, u32::from(seq) * 160, ssrc);
        stream.receive(&rtp::parse(&packet).unwrap(), 8000, i64::from(seq) * 20_000)
    }

    #[test]
    fn loss_is_counted_over_the_roll_over_and_over_streams() {
        let mut stream = Incoming::default();
        assert!(receive(&mut stream, 7, 65_530));
        for seq in [65_531, 65_533, 65_535, 0, 1, 5] {
            assert!(!receive(&mut stream, 7, seq));
        }
        assert_eq!((stream.total_received(), stream.total_lost()), (7, 5));
        let block = stream.block(0).unwrap();
        assert_eq!((block.lost, block.highest), (5, 65_536 + 5));
        assert_eq!(block.fraction_lost, (5 * 256 / 12) as u8);
        assert!(receive(&mut stream, 8, 100));
        assert_eq!((stream.total_received(), stream.total_lost()), (8, 5));
    }

    #[test]
    fn a_steady_stream_has_no_jitter() {
        let mut stream = Incoming::default();
        for seq in 0..100 {
            receive(&mut stream, 7, seq);
        }
        assert!(stream.jitter_ms() < 0.2);
    }

    #[test]
    fn a_restart_under_the_same_name_is_another_stream() {
        let mut stream = Incoming::default();
        receive(&mut stream, 7, 10);
        assert!(receive(&mut stream, 7, 30_000));
        assert_eq!(stream.total_lost(), 0);
    }
}
