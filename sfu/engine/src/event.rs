// SPDX-License-Identifier: Apache-2.0
//! What the engine tells Python: a bounded queue and a bell.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::{Mutex, PoisonError};

use crate::net::Bell;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Proven { ufrag: String },
    Dtls { ufrag: String, data: Vec<u8> },
    Up { leg: String },
    Down { leg: String },
    Gone { ufrag: String },
    Digit { leg: String, key: char, milliseconds: u32 },
    Played { leg: String, play_id: String, finished: bool },
    Recorded { recording: String, leg: String, milliseconds: u64, octets: u64 },
    RecordFailed { recording: String, leg: String, error: String },
    Panic { text: String },
}

/// Datagrams from strangers may fill so much of the queue; what we say ourselves always has room above it.
const MOST_DTLS: usize = 4096;
const MOST: usize = 65_536;

pub struct Events {
    queue: Mutex<VecDeque<Event>>,
    bell: Bell,
}

impl Events {
    pub fn new() -> io::Result<Self> {
        Ok(Self { queue: Mutex::new(VecDeque::new()), bell: Bell::new()? })
    }

    /// False if there was no room: nobody has taken events for a long time.
    pub fn push(&self, event: Event) -> bool {
        let most = if matches!(event, Event::Dtls { .. }) { MOST_DTLS } else { MOST };
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.len() >= most {
            return false;
        }
        queue.push_back(event);
        if queue.len() == 1 {
            self.bell.ring();
        }
        true
    }

    /// Up to `limit` events. The bell stays loud while more wait.
    pub fn take(&self, limit: usize) -> Vec<Event> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let count = limit.min(queue.len());
        let taken = queue.drain(..count).collect();
        if queue.is_empty() {
            self.bell.silence();
        }
        taken
    }
}

impl AsRawFd for Events {
    fn as_raw_fd(&self) -> RawFd {
        self.bell.as_raw_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_datagrams_leaves_room_for_our_own_words() {
        let events = Events::new().unwrap();
        let flood = Event::Dtls { ufrag: "u".into(), data: vec![22] };
        let taken = (0..10_000).filter(|_| events.push(flood.clone())).count();
        assert_eq!(taken, MOST_DTLS);
        assert!(events.push(Event::Up { leg: "leg".into() }));
        assert_eq!(events.take(MOST_DTLS).len(), MOST_DTLS);
        assert_eq!(events.take(10), [Event::Up { leg: "leg".into() }]);
    }
}
