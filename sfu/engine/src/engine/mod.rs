// SPDX-License-Identifier: Apache-2.0
//! The engine's thread: it owns every leg, transport and socket, waits, and serves what came.
//!
//! | what | where |
//! |---|---|
//! | datagrams from browsers: STUN, DTLS, SRTP | `browser.rs` |
//! | datagrams to plain RTP legs | `telephone.rs` |
//! | a packet of speech or a key: counted, passed on or kept for decoding | `forward.rs` |
//! | the 20 ms beat: what is made, not passed | `beat.rs` |
//! | reports, and who is up or down | `report.rs` |
//! | what Python asks | `control.rs` |

mod beat;
mod browser;
mod control;
mod forward;
mod report;
mod telephone;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, UdpSocket};
use std::os::fd::RawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver as Commands;
use std::time::Instant;

use ring::rand::{SecureRandom, SystemRandom};
use rustc_hash::FxHashMap;
use slab::Slab;

use crate::TICK_MS;
use crate::clip::Clip;
use crate::command::Command;
use crate::counters::{Count, Counters};
use crate::event::{Event, Events};
use crate::leg::{Carrier, Leg};
use crate::net::{self, Bell, DATAGRAM, Metronome, Poller, Receiver, Sender};
use crate::outgoing::{Outgoing, Place};
use crate::peer::Peer;
use crate::plain::Ports;
use crate::recorder::Recorder;
use crate::rtp;
use crate::srtp::OVERHEAD;

const MEDIA: u64 = 0;
const BEAT: u64 = 1;
const COMMAND: u64 = 2;
const PLAIN_RTP: u64 = 1 << 32;
const PLAIN_RTCP: u64 = 2 << 32;

/// Rounds of a full batch before others get their turn.
const ROUNDS: usize = 8;

/// Kernel buffers of the browsers' socket: a quarter of a second of 2000 calls.
const MEDIA_BUFFER: i32 = 4 << 20;

/// Before everything that can wait, if we may. Twenty milliseconds late is a gap that somebody hears.
const NICENESS: i32 = -15;

/// Panics told of; a stranger who found a way to cause them shall not fill the log as well.
const MOST_PANICS_TOLD: u32 = 100;

pub struct Setup {
    pub udp_fd: RawFd,
    pub plain_host: IpAddr,
    pub plain_ports: (u16, u16),
}

pub struct Engine {
    legs: Slab<Leg>,
    leg_by_name: FxHashMap<String, usize>,
    peers: Slab<Peer>,
    /// By name, which commands use, and by every user fragment that is valid now, which checks use.
    peer_by_name: FxHashMap<String, usize>,
    peer_by_ufrag: FxHashMap<String, usize>,
    peer_by_way: FxHashMap<net::Way, usize>,
    clips: HashMap<String, Arc<Clip>>,
    media: UdpSocket,
    sender: Sender,
    ports: Ports,
    poller: Poller,
    beat: Metronome,
    /// The time of the last beat.
    beat_us: i64,
    commands: Commands<Command>,
    bell: Arc<Bell>,
    events: Arc<Events>,
    counters: Arc<Counters>,
    recorder: Recorder,
    random: SystemRandom,
    epoch: Instant,
    now_us: i64,
    cname: String,
    /// Where plain datagrams are taken to, and built.
    datagram: Vec<u8>,
    packet: Box<[u8; DATAGRAM]>,
    scratch: Vec<i16>,
    /// In a beat that is made up for too late to be sent.
    is_quiet: bool,
    is_closing: bool,
    panics: u32,
}

impl Engine {
    pub fn new(
        setup: &Setup,
        commands: Commands<Command>,
        bell: Arc<Bell>,
        events: Arc<Events>,
        counters: Arc<Counters>,
    ) -> io::Result<Self> {
        let fd = net::duplicate(setup.udp_fd)?;
        net::enlarge_buffers(&fd, MEDIA_BUFFER);
        let media = UdpSocket::from(fd);
        media.set_nonblocking(true)?;
        net::tell_local_addresses(&media);
        let poller = Poller::new()?;
        let beat = Metronome::new(i64::from(TICK_MS) * 1_000_000)?;
        poller.watch(&media, MEDIA)?;
        poller.watch(&beat, BEAT)?;
        poller.watch(&*bell, COMMAND)?;
        let mut engine = Self {
            legs: Slab::new(),
            leg_by_name: FxHashMap::default(),
            peers: Slab::new(),
            peer_by_name: FxHashMap::default(),
            peer_by_ufrag: FxHashMap::default(),
            peer_by_way: FxHashMap::default(),
            clips: HashMap::new(),
            media,
            sender: Sender::default(),
            ports: Ports::new(setup.plain_host, setup.plain_ports.0, setup.plain_ports.1),
            poller,
            beat,
            beat_us: 0,
            commands,
            bell,
            recorder: Recorder::start(events.clone())?,
            events,
            counters,
            random: SystemRandom::new(),
            epoch: Instant::now(),
            now_us: 0,
            cname: String::new(),
            datagram: vec![0; DATAGRAM],
            packet: Box::new([0; DATAGRAM]),
            scratch: Vec::with_capacity(2048),
            is_quiet: false,
            is_closing: false,
            panics: 0,
        };
        engine.cname = format!("{:08x}@headcall", engine.chance());
        Ok(engine)
    }

    /// Serves until closed. A panic is a bug of ours in one packet or one leg: it is told, and the others go on.
    pub fn run(mut self) {
        net::set_niceness(NICENESS);
        let mut receiver = Receiver::default();
        let mut tokens = Vec::with_capacity(128);
        while !self.is_closing {
            self.poller.wait(&mut tokens);
            let turn = catch_unwind(AssertUnwindSafe(|| self.turn(&tokens, &mut receiver)));
            if let Err(panic) = turn {
                self.note_panic(&*panic);
            }
        }
        self.recorder.close();
    }

    fn note_panic(&mut self, panic: &(dyn std::any::Any + Send)) {
        self.counters.one(Count::panics);
        self.panics += 1;
        if self.panics <= MOST_PANICS_TOLD {
            self.tell(Event::Panic { text: panic_text(panic) });
        }
    }

    fn turn(&mut self, tokens: &[u64], receiver: &mut Receiver) {
        self.now_us = self.epoch.elapsed().as_micros() as i64;
        self.is_quiet = false;
        for token in tokens {
            let leg = (*token & 0xFFFF_FFFF) as usize;
            match *token {
                MEDIA => self.receive_from_browsers(receiver),
                BEAT => self.beat(),
                COMMAND => self.obey(),
                token if token & PLAIN_RTP != 0 => self.receive_plain(leg, false),
                _ => self.receive_plain(leg, true),
            }
        }
        self.flush();
    }

    fn flush(&mut self) {
        self.sender.flush(&self.media);
        self.counters.add(Count::datagrams_sent, std::mem::take(&mut self.sender.sent));
        self.counters.add(Count::send_failed, std::mem::take(&mut self.sender.failed));
    }

    fn tell(&self, event: Event) {
        if !self.events.push(event) {
            self.counters.one(Count::events_lost);
        }
    }

    fn chance(&self) -> u32 {
        let mut octets = [0; 4];
        // A system without randomness would have refused long before us.
        let _ = self.random.fill(&mut octets);
        u32::from_ne_bytes(octets)
    }

    fn new_stream(&self, ssrc: u32) -> Outgoing {
        let chance = self.chance();
        Outgoing::new(ssrc, chance as u16, self.chance())
    }

    /// The stream towards a leg, if anything carries it.
    fn out(&mut self, leg: usize) -> Option<&mut Outgoing> {
        match &mut self.legs.get_mut(leg)?.carrier {
            Carrier::Plain(plain) => Some(&mut plain.out),
            Carrier::Peer { current, .. } => self.peers.get_mut((*current)?).map(|peer| &mut peer.out),
        }
    }

    /// The same, if a packet would really go: what is not sent takes no number, so that it does not look lost.
    fn open_out(&mut self, leg: usize) -> Option<&mut Outgoing> {
        let now_us = self.now_us;
        match &mut self.legs.get_mut(leg)?.carrier {
            Carrier::Plain(plain) => plain.destination().is_some().then_some(&mut plain.out),
            Carrier::Peer { current, .. } => {
                let peer = self.peers.get_mut((*current)?)?;
                (peer.srtp.is_some() && peer.destination(now_us).is_some()).then_some(&mut peer.out)
            }
        }
    }

    /// Sends one packet to a leg: to the telephone as it is, to the browser sealed.
    fn send_rtp(&mut self, leg: usize, payload_type: u8, place: Place, payload: &[u8]) -> bool {
        let length = rtp::FIXED + payload.len();
        if self.is_quiet {
            return false;
        }
        if length + OVERHEAD > DATAGRAM {
            self.counters.one(Count::dropped_too_long);
            return false;
        }
        let now_us = self.now_us;
        let Some(target) = self.legs.get_mut(leg) else { return false };
        let write = |room: &mut [u8], ssrc| {
            room[..rtp::FIXED].copy_from_slice(&rtp::header(
                payload_type,
                place.marker,
                place.seq,
                place.timestamp,
                ssrc,
            ));
            room[rtp::FIXED..length].copy_from_slice(payload);
        };
        let sent = match &mut target.carrier {
            Carrier::Plain(plain) => {
                write(&mut self.packet[..], plain.out.ssrc);
                let sent = plain.send(&self.packet[..length]);
                count_sent(&self.counters, sent);
                if sent == Some(true) {
                    plain.out.count(payload.len());
                }
                sent == Some(true)
            }
            Carrier::Peer { current, .. } => {
                let Some(peer) = current.and_then(|peer| self.peers.get_mut(peer)) else { return false };
                let Some(to) = peer.destination(now_us) else { return false };
                let Some((_, outbound)) = &mut peer.srtp else { return false };
                let room = self.sender.room();
                write(room, peer.out.ssrc);
                let Some(sealed) = outbound.seal_rtp(room, length) else { return false };
                self.sender.commit(&self.media, sealed, to);
                peer.out.count(payload.len());
                true
            }
        };
        target.packets_sent += u64::from(sent);
        sent
    }
}

fn count_sent(counters: &Counters, sent: Option<bool>) {
    match sent {
        Some(true) => counters.one(Count::datagrams_sent),
        Some(false) => counters.one(Count::send_failed),
        None => (),
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic".to_owned())
}
