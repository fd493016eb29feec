// SPDX-License-Identifier: Apache-2.0
//! The engine as seen from other threads: commands in, events out.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use crate::command::Command;
use crate::counters::Counters;
use crate::engine::{Engine, Setup};
use crate::event::Events;
use crate::net::Bell;

/// The engine's thread is gone.
#[derive(Debug)]
pub struct Closed;

pub struct Handle {
    commands: Sender<Command>,
    bell: Arc<Bell>,
    pub events: Arc<Events>,
    pub counters: Arc<Counters>,
    thread: Option<JoinHandle<()>>,
}

impl Handle {
    pub fn start(setup: &Setup) -> io::Result<Self> {
        let (to, from) = channel();
        let bell = Arc::new(Bell::new()?);
        let events = Arc::new(Events::new()?);
        let counters = Arc::new(Counters::default());
        let engine = Engine::new(setup, from, bell.clone(), events.clone(), counters.clone())?;
        let thread = std::thread::Builder::new().name("headcall-engine".into()).spawn(move || engine.run())?;
        Ok(Self { commands: to, bell, events, counters, thread: Some(thread) })
    }

    pub fn tell(&self, command: Command) -> Result<(), Closed> {
        self.commands.send(command).map_err(|_| Closed)?;
        self.bell.ring();
        Ok(())
    }

    /// Sends a command and waits for its answer.
    pub fn ask<T>(&self, command: impl FnOnce(SyncSender<T>) -> Command) -> Result<T, Closed> {
        let (reply, answer) = sync_channel(1);
        self.tell(command(reply))?;
        answer.recv().map_err(|_| Closed)
    }

    /// Ends everything properly and waits for it. A second time it does nothing.
    pub fn close(&mut self) {
        let _ = self.ask(|reply| Command::Close { reply });
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.close();
    }
}
