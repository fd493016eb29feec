// SPDX-License-Identifier: Apache-2.0
//! The promise of `forward.rs`: once a call runs, a passed packet allocates nothing.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::time::Duration;

use headcall_engine::codec::Format;
use headcall_engine::command::{Command, Source};
use headcall_engine::engine::Setup;
use headcall_engine::handle::Handle;
use headcall_engine::rtp;

static WATCHED: AtomicI32 = AtomicI32::new(0);
static COUNT: AtomicU64 = AtomicU64::new(0);

struct Counting;

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let watched = WATCHED.load(Ordering::Relaxed);
        // SAFETY: no arguments.
        if watched != 0 && unsafe { libc::gettid() } == watched {
            COUNT.fetch_add(1, Ordering::Relaxed);
        }
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn engine_thread() -> i32 {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    let mut named = tasks.filter(|task| fs::read_to_string(task.path().join("comm")).unwrap() == "headcall-engine\n");
    named.next().unwrap().file_name().to_str().unwrap().parse().unwrap()
}

#[test]
fn a_running_call_allocates_nothing() {
    let media = UdpSocket::bind("127.0.0.1:0").unwrap();
    let setup = Setup { udp_fd: media.as_raw_fd(), plain_host: [127, 0, 0, 1].into(), plain_ports: (20_000, 59_999) };
    let handle = Handle::start(&setup).unwrap();
    let format = Format::new("PCMA", 8, 8000).unwrap();
    let mut phones = Vec::new();
    for leg in ["a", "b"] {
        let formats = vec![format, Format::new("telephone-event", 101, 8000).unwrap()];
        let opened = handle.ask(|reply| Command::OpenPlain { leg: leg.into(), formats: formats.clone(), reply });
        let phone = UdpSocket::bind("127.0.0.1:0").unwrap();
        phone.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
        phone.connect(opened.unwrap().unwrap()).unwrap();
        let port = phone.local_addr().unwrap().port();
        let host = [127, 0, 0, 1].into();
        handle.tell(Command::SetPlainRemote { leg: leg.into(), host, port, formats, sends: true }).unwrap();
        phones.push(phone);
    }
    for (leg, other) in [("a", "b"), ("b", "a")] {
        handle.tell(Command::Hear { leg: leg.into(), source: Source::Leg(other.into()) }).unwrap();
    }
    let mut heard = [0; 2048];
    for n in 0..10_000u16 {
        let mut packet = rtp::header(8, false, n, u32::from(n) * 160, 7).to_vec();
        packet.extend_from_slice(&[n as u8; 160]);
        phones[0].send(&packet).unwrap();
        while phones[1].recv(&mut heard).unwrap() < 172 || heard[20] != n as u8 {}
        if n == 100 {
            WATCHED.store(engine_thread(), Ordering::Relaxed);
        }
    }
    let allocated = COUNT.load(Ordering::Relaxed);
    WATCHED.store(0, Ordering::Relaxed);
    assert_eq!(allocated, 0, "ten thousand packets and a dozen beats");
}
