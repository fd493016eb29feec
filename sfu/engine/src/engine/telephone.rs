// SPDX-License-Identifier: Apache-2.0
//! Datagrams to a plain RTP leg: taken from the signalled host only, and only if they are RTP that was negotiated.

use std::net::SocketAddr;

use super::Engine;
use crate::counters::Count;
use crate::leg::Carrier;
use crate::net::DATAGRAM;
use crate::plain::Verdict;
use crate::rtp;

impl Engine {
    /// Takes one datagram. A leg sends one at a time, so a batch would only cost; and whatever floods a port gets its
    /// turn like everybody else.
    pub(super) fn receive_plain(&mut self, leg: usize, control_port: bool) {
        let Some(Carrier::Plain(plain)) = self.legs.get(leg).map(|leg| &leg.carrier) else { return };
        let socket = if control_port { &plain.rtcp } else { &plain.rtp };
        let mut datagram = std::mem::take(&mut self.datagram);
        datagram.resize(DATAGRAM, 0); // Nothing to do, unless a panic has lost it.
        // An error is one of the network that the far end's host reports (port unreachable): nothing to be done.
        if let Ok((length, from)) = socket.recv_from(&mut datagram[..]) {
            self.counters.one(Count::datagrams_received);
            self.take_plain(leg, &datagram[..length], from, control_port);
        }
        self.datagram = datagram;
    }

    fn take_plain(&mut self, leg: usize, datagram: &[u8], from: SocketAddr, control_port: bool) {
        if datagram.is_empty() {
            self.counters.one(Count::dropped_empty);
        } else if control_port || rtp::is_rtcp(datagram) {
            self.control_from_telephone(leg, datagram, from, !control_port);
        } else {
            self.speech_from_telephone(leg, datagram, from);
        }
    }

    fn speech_from_telephone(&mut self, leg: usize, datagram: &[u8], from: SocketAddr) {
        let now_us = self.now_us;
        let target = &mut self.legs[leg];
        let Some(header) = rtp::parse(datagram) else {
            self.counters.one(Count::dropped_rtp_malformed);
            return;
        };
        if target.formats.by_payload_type(header.payload_type).is_none() {
            self.counters.one(Count::dropped_payload_type);
            return;
        }
        let Carrier::Plain(plain) = &mut target.carrier else { return };
        match plain.accept(from, header.ssrc, now_us) {
            Verdict::Accept => {
                self.heard_from(leg);
                self.on_parsed(leg, datagram, &header, None);
            }
            refused => self.count_verdict(&refused),
        }
    }

    fn control_from_telephone(&mut self, leg: usize, datagram: &[u8], from: SocketAddr, muxed: bool) {
        let Carrier::Plain(plain) = &mut self.legs[leg].carrier else { return };
        match plain.accept_control(from, muxed) {
            Verdict::Accept => {
                // It says that somebody is there, but not that the way for speech is open: no `up` for it.
                self.legs[leg].last_heard_us = self.now_us;
                self.on_rtcp(leg, datagram);
            }
            refused => self.count_verdict(&refused),
        }
    }

    fn count_verdict(&self, verdict: &Verdict) {
        match verdict {
            Verdict::OtherHost => self.counters.one(Count::dropped_plain_host),
            Verdict::OtherPort => self.counters.one(Count::dropped_plain_port),
            Verdict::Accept => (),
        }
    }
}
