// SPDX-License-Identifier: Apache-2.0
//! Datagrams on the browsers' socket. RFC 7983 tells by the first octet what they are:
//!
//! ```text
//!             +----------------+
//!             |        [0..3] -+--> STUN: checked against the password of the user fragment
//!  packet --> |      [20..63] -+--> DTLS: to Python, from proven addresses only
//!             |    [128..191] -+--> SRTP or SRTCP: from proven addresses only
//!             +----------------+
//! ```

use super::{Engine, ROUNDS};
use crate::counters::Count;
use crate::event::Event;
use crate::leg::Carrier;
use crate::net::{Receiver, Way};
use crate::peer::MOST_WAYS;
use crate::srtp::Refused;
use crate::{rtp, stun};

const BATCH: usize = 64;

impl Engine {
    pub(super) fn receive_from_browsers(&mut self, receiver: &mut Receiver) {
        for _ in 0..ROUNDS {
            let count = receiver.receive(&self.media, BATCH);
            self.counters.add(Count::datagrams_received, count as u64);
            for n in 0..count {
                if let Some((datagram, from)) = receiver.datagram(n) {
                    self.take_datagram(datagram, from);
                }
            }
            self.flush();
            if count < BATCH {
                return;
            }
        }
    }

    fn take_datagram(&mut self, datagram: &mut [u8], from: Way) {
        let Some(first) = datagram.first() else {
            self.counters.one(Count::dropped_empty);
            return;
        };
        let first = *first;
        if first <= 3 {
            self.on_stun(datagram, from);
            return;
        }
        let Some(&peer) = self.peer_by_way.get(&from) else {
            self.counters.one(Count::dropped_stranger);
            return;
        };
        match first {
            20..=63 => self.on_dtls(peer, datagram),
            128..=191 if rtp::is_rtcp(datagram) => self.on_srtcp(peer, datagram, from),
            128..=191 => self.on_srtp(peer, datagram, from),
            _ => self.counters.one(Count::dropped_unknown_kind),
        }
    }

    fn on_stun(&mut self, datagram: &[u8], from: Way) {
        let Some(request) = stun::parse(datagram) else {
            self.counters.one(Count::dropped_stun_malformed);
            return;
        };
        let named = std::str::from_utf8(request.ours).ok().and_then(|ours| self.peer_by_ufrag.get(ours));
        let Some(&id) = named else {
            self.counters.one(Count::dropped_stun_unknown_ufrag);
            return;
        };
        let peer = &mut self.peers[id];
        let credential = peer.credentials.iter().find(|credential| credential.ours.as_bytes() == request.ours);
        let authentic = credential.filter(|credential| {
            request.theirs == credential.theirs.as_bytes() && request.is_authentic(&credential.key)
        });
        let Some(key) = authentic.map(|credential| credential.key.clone()) else {
            self.counters.one(Count::dropped_stun_forged);
            return;
        };
        let is_first = peer.way.is_none();
        peer.checked(from, request.nominates, self.now_us);
        let length = stun::answer(self.sender.room(), &request.transaction, from.remote, &key);
        if let Some(length) = length {
            self.sender.commit(&self.media, length, from);
            self.counters.one(Count::stun_answered);
        }
        let (leg, is_heard) = (peer.leg, peer.is_heard);
        self.bind_way(id, from);
        if is_first {
            self.tell(Event::Proven { ufrag: self.peers[id].name.clone() });
        }
        if is_heard && self.is_current(leg, id) {
            self.heard_from(leg);
        }
    }

    fn is_current(&self, leg: usize, id: usize) -> bool {
        matches!(self.legs.get(leg).map(|leg| &leg.carrier), Some(Carrier::Peer { current, .. }) if *current == Some(id))
    }

    /// Remembers that this way is the peer's, instead of whoever had it before.
    fn bind_way(&mut self, id: usize, from: Way) {
        let before = self.peer_by_way.insert(from, id);
        if before == Some(id) {
            return;
        }
        if let Some(other) = before.and_then(|other| self.peers.get_mut(other)) {
            other.ways.retain(|way| *way != from);
            other.way = other.way.filter(|way| *way != from);
        }
        let peer = &mut self.peers[id];
        peer.ways.push(from);
        if peer.ways.len() > MOST_WAYS {
            let in_use = peer.way;
            if let Some(oldest) = peer.ways.iter().position(|way| Some(*way) != in_use) {
                let way = peer.ways.remove(oldest);
                self.peer_by_way.remove(&way);
            }
        }
    }

    fn on_dtls(&mut self, id: usize, datagram: &[u8]) {
        let now_us = self.now_us;
        let peer = &mut self.peers[id];
        self.counters.one(Count::dtls_received);
        if !peer.may_pass_dtls(now_us) {
            self.counters.one(Count::dropped_dtls_rate);
            return;
        }
        let event = Event::Dtls { ufrag: peer.name.clone(), data: datagram.to_vec() };
        if !self.events.push(event) {
            self.counters.one(Count::dropped_dtls_queue);
        }
    }

    fn on_srtp(&mut self, id: usize, datagram: &mut [u8], from: Way) {
        let Some((inbound, _)) = &mut self.peers[id].srtp else {
            self.counters.one(Count::dropped_not_keyed);
            return;
        };
        match inbound.open_rtp(datagram) {
            Ok(length) => {
                if let Some(leg) = self.authentic(id, from) {
                    let level = self.peers[id].level_extension;
                    self.on_rtp(leg, &datagram[..length], level);
                }
            }
            Err(refused) => self.count_refused(refused),
        }
    }

    fn on_srtcp(&mut self, id: usize, datagram: &mut [u8], from: Way) {
        let Some((inbound, _)) = &mut self.peers[id].srtp else {
            self.counters.one(Count::dropped_not_keyed);
            return;
        };
        match inbound.open_rtcp(datagram) {
            Ok(length) => {
                if let Some(leg) = self.authentic(id, from) {
                    self.on_rtcp(leg, &datagram[..length]);
                }
            }
            Err(refused) => self.count_refused(refused),
        }
    }

    fn count_refused(&self, refused: Refused) {
        self.counters.one(match refused {
            Refused::Malformed => Count::dropped_srtp_malformed,
            Refused::Forged => Count::dropped_srtp_forged,
            Refused::Replayed => Count::dropped_srtp_replayed,
        });
    }

    /// An authentic packet came on a transport: the leg whose current transport it is now, None if it was replaced.
    fn authentic(&mut self, id: usize, from: Way) -> Option<usize> {
        let now_us = self.now_us;
        let peer = &mut self.peers[id];
        peer.seen(from, now_us);
        let leg = peer.leg;
        if !peer.is_heard {
            self.take_over(id);
        }
        if !self.is_current(leg, id) {
            self.counters.one(Count::dropped_replaced_transport);
            return None;
        }
        self.heard_from(leg);
        Some(leg)
    }

    /// A transport is heard for the first time: it carries its leg from now on, and the one before it is gone.
    pub(super) fn take_over(&mut self, id: usize) {
        let peer = &mut self.peers[id];
        peer.is_heard = true;
        let (leg, formats) = (peer.leg, peer.formats.clone());
        let Some(target) = self.legs.get_mut(leg) else { return };
        let Carrier::Peer { current, next } = &mut target.carrier else { return };
        let replaced = current.filter(|old| *old != id);
        *current = Some(id);
        *next = next.filter(|waiting| *waiting != id);
        target.formats = formats;
        target.is_up = true;
        target.last_heard_us = self.now_us;
        target.hears.event = None;
        target.says.restart();
        let name = target.name.clone();
        if let Some(old) = replaced {
            let ufrag = self.peers[old].name.clone();
            self.remove_peer(old);
            self.tell(Event::Gone { ufrag });
        }
        self.tell(Event::Up { leg: name });
    }

    /// Forgets a transport and everything that leads to it.
    pub(super) fn remove_peer(&mut self, id: usize) {
        let Some(peer) = self.peers.try_remove(id) else { return };
        self.peer_by_name.remove(&peer.name);
        for credential in &peer.credentials {
            self.peer_by_ufrag.remove(&credential.ours);
        }
        for way in &peer.ways {
            if self.peer_by_way.get(way) == Some(&id) {
                self.peer_by_way.remove(way);
            }
        }
        if let Some(leg) = self.legs.get_mut(peer.leg)
            && let Carrier::Peer { current, next } = &mut leg.carrier
        {
            *next = next.filter(|other| *other != id);
            if *current == Some(id) {
                *current = next.take();
            }
        }
    }
}
