// SPDX-License-Identifier: Apache-2.0
//! Which packet a 16 bit number means, and whether it came before (RFC 3711 3.3.1, 3.3.2 and appendix A).

/// One stream: the highest index seen and a bit for each of the 128 up to it.
#[derive(Debug, Clone, Default)]
pub struct Window {
    highest: Option<u64>,
    seen: u128,
}

pub const SIZE: u64 = 128;

impl Window {
    /// The 48 bit index that a sequence number stands for, nearest to the highest so far.
    pub fn estimate(&self, seq: u16) -> u64 {
        let Some(highest) = self.highest else {
            return u64::from(seq);
        };
        let ahead = seq.wrapping_sub(highest as u16) as i16;
        match highest.checked_add_signed(i64::from(ahead)) {
            Some(index) => index,
            // Before the start of the counter: it can only be the far future of this stream.
            None => u64::from(seq),
        }
    }

    pub fn is_new(&self, index: u64) -> bool {
        match self.highest {
            None => true,
            Some(highest) if index > highest => true,
            Some(highest) => highest - index < SIZE && self.seen >> (highest - index) & 1 == 0,
        }
    }

    /// Remembers an index that was new and authentic.
    pub fn mark(&mut self, index: u64) {
        match self.highest {
            Some(highest) if index <= highest => {
                if highest - index < SIZE {
                    self.seen |= 1 << (highest - index);
                }
            }
            highest => {
                let ahead = highest.map_or(SIZE, |highest| index - highest);
                self.seen = if ahead >= SIZE { 1 } else { self.seen << ahead | 1 };
                self.highest = Some(index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_rolls_over_and_back() {
        let mut window = Window::default();
        window.mark(window.estimate(65_534));
        window.mark(window.estimate(65_535));
        assert_eq!(window.estimate(0), 65_536);
        window.mark(65_536);
        assert_eq!(window.estimate(65_535), 65_535);
        assert_eq!(window.estimate(1), 65_537);
    }

    #[test]
    fn a_packet_is_new_once() {
        let mut window = Window::default();
        for index in [10, 12, 11, 200] {
            assert!(window.is_new(index));
            window.mark(index);
            assert!(!window.is_new(index));
        }
        assert!(window.is_new(150));
        assert!(!window.is_new(200 - SIZE), "older than the window");
        assert!(window.is_new(201 - SIZE));
    }
}
