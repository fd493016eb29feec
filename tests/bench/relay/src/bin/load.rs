// SPDX-License-Identifier: Apache-2.0
//! Two-way G.711 calls: every socket sends 50 packets per second, spread evenly, and counts what it hears.
//!
//! `load CALLS SECONDS`: tells its ports, reads as many ports to send to, runs, and tells what came.

use std::io;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use headcall_bench_relay::{Poller, argument, bind_and_tell};

fn main() -> io::Result<()> {
    let (calls, seconds) = (argument(1), argument(2));
    let sockets = bind_and_tell(2 * calls)?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let targets: Vec<u16> = line.split_whitespace().filter_map(|port| port.parse().ok()).collect();
    assert_eq!(targets.len(), sockets.len());
    let mut poller = Poller::new(&sockets)?;
    let (mut sent, mut received) = (0u64, 0u64);
    let start = Instant::now();
    for millisecond in 0..seconds * 1000 {
        let (slot, round) = (millisecond % 20, millisecond / 20);
        for n in (slot..sockets.len()).step_by(20) {
            sent += u64::from(send(&sockets[n], targets[n], n, round));
        }
        let next = start + Duration::from_millis(millisecond as u64 + 1);
        loop {
            received += take(&sockets, &mut poller);
            if Instant::now() >= next {
                break;
            }
        }
    }
    let end = Instant::now() + Duration::from_millis(200);
    while Instant::now() < end {
        received += take(&sockets, &mut poller);
    }
    println!("{sent} {received}");
    Ok(())
}

fn send(socket: &UdpSocket, port: u16, n: usize, round: usize) -> bool {
    let mut packet = [0xD5; 172];
    packet[..2].copy_from_slice(&[0x80, 8]);
    packet[2..4].copy_from_slice(&(round as u16).to_be_bytes());
    packet[4..8].copy_from_slice(&(round as u32 * 160).to_be_bytes());
    packet[8..12].copy_from_slice(&(n as u32 + 1).to_be_bytes());
    socket.send_to(&packet, ("127.0.0.1", port)).is_ok()
}

fn take(sockets: &[UdpSocket], poller: &mut Poller) -> u64 {
    let mut packet = [0; 2048];
    poller.wait(1).filter(|n| sockets[*n].recv(&mut packet).is_ok()).count() as u64
}
