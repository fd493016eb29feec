// SPDX-License-Identifier: Apache-2.0
//! Totals since the start. Written by the engine's thread, read by anyone.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($name:ident),+ $(,)?) => {
        #[derive(Debug, Clone, Copy)]
        #[allow(non_camel_case_types)]
        pub enum Count { $($name),+ }

        pub const NAMES: &[&str] = &[$(stringify!($name)),+];
    };
}

counters! {
    datagrams_received,
    datagrams_sent,
    send_failed,
    rtp_received,
    rtp_passed,
    rtp_made,
    rtcp_received,
    rtcp_sent,
    stun_answered,
    dtls_received,
    dropped_empty,
    dropped_unknown_kind,
    dropped_stranger,
    dropped_stun_malformed,
    dropped_stun_unknown_ufrag,
    dropped_stun_forged,
    dropped_dtls_rate,
    dropped_dtls_queue,
    dropped_not_keyed,
    dropped_replaced_transport,
    dropped_srtp_malformed,
    dropped_srtp_forged,
    dropped_srtp_replayed,
    dropped_rtp_malformed,
    dropped_payload_type,
    dropped_too_late,
    dropped_plain_host,
    dropped_plain_port,
    dropped_too_long,
    events_lost,
    ticks,
    ticks_missed,
    recording_ticks_missed,
    unknown_leg,
    unknown_ufrag,
    panics,
}

pub struct Counters([AtomicU64; NAMES.len()]);

impl Default for Counters {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; NAMES.len()])
    }
}

impl Counters {
    pub fn add(&self, count: Count, n: u64) {
        // One thread writes: a load and a store are cheaper than a locked addition.
        let place = &self.0[count as usize];
        place.store(place.load(Ordering::Relaxed).wrapping_add(n), Ordering::Relaxed);
    }

    pub fn one(&self, count: Count) {
        self.add(count, 1);
    }

    pub fn read(&self) -> Vec<(&'static str, u64)> {
        NAMES.iter().zip(&self.0).map(|(name, value)| (*name, value.load(Ordering::Relaxed))).collect()
    }
}
