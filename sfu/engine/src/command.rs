// SPDX-License-Identifier: Apache-2.0
//! What Python asks of the engine's thread.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use crate::clip::Clip;
use crate::codec::Format;
use crate::srtp::{KEY, Profile};
use crate::tone::Tone;

/// Legs in a mix. More than these talk in no conference.
pub const MOST_MIXED: usize = 32;

#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    Silence,
    Leg(String),
    /// Two to `MOST_MIXED` legs added up, in the order of their names.
    Mix(Vec<String>),
    Play {
        play_id: String,
        clips: Vec<String>,
        repeat: bool,
        gain_db: f32,
    },
    Tone(Tone),
}

impl Source {
    /// Nobody hears themselves in a mix; what is left of it may be one leg, whose packets are passed on, or nobody.
    pub fn without(self, leg: &str) -> Self {
        let Self::Mix(mut names) = self else { return self };
        names.retain(|name| name != leg);
        match names.len() {
            0 => Self::Silence,
            1 => Self::Leg(names.remove(0)),
            _ => Self::Mix(names),
        }
    }
}

pub struct Keys {
    pub profile: Profile,
    pub rx_key: [u8; KEY],
    pub rx_salt: Vec<u8>,
    pub tx_key: [u8; KEY],
    pub tx_salt: Vec<u8>,
}

pub struct LegLine {
    pub leg: String,
    pub kind: &'static str,
    pub up: bool,
    pub codec: &'static str,
}

/// A leg's figures; None where unknown.
#[derive(Debug, Default)]
pub struct LegFigures {
    pub packets_received: u64,
    pub packets_lost: u64,
    pub jitter_ms: f64,
    pub packets_sent: u64,
    pub remote_loss: Option<f64>,
    pub rtt_ms: Option<f64>,
    pub level_dbov: Option<f64>,
    pub concealed: u64,
    pub late: u64,
    pub delay_ms: Option<f64>,
}

pub enum Command {
    OpenPeer {
        leg: String,
        ufrag: String,
        pwd: String,
        remote_ufrag: String,
    },
    RestartIce {
        ufrag: String,
        new_ufrag: String,
        new_pwd: String,
        new_remote_ufrag: String,
    },
    SetPeerCodecs {
        ufrag: String,
        formats: Vec<Format>,
        ssrc: u32,
        level_extension: Option<u8>,
    },
    SendDtls {
        ufrag: String,
        data: Vec<u8>,
    },
    SetKeys {
        ufrag: String,
        keys: Keys,
    },
    ClosePeer {
        ufrag: String,
    },
    OpenPlain {
        leg: String,
        formats: Vec<Format>,
        reply: SyncSender<io::Result<SocketAddr>>,
    },
    SetPlainRemote {
        leg: String,
        host: IpAddr,
        port: u16,
        formats: Vec<Format>,
        sends: bool,
    },
    Hear {
        leg: String,
        source: Source,
    },
    SendDigits {
        leg: String,
        events: Vec<u8>,
        milliseconds: u32,
    },
    CloseLeg {
        leg: String,
    },
    AddClip {
        name: String,
        clip: Arc<Clip>,
    },
    DropClip {
        name: String,
    },
    StartRecording {
        recording: String,
        leg: String,
        path: PathBuf,
    },
    StopRecording {
        recording: String,
    },
    Legs {
        reply: SyncSender<Vec<LegLine>>,
    },
    LegFigures {
        leg: String,
        reply: SyncSender<Option<LegFigures>>,
    },
    #[cfg(test)]
    Panic,
    #[cfg(test)]
    PanicInBeat {
        leg: String,
    },
    Close {
        reply: SyncSender<()>,
    },
}
