// SPDX-License-Identifier: Apache-2.0
//! The plain RTP transport of a telephone leg: a pair of sockets, and symmetric RTP (RFC 4961) towards the signalled
//! host only.
//!
//! Packets count from the host that signalling named, from any port of it: the first RTP packet latches the port, for
//! a NAT may have changed it. Later the port moves only for the same stream (same SSRC: the NAT gave it another
//! mapping) or after two seconds of silence (the far end started over). A second sender behind the same host, which
//! cannot know the SSRC, never takes over a stream that flows.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use crate::outgoing::Outgoing;

const SILENT_US: i64 = 2_000_000;

/// Whether a datagram is for this leg.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    Accept,
    OtherHost,
    OtherPort,
}

pub struct Plain {
    pub rtp: UdpSocket,
    pub rtcp: UdpSocket,
    pub local: SocketAddr,
    pub out: Outgoing,
    remote: Option<Remote>,
}

struct Remote {
    host: IpAddr,
    port: u16,
    /// Whether the far end wants to hear us.
    sends: bool,
    latched: Option<Latch>,
    control: Option<SocketAddr>,
    control_muxed: bool,
}

struct Latch {
    from: SocketAddr,
    ssrc: u32,
    last_us: i64,
}

impl Plain {
    pub fn new(rtp: UdpSocket, rtcp: UdpSocket, out: Outgoing) -> io::Result<Self> {
        let local = rtp.local_addr()?;
        Ok(Self { rtp, rtcp, local, out, remote: None })
    }

    /// What signalling says. The same address again keeps the latch.
    pub fn set_remote(&mut self, host: IpAddr, port: u16, sends: bool) {
        let host = host.to_canonical();
        if let Some(remote) = &mut self.remote
            && (remote.host, remote.port) == (host, port)
        {
            remote.sends = sends;
            return;
        }
        self.remote = Some(Remote { host, port, sends, latched: None, control: None, control_muxed: false });
    }

    pub fn has_remote(&self) -> bool {
        self.remote.is_some()
    }

    fn check_host(&self, from: SocketAddr) -> bool {
        self.remote.as_ref().is_some_and(|remote| remote.host == from.ip().to_canonical())
    }

    /// Judges an RTP packet (well formed, of a known payload type), and latches to its sender.
    pub fn accept(&mut self, from: SocketAddr, ssrc: u32, now_us: i64) -> Verdict {
        if !self.check_host(from) {
            return Verdict::OtherHost;
        }
        let Some(remote) = &mut self.remote else { return Verdict::OtherHost };
        match &mut remote.latched {
            Some(latch) if latch.from != from && latch.ssrc != ssrc && now_us - latch.last_us <= SILENT_US => {
                Verdict::OtherPort
            }
            Some(latch) => {
                (latch.from, latch.ssrc, latch.last_us) = (from, ssrc, now_us);
                Verdict::Accept
            }
            latched => {
                *latched = Some(Latch { from, ssrc, last_us: now_us });
                Verdict::Accept
            }
        }
    }

    /// Judges an RTCP packet, and remembers where reports go: muxed (RFC 5761) or to a port of their own.
    pub fn accept_control(&mut self, from: SocketAddr, muxed: bool) -> Verdict {
        if !self.check_host(from) {
            return Verdict::OtherHost;
        }
        if let Some(remote) = &mut self.remote {
            (remote.control, remote.control_muxed) = (Some(from), muxed);
        }
        Verdict::Accept
    }

    /// Where RTP goes: the latched address, before that the signalled one; nowhere if the far end does not listen.
    pub fn destination(&self) -> Option<SocketAddr> {
        let remote = self.remote.as_ref().filter(|remote| remote.sends)?;
        let address = remote.latched.as_ref().map_or(SocketAddr::new(remote.host, remote.port), |latch| latch.from);
        (address.port() != 0 && !address.ip().is_unspecified()).then_some(address)
    }

    pub fn send(&self, data: &[u8]) -> Option<bool> {
        let to = self.destination()?;
        Some(self.rtp.send_to(data, to).is_ok())
    }

    /// Sends a report: where theirs came from, else to the port after that of RTP.
    pub fn send_control(&self, data: &[u8]) -> Option<bool> {
        let remote = self.remote.as_ref()?;
        if let (Some(to), true) = (remote.control, remote.control_muxed) {
            return Some(self.rtp.send_to(data, to).is_ok());
        }
        let beside = |address: SocketAddr| SocketAddr::new(address.ip(), address.port().saturating_add(1));
        let to = remote.control.or_else(|| self.destination().map(beside))?;
        Some(self.rtcp.send_to(data, to).is_ok())
    }
}

/// Hands out pairs of ports, each in turn, so that one just given back rests longest.
pub struct Ports {
    host: IpAddr,
    low: u16,
    pairs: u16,
    next: u16,
}

impl Ports {
    pub fn new(host: IpAddr, low: u16, high: u16) -> Self {
        let low = low.saturating_add(low & 1);
        let pairs = high.saturating_add(1).saturating_sub(low) / 2;
        Self { host, low, pairs, next: 0 }
    }

    /// Binds an even port and the odd one after it.
    pub fn bind(&mut self) -> io::Result<(UdpSocket, UdpSocket)> {
        for _ in 0..self.pairs {
            let port = self.low + 2 * self.next;
            self.next = (self.next + 1) % self.pairs;
            match self.bind_pair(port) {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => (),
                result => return result,
            }
        }
        Err(io::Error::new(io::ErrorKind::AddrInUse, "no free pair of ports for plain RTP"))
    }

    fn bind_pair(&self, port: u16) -> io::Result<(UdpSocket, UdpSocket)> {
        let bind = |port| {
            let socket = UdpSocket::bind((self.host, port))?;
            socket.set_nonblocking(true)?;
            io::Result::Ok(socket)
        };
        Ok((bind(port)?, bind(port + 1)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: i64 = 1_000_000;

    fn plain() -> Plain {
        let socket = || UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut plain = Plain::new(socket(), socket(), Outgoing::new(1, 0, 0)).unwrap();
        plain.set_remote("192.0.2.1".parse().unwrap(), 4000, true);
        plain
    }

    fn at(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], port))
    }

    #[test]
    fn the_first_packet_of_the_host_latches() {
        let mut plain = plain();
        assert_eq!(plain.destination(), Some(at(4000)));
        assert_eq!(plain.accept("198.51.100.1:4000".parse().unwrap(), 7, 0), Verdict::OtherHost);
        assert_eq!(plain.accept(at(50_000), 7, 0), Verdict::Accept);
        assert_eq!(plain.destination(), Some(at(50_000)));
    }

    #[test]
    fn a_flowing_stream_is_not_taken_over() {
        let mut plain = plain();
        plain.accept(at(50_000), 7, 0);
        assert_eq!(plain.accept(at(6), 8, S), Verdict::OtherPort);
        assert_eq!(plain.accept(at(60_000), 7, S), Verdict::Accept, "the same stream through another mapping");
        assert_eq!(plain.accept(at(6), 8, 4 * S), Verdict::Accept, "after silence");
        assert_eq!(plain.destination(), Some(at(6)));
    }

    #[test]
    fn a_far_end_that_does_not_listen_is_sent_nothing() {
        let mut plain = plain();
        plain.set_remote("192.0.2.1".parse().unwrap(), 4000, false);
        assert_eq!(plain.destination(), None);
        plain.set_remote("0.0.0.0".parse().unwrap(), 4000, true);
        assert_eq!(plain.destination(), None);
    }

    #[test]
    fn ports_come_in_pairs_until_none_is_left() {
        let mut ports = Ports::new("127.0.0.1".parse().unwrap(), 42_001, 42_006);
        let held: Vec<_> = (0..2).filter_map(|_| ports.bind().ok()).collect();
        for (rtp, rtcp) in &held {
            let port = rtp.local_addr().unwrap().port();
            assert_eq!((port % 2, rtcp.local_addr().unwrap().port()), (0, port + 1));
        }
        assert_eq!(ports.bind().unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }
}
