// SPDX-License-Identifier: Apache-2.0
//! What is looked at once per beat: reports that are due, keys whose end was lost, legs that came or went.

use std::time::SystemTime;

use super::{Engine, count_sent};
use crate::counters::Count;
use crate::event::Event;
use crate::leg::Carrier;
use crate::peer::Peer;
use crate::rtcp;
use crate::srtp::OVERHEAD;

/// RFC 3550 6.2: five seconds, by chance a quarter more or less.
const REPORT_US: i64 = 5_000_000;

/// Nothing for so long, and a leg is down.
const DOWN_US: i64 = 10_000_000;

/// The same of a browser that was just speaking: it sends fifty packets a second, silence too, and checks its path at
/// least every 2.5 s. A telephone may send nothing while nobody speaks, and means it.
const BROWSER_DOWN_US: i64 = 3_000_000;

impl Engine {
    pub(super) fn look_after(&mut self, leg: usize) {
        let now_us = self.now_us;
        if let Some(released) = self.legs[leg].says.pressed.expire(now_us) {
            self.released(leg, &released);
        }
        self.notice_listener(leg);
        if self.legs[leg].is_up && self.is_silent(leg) {
            let target = &mut self.legs[leg];
            target.is_up = false;
            let leg = target.name.clone();
            self.tell(Event::Down { leg });
        }
        if now_us >= self.legs[leg].next_report_us {
            let spread = i64::from(self.chance() % 2_500_000) - 1_250_000;
            self.legs[leg].next_report_us = now_us + REPORT_US + spread;
            self.send_report(leg, false);
        }
    }

    /// Whether nothing has come for longer than the far end would keep silent.
    fn is_silent(&self, leg: usize) -> bool {
        let target = &self.legs[leg];
        let since = |at_us: i64| self.now_us - at_us;
        if since(target.last_heard_us) > DOWN_US {
            return true;
        }
        let Carrier::Peer { current, .. } = &target.carrier else { return false };
        let was_speaking = target.last_spoke_us.is_some_and(|at_us| since(at_us) <= DOWN_US);
        let checked_us = current.and_then(|id| self.peers.get(id)).map_or(i64::MIN, Peer::last_check_us);
        was_speaking && since(target.last_heard_us.max(checked_us)) > BROWSER_DOWN_US
    }

    /// A browser that only listens sends no packet: it is up once keyed and proven for a while.
    fn notice_listener(&mut self, leg: usize) {
        let Carrier::Peer { current, next } = &self.legs[leg].carrier else { return };
        let ready = [*next, *current].into_iter().flatten().find(|id| {
            let peer = &self.peers[*id];
            !peer.is_heard && peer.listens_only(self.now_us)
        });
        if let Some(id) = ready {
            self.take_over(id);
        }
    }

    /// Something valid came from a leg's far end.
    pub(super) fn heard_from(&mut self, leg: usize) {
        let target = &mut self.legs[leg];
        target.last_heard_us = self.now_us;
        if !target.is_up {
            target.is_up = true;
            let leg = target.name.clone();
            self.tell(Event::Up { leg });
        }
    }

    pub(super) fn on_rtcp(&mut self, leg: usize, packet: &[u8]) {
        self.counters.one(Count::rtcp_received);
        let now_us = self.now_us;
        let Some(ours) = self.out(leg).map(|out| out.ssrc) else { return };
        let Some(heard) = rtcp::parse(packet, ours) else {
            self.counters.one(Count::dropped_rtp_malformed);
            return;
        };
        let target = &mut self.legs[leg];
        if let Some((ssrc, middle)) = heard.sender_report
            && target.says.incoming.ssrc == Some(ssrc)
        {
            target.says.incoming.last_report = Some((middle, now_us));
        }
        if let Some(about) = heard.about_us {
            let loss = f64::from(about.fraction_lost) / 256.0;
            target.remote_loss = Some(loss);
            target.hears.expect_loss(loss);
            target.rtt_ms = rtcp::round_trip_ms(ntp_now(), about).or(target.rtt_ms);
        }
    }

    pub(super) fn send_report(&mut self, leg: usize, goodbye: bool) {
        let now_us = self.now_us;
        let Some(out) = self.out(leg) else { return };
        let clock = out.clock(now_us).map(|timestamp| (ntp_now(), timestamp));
        let sent = rtcp::Sent { ssrc: out.ssrc, clock, packets: out.packets, octets: out.octets };
        let target = &mut self.legs[leg];
        let block = target.says.incoming.block(now_us);
        let mut packet = [0; rtcp::LONGEST + OVERHEAD];
        let Some(length) = rtcp::write(&mut packet[..rtcp::LONGEST], sent, block, &self.cname, goodbye) else { return };
        match &mut target.carrier {
            Carrier::Plain(plain) => {
                let sent = plain.send_control(&packet[..length]);
                count_sent(&self.counters, sent);
                self.counters.add(Count::rtcp_sent, u64::from(sent == Some(true)));
            }
            Carrier::Peer { current, .. } => {
                let Some(peer) = current.and_then(|id| self.peers.get_mut(id)) else { return };
                let Some(to) = peer.destination(now_us) else { return };
                let Some((_, outbound)) = &mut peer.srtp else { return };
                let Some(length) = outbound.seal_rtcp(&mut packet, length) else { return };
                self.sender.room()[..length].copy_from_slice(&packet[..length]);
                self.sender.commit(&self.media, length, to);
                self.counters.one(Count::rtcp_sent);
            }
        }
    }
}

fn ntp_now() -> u64 {
    rtcp::ntp(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
}
