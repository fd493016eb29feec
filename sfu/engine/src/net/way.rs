// SPDX-License-Identifier: Apache-2.0
//! To which of our addresses a datagram came, and from which it leaves: control messages of recvmsg(2), sendmsg(2).
#![allow(unsafe_code)]

use std::mem::{size_of, zeroed};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsRawFd;

/// The way a datagram came, on which its answers go back. RFC 8445 7.3: a check is answered from the address it was sent
/// to. A machine with several addresses does not do that by itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Way {
    pub remote: SocketAddr,
    /// Ours; None where the kernel does not tell.
    pub local: Option<IpAddr>,
}

impl From<SocketAddr> for Way {
    fn from(remote: SocketAddr) -> Self {
        Self { remote, local: None }
    }
}

/// Has the kernel tell with each datagram to which of our addresses it came (ip(7), ipv6(7)). A refusal only means that
/// answers leave from the address the routes prefer.
pub fn tell_local_addresses(fd: &impl AsRawFd) {
    let on: libc::c_int = 1;
    for (level, option) in [(libc::IPPROTO_IP, libc::IP_PKTINFO), (libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO)] {
        // SAFETY: a pointer to an integer of the length told.
        unsafe {
            libc::setsockopt(
                fd.as_raw_fd(),
                level,
                option,
                (&raw const on).cast(),
                size_of::<libc::c_int>() as libc::socklen_t,
            )
        };
    }
}

/// Room for the one control message of a datagram (`in6_pktinfo` is the longer), aligned as the kernel wants it.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub(super) struct Control(pub(super) [u8; CONTROL]);

pub(super) const CONTROL: usize = 64;

/// To which of our addresses the datagram of this header came.
pub(super) fn local_of(header: &libc::msghdr) -> Option<IpAddr> {
    // SAFETY: the kernel wrote the control messages and their length; the macros stay within it.
    unsafe {
        let mut each = libc::CMSG_FIRSTHDR(header);
        while let Some(control) = each.as_ref() {
            let data = libc::CMSG_DATA(each);
            match (control.cmsg_level, control.cmsg_type) {
                (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                    let told: libc::in_pktinfo = data.cast::<libc::in_pktinfo>().read_unaligned();
                    return Some(Ipv4Addr::from(u32::from_be(told.ipi_addr.s_addr)).into());
                }
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                    let told: libc::in6_pktinfo = data.cast::<libc::in6_pktinfo>().read_unaligned();
                    return Some(Ipv6Addr::from(told.ipi6_addr.s6_addr).into());
                }
                _ => each = libc::CMSG_NXTHDR(header, each),
            }
        }
    }
    None
}

/// Has the datagram of this header leave from one of our addresses. Its `msg_control` has room for `CONTROL` octets.
pub(super) fn put_local(header: &mut libc::msghdr, local: IpAddr) {
    // SAFETY: all zeros is a valid value of both; the first control message lies at the start of the room, which is
    // large enough for either (checked by a test).
    unsafe {
        match local {
            IpAddr::V4(ip) => {
                let mut told: libc::in_pktinfo = zeroed();
                told.ipi_spec_dst.s_addr = u32::from(ip).to_be();
                put_control(header, libc::IPPROTO_IP, libc::IP_PKTINFO, told);
            }
            IpAddr::V6(ip) => {
                let mut told: libc::in6_pktinfo = zeroed();
                told.ipi6_addr.s6_addr = ip.octets();
                put_control(header, libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, told);
            }
        }
    }
}

/// # Safety
/// `header.msg_control` points to at least `CMSG_SPACE(size_of::<T>())` octets.
unsafe fn put_control<T>(header: &mut libc::msghdr, level: libc::c_int, kind: libc::c_int, value: T) {
    let length = size_of::<T>() as libc::c_uint;
    // SAFETY: the caller's promise.
    unsafe {
        header.msg_controllen = libc::CMSG_SPACE(length) as usize;
        let first = libc::CMSG_FIRSTHDR(header);
        (*first).cmsg_level = level;
        (*first).cmsg_type = kind;
        (*first).cmsg_len = libc::CMSG_LEN(length) as usize;
        libc::CMSG_DATA(first).cast::<T>().write_unaligned(value);
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;
    use crate::net::{Receiver, Sender};

    /// One host's end and ours, on two of our addresses of one family, none of which the routes prefer.
    fn answered_from_where_it_was_sent(any: &str, ours: [&str; 2]) {
        let house = UdpSocket::bind(any).unwrap();
        tell_local_addresses(&house);
        let port = house.local_addr().unwrap().port();
        let (mut receiver, mut sender) = (Receiver::default(), Sender::default());
        for ip in ours {
            let guest = UdpSocket::bind(any).unwrap();
            let to = SocketAddr::new(ip.parse().unwrap(), port);
            guest.send_to(b"?", to).unwrap();
            assert_eq!(receiver.receive(&house, 1), 1);
            let (_, way) = receiver.datagram(0).unwrap();
            assert_eq!(way.local, Some(to.ip()));
            sender.room()[0] = b'!';
            sender.commit(&house, 1, way);
            sender.flush(&house);
            assert_eq!((sender.failed, guest.recv_from(&mut [0; 1]).unwrap()), (0, (1, to)));
        }
    }

    #[test]
    fn an_answer_leaves_from_the_address_that_was_asked() {
        answered_from_where_it_was_sent("0.0.0.0:0", ["127.0.0.1", "127.0.0.7"]);
    }

    #[test]
    fn an_ipv6_answer_too() {
        if UdpSocket::bind("[::1]:0").is_ok() {
            answered_from_where_it_was_sent("[::]:0", ["::1", "::ffff:127.0.0.7"]);
        }
    }

    #[test]
    fn a_sender_forgets_the_address_of_the_datagram_before() {
        let house = UdpSocket::bind("0.0.0.0:0").unwrap();
        let guest = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut sender = Sender::default();
        let to = guest.local_addr().unwrap();
        for (local, wanted) in [(Some([127, 0, 0, 7].into()), "127.0.0.7"), (None, "127.0.0.1")] {
            sender.commit(&house, 1, Way { remote: to, local });
            sender.flush(&house);
            assert_eq!(guest.recv_from(&mut [0; 1]).unwrap().1.ip().to_string(), wanted);
        }
    }

    #[test]
    fn the_room_is_enough_for_either() {
        // SAFETY: arithmetic.
        let space = |length: usize| unsafe { libc::CMSG_SPACE(length as libc::c_uint) } as usize;
        assert!(space(size_of::<libc::in_pktinfo>()) <= CONTROL && space(size_of::<libc::in6_pktinfo>()) <= CONTROL);
    }
}
