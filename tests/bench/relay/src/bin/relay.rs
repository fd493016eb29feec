// SPDX-License-Identifier: Apache-2.0
//! The least a relay can do: what comes on one socket of a pair leaves by the other, to whoever was heard there.
//!
//! `relay CALLS`: tells two ports for each call, and runs until it is killed.

use std::io;
use std::net::SocketAddr;

use headcall_bench_relay::{Poller, argument, bind_and_tell};

fn main() -> io::Result<()> {
    let sockets = bind_and_tell(2 * argument(1))?;
    let mut heard: Vec<Option<SocketAddr>> = vec![None; sockets.len()];
    let mut poller = Poller::new(&sockets)?;
    let mut packet = [0; 2048];
    loop {
        for n in poller.wait(-1) {
            let Ok((length, from)) = sockets[n].recv_from(&mut packet) else { continue };
            heard[n] = Some(from);
            if let Some(to) = heard[n ^ 1] {
                let _ = sockets[n ^ 1].send_to(&packet[..length], to);
            }
        }
    }
}
