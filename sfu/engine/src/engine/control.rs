// SPDX-License-Identifier: Apache-2.0
//! What Python asks, carried out between two datagrams.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use super::{Engine, PLAIN_RTCP, PLAIN_RTP};
use crate::clip::Playing;
use crate::codec::{Format, Formats};
use crate::command::{Command, Keys, LegFigures, LegLine, Source};
use crate::counters::Count;
use crate::event::Event;
use crate::leg::{Active, Carrier, Leg};
use crate::mixing::Mixing;
use crate::net::DATAGRAM;
use crate::peer::{Credential, Peer};
use crate::plain::Plain;
use crate::srtp::{Inbound, Outbound};
use crate::stun;

impl Engine {
    pub(super) fn obey(&mut self) {
        self.bell.silence();
        while let Ok(command) = self.commands.try_recv() {
            self.carry_out(command);
        }
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::OpenPeer { leg, ufrag, pwd, remote_ufrag } => self.open_peer(leg, ufrag, &pwd, remote_ufrag),
            Command::RestartIce { ufrag, new_ufrag, new_pwd, new_remote_ufrag } => {
                self.restart_ice(&ufrag, new_ufrag, &new_pwd, new_remote_ufrag);
            }
            Command::SetPeerCodecs { ufrag, formats, ssrc, level_extension } => {
                self.set_peer_codecs(&ufrag, formats, ssrc, level_extension);
            }
            Command::SendDtls { ufrag, data } => self.send_dtls(&ufrag, &data),
            Command::SetKeys { ufrag, keys } => self.set_keys(&ufrag, &keys),
            Command::ClosePeer { ufrag } => self.close_peer(&ufrag),
            Command::OpenPlain { leg, formats, reply } => {
                let _ = reply.send(self.open_plain(leg, formats));
            }
            Command::SetPlainRemote { leg, host, port, formats, sends } => {
                self.set_plain_remote(&leg, (host, port), formats, sends);
            }
            Command::Hear { leg, source } => self.hear(&leg, source),
            Command::SendDigits { leg, events, milliseconds } => self.send_digits(&leg, &events, milliseconds),
            Command::CloseLeg { leg } => self.close_leg(&leg),
            Command::AddClip { name, clip } => drop(self.clips.insert(name, clip)),
            Command::DropClip { name } => drop(self.clips.remove(&name)),
            Command::StartRecording { recording, leg, path } => self.start_recording(recording, leg, path),
            Command::StopRecording { recording } => self.stop_recording(&recording),
            Command::Legs { reply } => drop(reply.send(self.describe_legs())),
            Command::LegFigures { leg, reply } => drop(reply.send(self.figures(&leg))),
            #[cfg(test)]
            Command::Panic => panic!("asked for by a test"),
            #[cfg(test)]
            Command::PanicInBeat { leg } => {
                if let Some(leg) = self.find(&leg) {
                    self.legs[leg].says.panics_in_beat = true;
                }
            }
            Command::Close { reply } => {
                self.close();
                let _ = reply.send(());
            }
        }
    }

    fn find(&self, leg: &str) -> Option<usize> {
        let found = self.leg_by_name.get(leg).copied();
        if found.is_none() {
            self.counters.one(Count::unknown_leg);
        }
        found
    }

    fn find_peer(&self, ufrag: &str) -> Option<usize> {
        let found = self.peer_by_name.get(ufrag).copied();
        if found.is_none() {
            self.counters.one(Count::unknown_ufrag);
        }
        found
    }

    fn add_leg(&mut self, name: String, carrier: Carrier) -> usize {
        let id = self.legs.insert(Leg::new(name.clone(), carrier, self.now_us));
        let waiting: Vec<usize> = self
            .legs
            .iter()
            .filter(|(_, leg)| matches!(&leg.hears.wanted, Source::Leg(wanted) if *wanted == name))
            .map(|(listener, _)| listener)
            .collect();
        for listener in &waiting {
            self.legs[*listener].hears.from = Some(id);
        }
        self.legs[id].listeners = waiting;
        self.join_mixes(id, &name);
        self.leg_by_name.insert(name, id);
        id
    }

    // ------------------------------------------------------------ browsers

    fn open_peer(&mut self, leg: String, ufrag: String, pwd: &str, theirs: String) {
        if self.peer_by_name.contains_key(&ufrag) || self.peer_by_ufrag.contains_key(&ufrag) {
            return;
        }
        let leg = match self.leg_by_name.get(&leg) {
            Some(leg) => *leg,
            None => self.add_leg(leg, Carrier::Peer { current: None, next: None }),
        };
        let stream = self.new_stream(0);
        let Carrier::Peer { current, next } = &self.legs[leg].carrier else {
            self.counters.one(Count::unknown_leg);
            return;
        };
        let (has_current, superseded) = (current.is_some(), *next);
        let credential = Credential { ours: ufrag.clone(), theirs, key: stun::key(pwd) };
        let id = self.peers.insert(Peer::new(leg, credential, stream, self.now_us));
        self.peer_by_name.insert(ufrag.clone(), id);
        self.peer_by_ufrag.insert(ufrag, id);
        if let Some(old) = superseded {
            let ufrag = self.peers[old].name.clone();
            self.remove_peer(old);
            self.tell(Event::Gone { ufrag });
        }
        if let Carrier::Peer { current, next } = &mut self.legs[leg].carrier {
            *(if has_current { next } else { current }) = Some(id);
        }
    }

    fn restart_ice(&mut self, ufrag: &str, ours: String, pwd: &str, theirs: String) {
        let Some(id) = self.find_peer(ufrag) else { return };
        if self.peer_by_ufrag.contains_key(&ours) {
            return;
        }
        let credential = Credential { ours: ours.clone(), theirs, key: stun::key(pwd) };
        if let Some(old) = self.peers[id].add_credential(credential) {
            self.peer_by_ufrag.remove(&old.ours);
        }
        self.peer_by_ufrag.insert(ours, id);
    }

    fn set_peer_codecs(&mut self, ufrag: &str, formats: Vec<Format>, ssrc: u32, level_extension: Option<u8>) {
        let Some(id) = self.find_peer(ufrag) else { return };
        let stream = self.new_stream(ssrc);
        let peer = &mut self.peers[id];
        if peer.out.ssrc != ssrc {
            peer.out = stream;
        }
        peer.formats = Formats(formats);
        peer.level_extension = level_extension;
        let leg = peer.leg;
        let formats = peer.formats.clone();
        if matches!(&self.legs[leg].carrier, Carrier::Peer { current, .. } if *current == Some(id)) {
            self.legs[leg].formats = formats;
        }
    }

    fn send_dtls(&mut self, ufrag: &str, data: &[u8]) {
        let Some(id) = self.find_peer(ufrag) else { return };
        let Some(to) = self.peers[id].destination(self.now_us) else { return };
        if data.len() > DATAGRAM {
            self.counters.one(Count::dropped_too_long);
            return;
        }
        self.sender.room()[..data.len()].copy_from_slice(data);
        self.sender.commit(&self.media, data.len(), to);
    }

    fn set_keys(&mut self, ufrag: &str, keys: &Keys) {
        let Some(id) = self.find_peer(ufrag) else { return };
        let inbound = Inbound::new(keys.profile, &keys.rx_key, &keys.rx_salt);
        let outbound = Outbound::new(keys.profile, &keys.tx_key, &keys.tx_salt);
        let now_us = self.now_us;
        self.peers[id].set_keys(inbound, outbound, now_us);
    }

    fn close_peer(&mut self, ufrag: &str) {
        let Some(id) = self.find_peer(ufrag) else { return };
        let leg = self.peers[id].leg;
        if matches!(&self.legs[leg].carrier, Carrier::Peer { current, .. } if *current == Some(id)) {
            self.send_report(leg, true);
        }
        self.remove_peer(id);
        let target = &mut self.legs[leg];
        if let Carrier::Peer { current, .. } = target.carrier {
            target.formats = current.map(|id| self.peers[id].formats.clone()).unwrap_or_default();
        }
    }

    // ------------------------------------------------------------ plain legs

    /// Asked again for the same leg, it answers the same.
    fn open_plain(&mut self, leg: String, formats: Vec<Format>) -> io::Result<SocketAddr> {
        if let Some(&id) = self.leg_by_name.get(&leg) {
            let target = &mut self.legs[id];
            let Carrier::Plain(plain) = &target.carrier else {
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the leg is a browser's"));
            };
            let local = plain.local;
            if !plain.has_remote() {
                target.formats = Formats(formats);
            }
            return Ok(local);
        }
        let (rtp, rtcp) = self.ports.bind()?;
        let stream = self.new_stream(self.chance());
        let plain = Plain::new(rtp, rtcp, stream)?;
        let local = plain.local;
        let id = self.legs.vacant_key() as u64;
        self.poller.watch(&plain.rtp, PLAIN_RTP | id)?;
        self.poller.watch(&plain.rtcp, PLAIN_RTCP | id)?;
        let id = self.add_leg(leg, Carrier::Plain(Box::new(plain)));
        self.legs[id].formats = Formats(formats);
        Ok(local)
    }

    fn set_plain_remote(&mut self, leg: &str, remote: (IpAddr, u16), formats: Vec<Format>, sends: bool) {
        let Some(id) = self.find(leg) else { return };
        let target = &mut self.legs[id];
        if let Carrier::Plain(plain) = &mut target.carrier {
            plain.set_remote(remote.0, remote.1, sends);
            target.formats = Formats(formats);
        }
    }

    // ------------------------------------------------------------ legs

    fn hear(&mut self, leg: &str, source: Source) {
        let Some(id) = self.find(leg) else { return };
        let source = source.without(leg);
        if self.legs[id].hears.wanted == source {
            return;
        }
        self.leave_source(id);
        if let Some(out) = self.out(id) {
            out.unfasten();
        }
        let active = match &source {
            Source::Silence => Active::Silence,
            Source::Leg(from) => {
                let from = self.leg_by_name.get(from).copied();
                self.legs[id].hears.from = from;
                if let Some(from) = from {
                    self.legs[from].listeners.push(id);
                }
                Active::Leg
            }
            Source::Mix(names) => self.open_mix(id, names),
            Source::Tone(tone) => Active::Tone { tone: *tone, elapsed_ms: 0 },
            Source::Play { play_id, clips, repeat, gain_db } => {
                let clips = clips.iter().filter_map(|name| self.clips.get(name).cloned()).collect();
                Active::Play(Box::new(Playing::new(play_id.clone(), clips, *repeat, *gain_db)))
            }
        };
        let hears = &mut self.legs[id].hears;
        hears.wanted = source;
        hears.active = active;
        hears.event = None;
        self.refuse_empty_play(id);
    }

    /// Who is not there yet joins when it comes. Their packets are kept from now on, not from the next beat.
    fn open_mix(&mut self, id: usize, names: &[String]) -> Active {
        let voices: Vec<usize> = names.iter().filter_map(|name| self.leg_by_name.get(name).copied()).collect();
        for voice in &voices {
            self.legs[*voice].mixers.push(id);
            self.legs[*voice].says.is_decoded = true;
        }
        Active::Mix(Box::new(Mixing::new(voices)))
    }

    /// A leg that has come is heard by those who wait for it in their mixes.
    fn join_mixes(&mut self, id: usize, name: &str) {
        let wanted = |leg: &Leg| matches!(&leg.hears.wanted, Source::Mix(names) if names.iter().any(|it| it == name));
        let mixers: Vec<usize> =
            self.legs.iter().filter(|(mixer, leg)| *mixer != id && wanted(leg)).map(|(mixer, _)| mixer).collect();
        for mixer in &mixers {
            if let Active::Mix(mixing) = &mut self.legs[*mixer].hears.active {
                mixing.voices.push(id);
            }
        }
        self.legs[id].says.is_decoded = !mixers.is_empty();
        self.legs[id].mixers = mixers;
    }

    fn leave_mixes(&mut self, id: usize) {
        for mixer in std::mem::take(&mut self.legs[id].mixers) {
            if let Some(mixer) = self.legs.get_mut(mixer)
                && let Active::Mix(mixing) = &mut mixer.hears.active
            {
                mixing.voices.retain(|voice| *voice != id);
            }
        }
    }

    /// A playlist of which no clip is known cannot be played.
    fn refuse_empty_play(&mut self, id: usize) {
        let target = &mut self.legs[id];
        if let Active::Play(playing) = &target.hears.active
            && playing.is_over()
        {
            let play_id = playing.play_id.clone();
            target.hears.active = Active::Silence;
            let leg = target.name.clone();
            self.tell(Event::Played { leg, play_id, finished: false });
        }
    }

    /// Ends what a leg hears now.
    fn leave_source(&mut self, id: usize) {
        if let Some(from) = self.legs[id].hears.from.take()
            && let Some(from) = self.legs.get_mut(from)
        {
            from.listeners.retain(|listener| *listener != id);
        }
        match std::mem::take(&mut self.legs[id].hears.active) {
            Active::Play(playing) => {
                let leg = self.legs[id].name.clone();
                self.tell(Event::Played { leg, play_id: playing.play_id, finished: false });
            }
            Active::Mix(mixing) => {
                for voice in mixing.voices {
                    if let Some(voice) = self.legs.get_mut(voice) {
                        voice.mixers.retain(|mixer| *mixer != id);
                    }
                }
            }
            _ => {}
        }
    }

    fn send_digits(&mut self, leg: &str, events: &[u8], milliseconds: u32) {
        let Some(id) = self.find(leg) else { return };
        for event in events {
            self.legs[id].hears.keypad.push(*event, milliseconds);
        }
    }

    pub(super) fn close_leg(&mut self, leg: &str) {
        let Some(id) = self.find(leg) else { return };
        self.send_report(id, true);
        self.leave_source(id);
        self.leave_mixes(id);
        for listener in std::mem::take(&mut self.legs[id].listeners) {
            if let Some(listener) = self.legs.get_mut(listener) {
                listener.hears.from = None;
            }
        }
        self.legs[id].taps.drain(..).for_each(|tap| tap.stop());
        if let Carrier::Peer { current, next } = self.legs[id].carrier {
            for peer in [current, next].into_iter().flatten() {
                let ufrag = self.peers[peer].name.clone();
                self.remove_peer(peer);
                self.tell(Event::Gone { ufrag });
            }
        }
        self.leg_by_name.remove(leg);
        self.legs.remove(id);
    }

    // ------------------------------------------------------------ recordings

    fn start_recording(&mut self, recording: String, leg: String, path: PathBuf) {
        let Some(id) = self.find(&leg) else {
            let error = "no such leg".to_owned();
            self.tell(Event::RecordFailed { recording, leg, error });
            return;
        };
        if self.legs.iter().any(|(_, leg)| leg.taps.iter().any(|tap| tap.is(&recording))) {
            return;
        }
        let tap = self.recorder.open(&recording, &leg, path);
        self.legs[id].taps.push(tap);
        self.legs[id].says.is_decoded = true;
    }

    fn stop_recording(&mut self, recording: &str) {
        for (_, leg) in &mut self.legs {
            if let Some(place) = leg.taps.iter().position(|tap| tap.is(recording)) {
                leg.taps.remove(place).stop();
            }
        }
    }

    // ------------------------------------------------------------ figures and the end

    fn describe_legs(&self) -> Vec<LegLine> {
        let line = |(_, leg): (usize, &Leg)| LegLine {
            leg: leg.name.clone(),
            kind: leg.kind(),
            up: leg.is_up,
            codec: leg.codec_name(),
        };
        self.legs.iter().map(line).collect()
    }

    fn figures(&self, leg: &str) -> Option<LegFigures> {
        let leg = &self.legs[*self.leg_by_name.get(leg)?];
        let incoming = &leg.says.incoming;
        let listening = leg.says.listening.as_ref();
        Some(LegFigures {
            packets_received: incoming.total_received(),
            packets_lost: incoming.total_lost(),
            jitter_ms: incoming.jitter_ms(),
            packets_sent: leg.packets_sent,
            remote_loss: leg.remote_loss,
            rtt_ms: leg.rtt_ms,
            level_dbov: leg.says.level_dbov(),
            concealed: listening.map_or(0, |listening| listening.concealed),
            late: listening.map_or(0, |listening| listening.late()),
            delay_ms: listening.map(|listening| listening.delay_ms() as f64),
        })
    }

    fn close(&mut self) {
        let names: Vec<String> = self.leg_by_name.keys().cloned().collect();
        names.iter().for_each(|leg| self.close_leg(leg));
        self.flush();
        self.recorder.close();
        self.is_closing = true;
    }
}
