// SPDX-License-Identifier: Apache-2.0
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use super::*;
use crate::codec::Format;
use crate::handle::Handle;

fn start() -> (Handle, UdpSocket) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let setup = Setup { udp_fd: socket.as_raw_fd(), plain_host: [127, 0, 0, 1].into(), plain_ports: (20_000, 59_999) };
    (Handle::start(&setup).unwrap(), socket)
}

fn wait_for(handle: &Handle, wanted: impl Fn(&Event) -> bool) -> Event {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        if let Some(event) = handle.events.take(100).into_iter().find(&wanted) {
            return event;
        }
        assert!(Instant::now() < deadline, "no such event");
        std::thread::yield_now();
    }
}

#[test]
fn a_panic_is_told_and_the_engine_goes_on() {
    let (handle, _socket) = start();
    handle.tell(Command::Panic).unwrap();
    let told = wait_for(&handle, |event| matches!(event, Event::Panic { .. }));
    assert_eq!(told, Event::Panic { text: "asked for by a test".into() });
    let formats = vec![Format::new("PCMA", 8, 8000).unwrap()];
    let opened = handle.ask(|reply| Command::OpenPlain { leg: "a".into(), formats, reply }).unwrap();
    assert_eq!(opened.unwrap().port() % 2, 0);
}

#[test]
fn a_leg_that_panics_in_the_beat_is_closed_and_no_other() {
    let (handle, _socket) = start();
    for leg in ["a", "b"] {
        let formats = vec![Format::new("PCMA", 8, 8000).unwrap()];
        let leg = leg.to_owned();
        handle.ask(|reply| Command::OpenPlain { leg, formats, reply }).unwrap().unwrap();
    }
    handle.tell(Command::PanicInBeat { leg: "a".into() }).unwrap();
    wait_for(&handle, |event| matches!(event, Event::Panic { .. }));
    let left = handle.ask(|reply| Command::Legs { reply }).unwrap();
    assert_eq!(left.iter().map(|line| line.leg.as_str()).collect::<Vec<_>>(), ["b"]);
}

#[test]
fn an_engine_that_was_closed_refuses_and_leaves_no_thread() {
    let (mut handle, _socket) = start();
    handle.close();
    assert!(handle.tell(Command::Panic).is_err());
    handle.close();
}

#[test]
fn a_descriptor_that_is_none_is_an_error() {
    for udp_fd in [-1, 9999] {
        let setup = Setup { udp_fd, plain_host: [127, 0, 0, 1].into(), plain_ports: (20_000, 20_100) };
        assert!(Handle::start(&setup).is_err());
    }
}
