// SPDX-License-Identifier: Apache-2.0
//! The border to Python: `headcall_engine.pyi` says what it means. Arguments are judged here; whatever takes longer
//! than putting a command in a queue is done without the interpreter.
#![allow(unsafe_code)] // What PyO3's macros expand to.

use std::collections::HashMap;
use std::net::IpAddr;
use std::os::fd::{AsRawFd, RawFd};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use pyo3::exceptions::{PyKeyError, PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use crate::clip::Clip;
use crate::codec::Format;
use crate::codec::g711::{ALAW, Law, ULAW};
use crate::command::{Command, Keys, MOST_MIXED, Source};
use crate::counters::Counters;
use crate::event::{Event, Events};
use crate::handle::{Closed, Handle};
use crate::srtp::{KEY, Profile};
use crate::tone::{Tone, event_of};
use crate::{engine, rtp};

const LONGEST_NAME: usize = 256;

type CodecTuple = (String, u8, u32, u8);

fn bad<T>(text: impl Into<String>) -> PyResult<T> {
    Err(PyValueError::new_err(text.into()))
}

impl From<Closed> for PyErr {
    fn from(_: Closed) -> Self {
        PyRuntimeError::new_err("the engine is closed")
    }
}

fn name(what: &str, text: String) -> PyResult<String> {
    if text.is_empty() || text.len() > LONGEST_NAME {
        return bad(format!("{what}: 1 to {LONGEST_NAME} characters"));
    }
    Ok(text)
}

fn formats(codecs: Vec<CodecTuple>) -> PyResult<Vec<Format>> {
    let mut known = Vec::with_capacity(codecs.len());
    for (codec, payload_type, clock_rate, _channels) in codecs {
        if payload_type > 127 || clock_rate == 0 {
            return bad(format!("no payload format: {codec}/{clock_rate} as {payload_type}"));
        }
        // Codecs we do not speak are left out, as an answerer does.
        known.extend(Format::new(&codec, payload_type, clock_rate));
    }
    Ok(known)
}

fn address(host: &str) -> PyResult<IpAddr> {
    host.parse().or_else(|_| bad(format!("not an IP address: {host:?}")))
}

fn source(value: &Bound<'_, PyAny>) -> PyResult<Source> {
    let tuple = value.cast::<PyTuple>()?;
    let kind: String = tuple.get_item(0)?.extract()?;
    match kind.as_str() {
        "silence" => Ok(Source::Silence),
        "leg" => Ok(Source::Leg(tuple.get_item(1)?.extract()?)),
        "mix" => mix(tuple.get_item(1)?.extract()?),
        "tone" => {
            let tone: String = tuple.get_item(1)?.extract()?;
            Tone::by_name(&tone).map(Source::Tone).map_or_else(|| bad(format!("unknown tone: {tone}")), Ok)
        }
        "play" => {
            let (_, play_id, clips, repeat, gain_db): (String, String, Vec<String>, bool, f32) = tuple.extract()?;
            if !(-96.0..=24.0).contains(&gain_db) {
                return bad(format!("gain out of range: {gain_db} dB"));
            }
            Ok(Source::Play { play_id, clips, repeat, gain_db })
        }
        _ => bad(format!("unknown source: {kind}")),
    }
}

/// The order means nothing; a mix of one leg is that leg, and is passed on as such.
fn mix(mut legs: Vec<String>) -> PyResult<Source> {
    legs.sort_unstable();
    legs.dedup();
    if legs.len() > MOST_MIXED {
        return bad(format!("a mix of {} legs: at most {MOST_MIXED}", legs.len()));
    }
    Ok(Source::Mix(legs))
}

fn key(octets: &[u8]) -> PyResult<[u8; KEY]> {
    octets.try_into().or_else(|_| bad(format!("a master key has {KEY} octets, not {}", octets.len())))
}

fn salt(profile: Profile, octets: &[u8]) -> PyResult<Vec<u8>> {
    if octets.len() != profile.salt_length() {
        return bad(format!("a master salt has {} octets here, not {}", profile.salt_length(), octets.len()));
    }
    Ok(octets.to_vec())
}

#[pyclass(module = "headcall_engine", frozen)]
struct Engine {
    handle: RwLock<Option<Handle>>,
    /// These two outlive the engine's thread: what it said last is still to be read.
    events: Arc<Events>,
    counters: Arc<Counters>,
}

impl Engine {
    fn with<T>(&self, run: impl FnOnce(&Handle) -> PyResult<T>) -> PyResult<T> {
        let guard = self.handle.read().unwrap_or_else(PoisonError::into_inner);
        run(guard.as_ref().ok_or(Closed)?)
    }

    fn tell(&self, command: Command) -> PyResult<()> {
        self.with(|handle| Ok(handle.tell(command)?))
    }
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (*, udp_fd, plain_host, plain_ports))]
    fn new(udp_fd: RawFd, plain_host: &str, plain_ports: (u16, u16)) -> PyResult<Self> {
        if plain_ports.0 >= plain_ports.1 {
            return bad("plain_ports: the low port first");
        }
        let setup = engine::Setup { udp_fd, plain_host: address(plain_host)?, plain_ports };
        let handle = Handle::start(&setup)?;
        let (events, counters) = (handle.events.clone(), handle.counters.clone());
        Ok(Self { handle: RwLock::new(Some(handle)), events, counters })
    }

    fn fileno(&self) -> RawFd {
        self.events.as_raw_fd()
    }

    #[pyo3(signature = (limit = 256))]
    fn take_events<'py>(&self, py: Python<'py>, limit: usize) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        self.events.take(limit).into_iter().map(|event| as_tuple(py, event)).collect()
    }

    fn open_peer(&self, leg: String, ufrag: String, pwd: String, remote_ufrag: String) -> PyResult<()> {
        let (leg, ufrag) = (name("leg", leg)?, name("ufrag", ufrag)?);
        self.tell(Command::OpenPeer { leg, ufrag, pwd, remote_ufrag })
    }

    fn restart_ice(&self, ufrag: String, new_ufrag: String, new_pwd: String, new_remote_ufrag: String) -> PyResult<()> {
        let new_ufrag = name("new_ufrag", new_ufrag)?;
        self.tell(Command::RestartIce { ufrag, new_ufrag, new_pwd, new_remote_ufrag })
    }

    fn set_peer_codecs(
        &self,
        ufrag: String,
        codecs: Vec<CodecTuple>,
        ssrc: u32,
        level_extension: Option<u8>,
    ) -> PyResult<()> {
        self.tell(Command::SetPeerCodecs { ufrag, formats: formats(codecs)?, ssrc, level_extension })
    }

    fn send_dtls(&self, ufrag: String, data: Vec<u8>) -> PyResult<()> {
        self.tell(Command::SendDtls { ufrag, data })
    }

    fn set_keys(
        &self,
        ufrag: String,
        profile: &str,
        rx_key: Vec<u8>,
        rx_salt: Vec<u8>,
        tx_key: Vec<u8>,
        tx_salt: Vec<u8>,
    ) -> PyResult<()> {
        let Some(profile) = Profile::by_name(profile) else {
            return bad(format!("unknown SRTP profile: {profile}"));
        };
        let keys = Keys {
            profile,
            rx_key: key(&rx_key)?,
            rx_salt: salt(profile, &rx_salt)?,
            tx_key: key(&tx_key)?,
            tx_salt: salt(profile, &tx_salt)?,
        };
        self.tell(Command::SetKeys { ufrag, keys })
    }

    fn close_peer(&self, ufrag: String) -> PyResult<()> {
        self.tell(Command::ClosePeer { ufrag })
    }

    fn open_plain(&self, py: Python<'_>, leg: String, codecs: Vec<CodecTuple>) -> PyResult<(String, u16)> {
        let (leg, formats) = (name("leg", leg)?, formats(codecs)?);
        let opened =
            self.with(|handle| Ok(py.detach(|| handle.ask(|reply| Command::OpenPlain { leg, formats, reply }))?))?;
        let local = opened.map_err(|error| PyOSError::new_err((error.raw_os_error(), error.to_string())))?;
        Ok((local.ip().to_string(), local.port()))
    }

    fn set_plain_remote(
        &self,
        leg: String,
        host: &str,
        port: u16,
        codecs: Vec<CodecTuple>,
        sends: bool,
    ) -> PyResult<()> {
        let (host, formats) = (address(host)?, formats(codecs)?);
        self.tell(Command::SetPlainRemote { leg, host, port, formats, sends })
    }

    fn hear(&self, leg: String, source: &Bound<'_, PyAny>) -> PyResult<()> {
        self.tell(Command::Hear { leg, source: self::source(source)? })
    }

    fn send_digits(&self, leg: String, digits: &str, duration_ms: u32) -> PyResult<()> {
        let Some(events) = digits.chars().map(event_of).collect::<Option<Vec<u8>>>() else {
            return bad("digits: only 0123456789*#ABCD");
        };
        self.tell(Command::SendDigits { leg, events, milliseconds: duration_ms })
    }

    fn close_leg(&self, leg: String) -> PyResult<()> {
        self.tell(Command::CloseLeg { leg })
    }

    fn add_clip(&self, py: Python<'_>, name: String, pcm: Vec<u8>) -> PyResult<()> {
        if !pcm.len().is_multiple_of(2) {
            return bad("pcm: samples of 16 bit are two octets each");
        }
        let clip = py.detach(|| {
            let master = pcm.chunks_exact(2).map(|pair| i16::from_ne_bytes([pair[0], pair[1]])).collect();
            Arc::new(Clip::new(master))
        });
        self.tell(Command::AddClip { name, clip })
    }

    fn drop_clip(&self, name: String) -> PyResult<()> {
        self.tell(Command::DropClip { name })
    }

    fn start_recording(&self, recording: String, leg: String, path: PathBuf) -> PyResult<()> {
        let recording = name("recording", recording)?;
        self.tell(Command::StartRecording { recording, leg, path })
    }

    fn stop_recording(&self, recording: String) -> PyResult<()> {
        self.tell(Command::StopRecording { recording })
    }

    fn legs(&self, py: Python<'_>) -> PyResult<Vec<(String, &'static str, bool, &'static str)>> {
        let lines = self.with(|handle| Ok(py.detach(|| handle.ask(|reply| Command::Legs { reply }))?))?;
        Ok(lines.into_iter().map(|line| (line.leg, line.kind, line.up, line.codec)).collect())
    }

    fn leg_stats(&self, py: Python<'_>, leg: String) -> PyResult<HashMap<&'static str, f64>> {
        let wanted = leg.clone();
        let figures =
            self.with(|handle| Ok(py.detach(|| handle.ask(|reply| Command::LegFigures { leg: wanted, reply }))?))?;
        let Some(figures) = figures else { return Err(PyKeyError::new_err(leg)) };
        Ok(HashMap::from([
            ("packets_received", figures.packets_received as f64),
            ("packets_lost", figures.packets_lost as f64),
            ("jitter_ms", figures.jitter_ms),
            ("packets_sent", figures.packets_sent as f64),
            ("remote_loss", figures.remote_loss.unwrap_or(-1.0)),
            ("rtt_ms", figures.rtt_ms.unwrap_or(-1.0)),
            ("level_dbov", figures.level_dbov.unwrap_or(-1.0)),
            ("concealed", figures.concealed as f64),
            ("late", figures.late as f64),
            ("delay_ms", figures.delay_ms.unwrap_or(-1.0)),
        ]))
    }

    fn counters(&self) -> HashMap<&'static str, u64> {
        self.counters.read().into_iter().collect()
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| {
            let handle = self.handle.write().unwrap_or_else(PoisonError::into_inner).take();
            drop(handle);
        });
    }
}

fn as_tuple(py: Python<'_>, event: Event) -> PyResult<Bound<'_, PyTuple>> {
    match event {
        Event::Proven { ufrag } => ("proven", ufrag).into_pyobject(py),
        Event::Dtls { ufrag, data } => ("dtls", ufrag, PyBytes::new(py, &data)).into_pyobject(py),
        Event::Up { leg } => ("up", leg).into_pyobject(py),
        Event::Down { leg } => ("down", leg).into_pyobject(py),
        Event::Gone { ufrag } => ("gone", ufrag).into_pyobject(py),
        Event::Digit { leg, key, milliseconds } => ("digit", leg, key, milliseconds).into_pyobject(py),
        Event::Played { leg, play_id, finished } => ("played", leg, play_id, finished).into_pyobject(py),
        Event::Recorded { recording, leg, milliseconds, octets } => {
            ("recorded", recording, leg, milliseconds, octets).into_pyobject(py)
        }
        Event::RecordFailed { recording, leg, error } => ("record_failed", recording, leg, error).into_pyobject(py),
        Event::Panic { text } => ("panic", text).into_pyobject(py),
    }
}

#[pyfunction]
fn source_digest() -> &'static str {
    crate::DIGEST
}

type HeaderTuple<'py> = (u8, bool, u16, u32, u32, Bound<'py, PyBytes>);

/// (payload type, marker, seq, timestamp, ssrc, payload), or None for what is no RTP.
#[pyfunction]
fn read_header<'py>(py: Python<'py>, packet: &[u8]) -> Option<HeaderTuple<'py>> {
    let header = rtp::parse(packet)?;
    let payload = PyBytes::new(py, &packet[header.payload.clone()]);
    Some((header.payload_type, header.marker, header.seq, header.timestamp, header.ssrc, payload))
}

fn law(name: &str) -> PyResult<&'static Law> {
    match name {
        "PCMA" => Ok(&ALAW),
        "PCMU" => Ok(&ULAW),
        _ => bad(format!("unknown law: {name}")),
    }
}

#[pyfunction]
fn g711_decode(law: &str, octets: &[u8]) -> PyResult<Vec<i16>> {
    let law = self::law(law)?;
    Ok(octets.iter().map(|octet| law.decode[usize::from(*octet)]).collect())
}

#[pyfunction]
fn g711_encode<'py>(py: Python<'py>, law: &str, samples: Vec<i16>) -> PyResult<Bound<'py, PyBytes>> {
    let law = self::law(law)?;
    let octets: Vec<u8> = samples.iter().map(|sample| law.encode(*sample)).collect();
    Ok(PyBytes::new(py, &octets))
}

#[pymodule]
fn headcall_engine(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Engine>()?;
    module.add_function(wrap_pyfunction!(source_digest, module)?)?;
    module.add_function(wrap_pyfunction!(read_header, module)?)?;
    module.add_function(wrap_pyfunction!(g711_decode, module)?)?;
    module.add_function(wrap_pyfunction!(g711_encode, module)?)?;
    Ok(())
}
