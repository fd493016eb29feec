// SPDX-License-Identifier: Apache-2.0
//! One transport of a browser: who may use it, where it is, its keys, its stream of ours.

use ring::hmac;

use crate::codec::Formats;
use crate::net::Way;
use crate::outgoing::Outgoing;
use crate::srtp::{Inbound, Outbound};

/// Ways remembered per transport: a browser checks a handful of pairs.
pub const MOST_WAYS: usize = 8;

/// RFC 7675 5.1: without a valid check for so long, nothing more is sent.
const CONSENT_US: i64 = 30_000_000;

/// A valid check from elsewhere moves the peer without being nominated when the old address was silent so long: a
/// browser that changes networks sends its checks at least every 2.5 s on the path it uses.
const MOVED_US: i64 = 3_000_000;

/// A browser that only listens is up when keyed and proven for so long.
const LISTENS_ONLY_US: i64 = 1_000_000;

/// DTLS datagrams in one go, and per second. A handshake is two flights of three at each end.
const DTLS_BURST: f64 = 64.0;
const DTLS_PER_SECOND: f64 = 32.0;

/// Credential pairs valid at once: after an ICE restart the old path carries on until the new one is proven.
const MOST_CREDENTIALS: usize = 2;

pub struct Credential {
    pub ours: String,
    pub theirs: String,
    pub key: hmac::Key,
}

pub struct Peer {
    /// Our first user fragment: what commands and events call this transport.
    pub name: String,
    /// The newest last.
    pub credentials: Vec<Credential>,
    pub leg: usize,
    pub way: Option<Way>,
    pub ways: Vec<Way>,
    last_check_us: i64,
    /// When something valid last came on `way`.
    last_there_us: i64,
    pub srtp: Option<(Inbound, Outbound)>,
    keyed_us: Option<i64>,
    pub formats: Formats,
    pub level_extension: Option<u8>,
    pub out: Outgoing,
    dtls_tokens: f64,
    dtls_at_us: i64,
    pub is_heard: bool,
}

impl Peer {
    pub fn new(leg: usize, credential: Credential, out: Outgoing, now_us: i64) -> Self {
        Self {
            name: credential.ours.clone(),
            credentials: vec![credential],
            leg,
            way: None,
            ways: Vec::new(),
            last_check_us: now_us,
            last_there_us: now_us,
            srtp: None,
            keyed_us: None,
            formats: Formats::default(),
            level_extension: None,
            out,
            dtls_tokens: DTLS_BURST,
            dtls_at_us: now_us,
            is_heard: false,
        }
    }

    /// An ICE restart: another pair is valid too. The pair that no longer is, if any.
    pub fn add_credential(&mut self, credential: Credential) -> Option<Credential> {
        self.credentials.push(credential);
        (self.credentials.len() > MOST_CREDENTIALS).then(|| self.credentials.remove(0))
    }

    /// A valid check came.
    pub fn checked(&mut self, from: Way, nominates: bool, now_us: i64) {
        self.last_check_us = now_us;
        let moves = match self.way {
            None => true,
            Some(way) => way != from && (nominates || now_us - self.last_there_us > MOVED_US),
        };
        if moves {
            self.way = Some(from);
        }
        self.seen(from, now_us);
    }

    /// Something authentic came from an address.
    pub fn seen(&mut self, from: Way, now_us: i64) {
        if self.way == Some(from) {
            self.last_there_us = now_us;
        }
    }

    pub fn set_keys(&mut self, inbound: Inbound, outbound: Outbound, now_us: i64) {
        self.srtp = Some((inbound, outbound));
        self.keyed_us = Some(now_us);
    }

    /// Where media may be sent now.
    pub fn destination(&self, now_us: i64) -> Option<Way> {
        self.way.filter(|_| now_us - self.last_check_us <= CONSENT_US)
    }

    /// Keyed, and its address proven a while ago, though no packet came.
    pub fn listens_only(&self, now_us: i64) -> bool {
        let keyed = self.keyed_us.is_some_and(|at| now_us - at > LISTENS_ONLY_US);
        keyed && self.way.is_some() && now_us - self.last_check_us < LISTENS_ONLY_US * 5
    }

    pub fn last_check_us(&self) -> i64 {
        self.last_check_us
    }

    pub fn may_pass_dtls(&mut self, now_us: i64) -> bool {
        let elapsed = (now_us - self.dtls_at_us).max(0) as f64 / 1e6;
        self.dtls_at_us = now_us;
        self.dtls_tokens = (self.dtls_tokens + elapsed * DTLS_PER_SECOND).min(DTLS_BURST);
        if self.dtls_tokens < 1.0 {
            return false;
        }
        self.dtls_tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;
    use crate::stun;

    const S: i64 = 1_000_000;

    fn credential(ours: &str) -> Credential {
        Credential { ours: ours.into(), theirs: "theirs".into(), key: stun::key("pwd") }
    }

    fn peer() -> Peer {
        Peer::new(0, credential("ours"), Outgoing::new(1, 0, 0), 0)
    }

    fn address(port: u16) -> Way {
        SocketAddr::from(([192, 0, 2, 1], port)).into()
    }

    #[test]
    fn a_nominated_address_is_used_at_once_and_another_after_silence() {
        let mut peer = peer();
        peer.checked(address(1), false, 0);
        peer.checked(address(2), false, S);
        assert_eq!(peer.way, Some(address(1)));
        peer.checked(address(2), true, S);
        assert_eq!(peer.way, Some(address(2)));
        peer.checked(address(3), false, 5 * S);
        assert_eq!(peer.way, Some(address(3)), "the network changed");
    }

    #[test]
    fn the_newest_two_pairs_of_credentials_are_valid() {
        let mut peer = peer();
        assert!(peer.add_credential(credential("second")).is_none());
        assert_eq!(peer.add_credential(credential("third")).map(|old| old.ours), Some("ours".into()));
        assert_eq!(peer.name, "ours");
    }

    #[test]
    fn without_consent_nothing_is_sent() {
        let mut peer = peer();
        peer.checked(address(1), true, 0);
        assert_eq!(peer.destination(30 * S), Some(address(1)));
        assert_eq!(peer.destination(31 * S), None);
    }

    #[test]
    fn dtls_is_bounded() {
        let mut peer = peer();
        assert_eq!((0..1000).filter(|_| peer.may_pass_dtls(0)).count(), 64);
        assert_eq!((0..1000).filter(|_| peer.may_pass_dtls(S)).count(), 32);
    }
}
