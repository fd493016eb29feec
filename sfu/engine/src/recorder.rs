// SPDX-License-Identifier: Apache-2.0
//! The thread that encodes and writes recordings. The engine hands it sound over a bounded channel and never waits.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use crate::TICK_MS;
use crate::codec::opus::{FRAME, TwoVoices};
use crate::event::{Event, Events};
use crate::net;
use crate::ogg::Muxer;

/// Messages with sound that may wait: at five ticks each, a hundred recordings for two seconds of a stuck disk. Starts
/// and stops are always taken.
const MOST_WAITING: usize = 2048;

/// A recording may wait for a call, never a call for a recording.
const NICENESS: i32 = 5;

/// Ticks in a message.
pub const BATCH: usize = 5;

enum Message {
    Start { recording: String, leg: String, path: PathBuf },
    Sound { recording: Arc<str>, missed: u32, pairs: Vec<i16> },
    Stop { recording: Arc<str> },
    End,
}

/// The engine's end.
pub struct Recorder {
    to: Sender<Message>,
    waiting: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    pub fn start(events: Arc<Events>) -> io::Result<Self> {
        let (to, from) = channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let taken = waiting.clone();
        let thread = std::thread::Builder::new()
            .name("headcall-record".into())
            .spawn(move || Writer { events, files: HashMap::new() }.run(&from, &taken))?;
        Ok(Self { to, waiting, thread: Some(thread) })
    }

    /// A recording of a leg into a new file.
    pub fn open(&self, recording: &str, leg: &str, path: PathBuf) -> Tap {
        let _ = self.to.send(Message::Start { recording: recording.to_owned(), leg: leg.to_owned(), path });
        Tap {
            recording: recording.into(),
            to: self.to.clone(),
            waiting: self.waiting.clone(),
            pairs: Vec::with_capacity(BATCH * 2 * FRAME),
            ticks: 0,
            missed: 0,
            total_missed: 0,
            started: None,
            written: 0,
        }
    }

    /// Ends all recordings and waits for their files to be safe.
    pub fn close(&mut self) {
        let _ = self.to.send(Message::End);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Where a leg's sound goes in.
pub struct Tap {
    recording: Arc<str>,
    to: Sender<Message>,
    waiting: Arc<AtomicUsize>,
    pairs: Vec<i16>,
    ticks: usize,
    missed: u32,
    pub total_missed: u64,
    started: Option<i64>,
    written: i64,
}

impl Tap {
    pub fn is(&self, recording: &str) -> bool {
        &*self.recording == recording
    }

    /// 20 ms of both voices. What the clock says is missing before them becomes silence.
    pub fn put(&mut self, left: &[i16], right: &[i16], now_us: i64) {
        let started = *self.started.get_or_insert(now_us);
        let due = (now_us - started + 10_000) / 20_000;
        if due > self.written {
            // The beat was late by whole ticks: the file's clock is the wall's.
            self.flush();
            self.missed += (due - self.written) as u32;
            self.written = due;
        }
        self.written += 1;
        self.pairs.extend(left.iter().zip(right).flat_map(|(l, r)| [*l, *r]));
        self.ticks += 1;
        if self.ticks >= BATCH {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.ticks == 0 {
            return;
        }
        let pairs = std::mem::replace(&mut self.pairs, Vec::with_capacity(BATCH * 2 * FRAME));
        let ticks = std::mem::take(&mut self.ticks) as u32;
        if self.waiting.load(Ordering::Relaxed) >= MOST_WAITING {
            self.missed += ticks;
            self.total_missed += u64::from(ticks);
            return;
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let missed = std::mem::take(&mut self.missed);
        let _ = self.to.send(Message::Sound { recording: self.recording.clone(), missed, pairs });
    }

    pub fn stop(mut self) {
        self.flush();
        let _ = self.to.send(Message::Stop { recording: self.recording.clone() });
    }
}

struct Writer {
    events: Arc<Events>,
    files: HashMap<Arc<str>, Recording>,
}

impl Writer {
    fn run(mut self, from: &Receiver<Message>, waiting: &AtomicUsize) {
        net::set_niceness(NICENESS);
        while let Ok(message) = from.recv() {
            match message {
                Message::Start { recording, leg, path } => self.open(recording, leg, &path),
                Message::Sound { recording, missed, pairs } => {
                    waiting.fetch_sub(1, Ordering::Relaxed);
                    self.write(&recording, missed, &pairs);
                }
                Message::Stop { recording } => self.stop(&recording),
                Message::End => break,
            }
        }
        let names: Vec<_> = self.files.keys().cloned().collect();
        names.iter().for_each(|name| self.stop(name));
    }

    fn open(&mut self, recording: String, leg: String, path: &Path) {
        match Recording::create(path, &leg) {
            Ok(file) => {
                self.files.insert(recording.into(), file);
            }
            Err(error) => {
                self.events.push(Event::RecordFailed { recording, leg, error: error.to_string() });
            }
        }
    }

    fn write(&mut self, recording: &Arc<str>, missed: u32, pairs: &[i16]) {
        let Some(file) = self.files.get_mut(recording) else { return };
        if let Err(error) = file.write(missed, pairs) {
            self.fail(recording, &error);
        }
    }

    fn stop(&mut self, recording: &Arc<str>) {
        let Some(file) = self.files.get_mut(recording) else { return };
        match file.finish() {
            Ok(()) => {
                if let Some(file) = self.files.remove(recording) {
                    let (milliseconds, octets) = (file.ticks * u64::from(TICK_MS), file.octets);
                    let recording = recording.to_string();
                    self.events.push(Event::Recorded { recording, leg: file.leg, milliseconds, octets });
                }
            }
            Err(error) => self.fail(recording, &error),
        }
    }

    /// A disk that refuses once ends the recording: what is on it stays playable.
    fn fail(&mut self, recording: &Arc<str>, error: &io::Error) {
        if let Some(file) = self.files.remove(recording) {
            let error = error.to_string();
            self.events.push(Event::RecordFailed { recording: recording.to_string(), leg: file.leg, error });
        }
    }
}

/// One file that grows.
struct Recording {
    leg: String,
    path: PathBuf,
    file: File,
    encoder: TwoVoices,
    muxer: Muxer,
    pre_skip: u64,
    ticks: u64,
    octets: u64,
    packet: Vec<u8>,
    pages: Vec<u8>,
}

impl Recording {
    fn create(path: &Path, leg: &str) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        let encoder = TwoVoices::new().map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        let pre_skip = encoder.lookahead();
        // The serial tells chained files apart; ours is alone in its file, so any number does.
        let mut recording = Self {
            leg: leg.to_owned(),
            path: path.to_owned(),
            file,
            encoder,
            muxer: Muxer::new(0x4843_0001),
            pre_skip: u64::from(pre_skip),
            ticks: 0,
            octets: 0,
            packet: Vec::new(),
            pages: Vec::new(),
        };
        recording.muxer.start(pre_skip, &mut recording.pages);
        recording.flush()?;
        Ok(recording)
    }

    fn write(&mut self, missed: u32, pairs: &[i16]) -> io::Result<()> {
        for _ in 0..missed {
            self.frame(&[0; 2 * FRAME]);
        }
        for frame in pairs.chunks_exact(2 * FRAME) {
            self.frame(frame);
        }
        self.flush()
    }

    /// RFC 7845 4: the granule position counts all samples the decoder puts out, the pre-skip among them.
    fn frame(&mut self, pairs: &[i16]) {
        self.encoder.encode(pairs, &mut self.packet);
        self.ticks += 1;
        self.muxer.packet(&self.packet, self.ticks * FRAME as u64, &mut self.pages);
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.pages.is_empty() {
            return Ok(());
        }
        self.file.write_all(&self.pages)?;
        self.octets += self.pages.len() as u64;
        self.pages.clear();
        Ok(())
    }

    /// The encoder still holds the last few milliseconds: one more frame brings them out, and the last granule
    /// position cuts off the rest of it.
    fn finish(&mut self) -> io::Result<()> {
        let end = self.ticks * FRAME as u64 + self.pre_skip;
        self.encoder.encode(&[0; 2 * FRAME], &mut self.packet);
        self.muxer.packet(&self.packet, end, &mut self.pages);
        self.muxer.finish(end, &mut self.pages);
        self.flush()?;
        self.file.sync_all()?;
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
            _ => Ok(()),
        }
    }
}
