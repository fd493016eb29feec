// SPDX-License-Identifier: Apache-2.0
//! What relay and load share: sockets on loopback, and waiting for many of them.

use std::io;
use std::net::UdpSocket;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// Binds so many sockets, and tells their ports on one line of standard output.
pub fn bind_and_tell(count: usize) -> io::Result<Vec<UdpSocket>> {
    let mut sockets = Vec::with_capacity(count);
    for _ in 0..count {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_nonblocking(true)?;
        sockets.push(socket);
    }
    let ports: Vec<String> =
        sockets.iter().map(|socket| Ok(socket.local_addr()?.port().to_string())).collect::<io::Result<_>>()?;
    println!("{}", ports.join(" "));
    Ok(sockets)
}

/// The number in the n-th argument.
pub fn argument(n: usize) -> usize {
    std::env::args().nth(n).and_then(|text| text.parse().ok()).expect("a number")
}

pub struct Poller {
    epoll: OwnedFd,
    events: Vec<libc::epoll_event>,
}

impl Poller {
    pub fn new(sockets: &[UdpSocket]) -> io::Result<Self> {
        // SAFETY: no pointers; the descriptor is ours alone.
        let epoll = unsafe { OwnedFd::from_raw_fd(libc::epoll_create1(libc::EPOLL_CLOEXEC)) };
        for (n, socket) in sockets.iter().enumerate() {
            let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: n as u64 };
            // SAFETY: the event lives through the call.
            unsafe { libc::epoll_ctl(epoll.as_raw_fd(), libc::EPOLL_CTL_ADD, socket.as_raw_fd(), &raw mut event) };
        }
        Ok(Self { epoll, events: vec![libc::epoll_event { events: 0, u64: 0 }; 128] })
    }

    /// Waits at most so long (-1: for ever), and gives the sockets that are readable.
    pub fn wait(&mut self, milliseconds: i32) -> impl Iterator<Item = usize> + '_ {
        // SAFETY: room for as many events as told.
        let count = unsafe {
            libc::epoll_wait(
                self.epoll.as_raw_fd(),
                self.events.as_mut_ptr(),
                self.events.len() as libc::c_int,
                milliseconds,
            )
        };
        self.events.iter().take(usize::try_from(count).unwrap_or(0)).map(|event| event.u64 as usize)
    }
}
