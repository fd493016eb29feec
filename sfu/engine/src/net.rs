// SPDX-License-Identifier: Apache-2.0
//! The system calls std does not have: batches of datagrams, epoll, timerfd, eventfd. All `unsafe` of the packet path.
#![allow(unsafe_code)]

use std::io;
use std::mem::{MaybeUninit, size_of, zeroed};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

mod way;

use way::{CONTROL, Control, local_of, put_local};
pub use way::{Way, tell_local_addresses};

/// Largest datagram we take or send: an Ethernet frame and some. Longer ones are cut, and then fail authentication.
pub const DATAGRAM: usize = 2048;

/// Datagrams per system call.
const BATCH: usize = 64;

fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn own(result: libc::c_int) -> io::Result<OwnedFd> {
    // SAFETY: the call just made this descriptor, and nobody else knows it.
    check(result).map(|fd| unsafe { OwnedFd::from_raw_fd(fd) })
}

pub fn duplicate(fd: RawFd) -> io::Result<OwnedFd> {
    if fd < 0 {
        return Err(io::Error::from_raw_os_error(libc::EBADF));
    }
    // SAFETY: borrowed for this one call; a descriptor that is not open is an error of the call.
    unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned()
}

/// Makes the kernel's buffers large enough for a burst. A refusal only means smaller buffers.
pub fn enlarge_buffers(fd: &OwnedFd, octets: libc::c_int) {
    for option in [libc::SO_RCVBUF, libc::SO_SNDBUF] {
        // SAFETY: a pointer to an integer of the length told.
        unsafe {
            libc::setsockopt(
                fd.as_raw_fd(),
                libc::SOL_SOCKET,
                option,
                (&raw const octets).cast(),
                size_of::<libc::c_int>() as libc::socklen_t,
            )
        };
    }
}

/// How far this thread stands back behind others (Linux: a thread has a niceness of its own). A refusal is no fault.
pub fn set_niceness(nice: libc::c_int) {
    // SAFETY: no pointers; the calling thread's own identifier.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, libc::gettid() as libc::id_t, nice) };
}

// ---------------------------------------------------------------- addresses

fn address(storage: &libc::sockaddr_storage) -> Option<SocketAddr> {
    match libc::c_int::from(storage.ss_family) {
        libc::AF_INET => {
            // SAFETY: the family says what it is, and a sockaddr_storage is large enough and aligned for it.
            let v4 = unsafe { &*(&raw const *storage).cast::<libc::sockaddr_in>() };
            let ip = Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr));
            Some(SocketAddrV4::new(ip, u16::from_be(v4.sin_port)).into())
        }
        libc::AF_INET6 => {
            // SAFETY: as above.
            let v6 = unsafe { &*(&raw const *storage).cast::<libc::sockaddr_in6>() };
            let ip = Ipv6Addr::from(v6.sin6_addr.s6_addr);
            Some(SocketAddrV6::new(ip, u16::from_be(v6.sin6_port), 0, v6.sin6_scope_id).into())
        }
        _ => None,
    }
}

fn put_address(storage: &mut libc::sockaddr_storage, address: SocketAddr) -> libc::socklen_t {
    match address {
        SocketAddr::V4(address) => {
            // SAFETY: a sockaddr_storage is large enough and aligned for every address.
            let v4 = unsafe { &mut *(&raw mut *storage).cast::<libc::sockaddr_in>() };
            v4.sin_family = libc::AF_INET as libc::sa_family_t;
            v4.sin_port = address.port().to_be();
            v4.sin_addr.s_addr = u32::from(*address.ip()).to_be();
            size_of::<libc::sockaddr_in>() as libc::socklen_t
        }
        SocketAddr::V6(address) => {
            // SAFETY: as above.
            let v6 = unsafe { &mut *(&raw mut *storage).cast::<libc::sockaddr_in6>() };
            v6.sin6_family = libc::AF_INET6 as libc::sa_family_t;
            v6.sin6_port = address.port().to_be();
            v6.sin6_flowinfo = 0;
            v6.sin6_addr.s6_addr = address.ip().octets();
            v6.sin6_scope_id = address.scope_id();
            size_of::<libc::sockaddr_in6>() as libc::socklen_t
        }
    }
}

// ---------------------------------------------------------------- batches

/// Buffers for many datagrams, and what the kernel needs to fill or empty them in one call.
///
/// The pointers inside point into the boxes beside them, which never move or grow, and are written anew before each
/// call.
struct Batch {
    data: Box<[[u8; DATAGRAM]]>,
    names: Box<[libc::sockaddr_storage]>,
    vectors: Box<[libc::iovec]>,
    controls: Box<[Control]>,
    messages: Box<[libc::mmsghdr]>,
}

// SAFETY: the raw pointers point only into the batch's own boxes.
unsafe impl Send for Batch {}

impl Batch {
    fn new() -> Self {
        // SAFETY: all zeros is a valid value of each of these C structs.
        let (name, vector, message) = unsafe { (zeroed(), zeroed(), zeroed()) };
        Self {
            data: vec![[0; DATAGRAM]; BATCH].into_boxed_slice(),
            names: vec![name; BATCH].into_boxed_slice(),
            vectors: vec![vector; BATCH].into_boxed_slice(),
            controls: vec![Control([0; CONTROL]); BATCH].into_boxed_slice(),
            messages: vec![message; BATCH].into_boxed_slice(),
        }
    }

    fn point(&mut self, n: usize, length: usize, name: libc::socklen_t) {
        self.vectors[n] = libc::iovec { iov_base: self.data[n].as_mut_ptr().cast(), iov_len: length };
        let header = &mut self.messages[n].msg_hdr;
        header.msg_name = (&raw mut self.names[n]).cast();
        header.msg_namelen = name;
        header.msg_iov = &raw mut self.vectors[n];
        header.msg_iovlen = 1;
        header.msg_control = (&raw mut self.controls[n]).cast();
        header.msg_controllen = CONTROL;
    }
}

pub struct Receiver {
    batch: Batch,
}

impl Default for Receiver {
    fn default() -> Self {
        Self { batch: Batch::new() }
    }
}

impl Receiver {
    /// Takes up to `most` waiting datagrams; how many came. Never waits.
    pub fn receive(&mut self, fd: &impl AsRawFd, most: usize) -> usize {
        let most = most.min(BATCH);
        for n in 0..most {
            self.batch.point(n, DATAGRAM, size_of::<libc::sockaddr_storage>() as libc::socklen_t);
        }
        // SAFETY: `most` messages were just pointed at buffers of the lengths told.
        let result = unsafe {
            libc::recvmmsg(
                fd.as_raw_fd(),
                self.batch.messages.as_mut_ptr(),
                most as libc::c_uint,
                libc::MSG_DONTWAIT,
                std::ptr::null_mut(),
            )
        };
        usize::try_from(result).unwrap_or(0)
    }

    /// The n-th datagram of the last call, and the way it came.
    pub fn datagram(&mut self, n: usize) -> Option<(&mut [u8], Way)> {
        let length = self.batch.messages[n].msg_len as usize;
        let from = Way { remote: address(&self.batch.names[n])?, local: local_of(&self.batch.messages[n].msg_hdr) };
        Some((self.batch.data[n].get_mut(..length)?, from))
    }
}

/// Collects datagrams of one socket and sends them in one call.
pub struct Sender {
    batch: Batch,
    waiting: usize,
    pub sent: u64,
    pub failed: u64,
}

impl Default for Sender {
    fn default() -> Self {
        Self { batch: Batch::new(), waiting: 0, sent: 0, failed: 0 }
    }
}

impl Sender {
    /// The buffer of the next datagram; `commit` sends it on its way.
    pub fn room(&mut self) -> &mut [u8; DATAGRAM] {
        &mut self.batch.data[self.waiting]
    }

    pub fn commit(&mut self, fd: &impl AsRawFd, length: usize, to: Way) {
        let name = put_address(&mut self.batch.names[self.waiting], to.remote);
        self.batch.point(self.waiting, length.min(DATAGRAM), name);
        let header = &mut self.batch.messages[self.waiting].msg_hdr;
        match to.local {
            Some(local) => put_local(header, local),
            None => (header.msg_control, header.msg_controllen) = (std::ptr::null_mut(), 0),
        }
        self.waiting += 1;
        if self.waiting == BATCH {
            self.flush(fd);
        }
    }

    /// Sends what waits. A datagram that cannot be sent is counted and lost, as on any network.
    pub fn flush(&mut self, fd: &impl AsRawFd) {
        let mut done = 0;
        while done < self.waiting {
            // SAFETY: messages up to `waiting` were pointed at filled buffers by `commit`.
            let result = unsafe {
                libc::sendmmsg(
                    fd.as_raw_fd(),
                    self.batch.messages.as_mut_ptr().add(done),
                    (self.waiting - done) as libc::c_uint,
                    libc::MSG_DONTWAIT,
                )
            };
            match usize::try_from(result) {
                Ok(count) if count > 0 => {
                    done += count;
                    self.sent += count as u64;
                }
                _ => {
                    done += 1;
                    self.failed += 1;
                }
            }
        }
        self.waiting = 0;
    }
}

// ---------------------------------------------------------------- waiting

/// An eventfd: wakes whoever waits for it, however often it was rung.
pub struct Bell(OwnedFd);

impl Bell {
    pub fn new() -> io::Result<Self> {
        // SAFETY: no pointers.
        own(unsafe { libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC) }).map(Self)
    }

    pub fn ring(&self) {
        let one = 1u64;
        // SAFETY: eight octets are read from `one`. A full counter is a bell that rings already.
        unsafe { libc::write(self.0.as_raw_fd(), (&raw const one).cast(), 8) };
    }

    pub fn silence(&self) {
        read_count(&self.0);
    }
}

impl AsRawFd for Bell {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

fn read_count(fd: &OwnedFd) -> u64 {
    let mut count = 0u64;
    // SAFETY: eight octets are written to `count`.
    let got = unsafe { libc::read(fd.as_raw_fd(), (&raw mut count).cast(), 8) };
    if got == 8 { count } else { 0 }
}

/// A timer that keeps its beat: it counts the beats missed, it never drifts.
pub struct Metronome(OwnedFd);

impl Metronome {
    pub fn new(period_ns: i64) -> io::Result<Self> {
        // SAFETY: no pointers.
        let fd = own(unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, libc::TFD_NONBLOCK | libc::TFD_CLOEXEC) })?;
        let period = libc::timespec { tv_sec: 0, tv_nsec: period_ns };
        let spec = libc::itimerspec { it_interval: period, it_value: period };
        // SAFETY: `spec` lives through the call; no old value is asked for.
        check(unsafe { libc::timerfd_settime(fd.as_raw_fd(), 0, &raw const spec, std::ptr::null_mut()) })?;
        Ok(Self(fd))
    }

    /// Beats since the last call.
    pub fn beats(&self) -> u64 {
        read_count(&self.0)
    }
}

impl AsRawFd for Metronome {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

pub struct Poller {
    epoll: OwnedFd,
    events: [MaybeUninit<libc::epoll_event>; 128],
}

impl Poller {
    pub fn new() -> io::Result<Self> {
        // SAFETY: no pointers.
        let epoll = own(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        Ok(Self { epoll, events: [MaybeUninit::uninit(); 128] })
    }

    /// Reports `token` while `fd` is readable. Closing the descriptor ends that.
    pub fn watch(&self, fd: &impl AsRawFd, token: u64) -> io::Result<()> {
        let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: token };
        // SAFETY: `event` lives through the call.
        check(unsafe { libc::epoll_ctl(self.epoll.as_raw_fd(), libc::EPOLL_CTL_ADD, fd.as_raw_fd(), &raw mut event) })
            .map(drop)
    }

    /// Waits until something is readable, and calls `each` with the tokens.
    pub fn wait(&mut self, tokens: &mut Vec<u64>) {
        tokens.clear();
        // SAFETY: room for as many events as told; the kernel fills the first `count`.
        let count = unsafe {
            libc::epoll_wait(
                self.epoll.as_raw_fd(),
                self.events.as_mut_ptr().cast(),
                self.events.len() as libc::c_int,
                -1,
            )
        };
        for event in self.events.iter().take(usize::try_from(count).unwrap_or(0)) {
            // SAFETY: filled by the kernel, see above.
            tokens.push(unsafe { event.assume_init() }.u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;

    #[test]
    fn a_batch_goes_and_comes() {
        let left = UdpSocket::bind("127.0.0.1:0").unwrap();
        let right = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut sender = Sender::default();
        for n in 0..70u8 {
            sender.room()[0] = n;
            sender.commit(&left, 1, right.local_addr().unwrap().into());
        }
        sender.flush(&left);
        let mut receiver = Receiver::default();
        assert_eq!(receiver.receive(&right, 64), 64);
        assert_eq!(receiver.datagram(63), Some((&mut [63][..], left.local_addr().unwrap().into())));
        assert_eq!(receiver.receive(&right, 64), 6);
        assert_eq!(receiver.receive(&right, 64), 0);
    }

    #[test]
    fn an_ipv6_address_survives() {
        let to: SocketAddr = "[2001:db8::7]:4000".parse().unwrap();
        // SAFETY: all zeros is a valid sockaddr_storage.
        let mut storage: libc::sockaddr_storage = unsafe { zeroed() };
        put_address(&mut storage, to);
        assert_eq!(address(&storage), Some(to));
    }
}
