// SPDX-License-Identifier: Apache-2.0
use super::*;

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// RFC 7714 16.1.1 with the session key and salt given there (they are not derived from a master key).
#[test]
fn the_gcm_vector_of_rfc_7714() {
    let key: [u8; 16] = octets("00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f").try_into().unwrap();
    let salt: [u8; 12] = octets("51 75 69 64 20 70 72 6f 20 71 75 6f").try_into().unwrap();
    let unbound = ring::aead::UnboundKey::new(&ring::aead::AES_128_GCM, &key).unwrap();
    let cipher = Cipher::Gcm { key: Box::new(ring::aead::LessSafeKey::new(unbound)), salt };
    let plain = octets(
        "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 \
         69736120 696e2070 61727465 73207472 6573",
    );
    let protected = octets(
        "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a \
         51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce",
    );
    let mut buffer = plain.clone();
    buffer.resize(plain.len() + OVERHEAD, 0);
    let length = cipher.seal_rtp(&mut buffer, 12, plain.len(), 0x5501_A0B2, 0xF17B).unwrap();
    assert_eq!(buffer[..length], protected);
    let opened = cipher.open_rtp(&mut buffer[..length], 12, 0x5501_A0B2, 0xF17B).unwrap();
    assert_eq!(buffer[..opened], plain);
}

fn pair(profile: Profile) -> (Outbound, Inbound) {
    let (key, salt) = ([7; KEY], vec![9; profile.salt_length()]);
    (Outbound::new(profile, &key, &salt), Inbound::new(profile, &key, &salt))
}

fn packet(seq: u16) -> Vec<u8> {
    let mut packet = rtp::header(8, false, seq, 160 * u32::from(seq), 0x1234).to_vec();
    packet.extend_from_slice(&[0xD5; 160]);
    packet
}

fn sealed(out: &mut Outbound, plain: &[u8]) -> Vec<u8> {
    let mut buffer = plain.to_vec();
    buffer.resize(plain.len() + OVERHEAD, 0);
    let length = out.seal_rtp(&mut buffer, plain.len()).unwrap();
    buffer.truncate(length);
    buffer
}

#[test]
fn what_was_sealed_opens_once_across_the_roll_over() {
    for profile in [Profile::Gcm, Profile::CmSha1] {
        let (mut out, mut inward) = pair(profile);
        for n in 0..70_000u32 {
            let plain = packet(n as u16);
            let mut wire = sealed(&mut out, &plain);
            let mut again = wire.clone();
            assert_eq!(inward.open_rtp(&mut wire), Ok(plain.len()));
            if n % 1000 == 0 {
                assert_eq!(wire[..plain.len()], plain);
                assert_eq!(inward.open_rtp(&mut again), Err(Refused::Replayed));
            }
        }
    }
}

#[test]
fn a_changed_octet_is_a_forgery_and_leaves_no_trace() {
    for profile in [Profile::Gcm, Profile::CmSha1] {
        let (mut out, mut inward) = pair(profile);
        let plain = packet(1);
        let wire = sealed(&mut out, &plain);
        for at in 1..wire.len() {
            let mut bent = wire.clone();
            bent[at] ^= 1;
            assert!(inward.open_rtp(&mut bent).is_err(), "octet {at}");
        }
        assert!(inward.streams.known.is_empty());
        assert_eq!(inward.open_rtp(&mut wire.clone()), Ok(plain.len()));
    }
}

#[test]
fn rtcp_is_sealed_and_opened() {
    for profile in [Profile::Gcm, Profile::CmSha1] {
        let (mut out, mut inward) = pair(profile);
        let plain = octets("80c80006 00001234 00000000 00000000 00000000 00000000 00000000");
        let mut buffer = plain.clone();
        buffer.resize(plain.len() + OVERHEAD, 0);
        let length = out.seal_rtcp(&mut buffer, plain.len()).unwrap();
        let mut again = buffer.clone();
        assert_eq!(inward.open_rtcp(&mut buffer[..length]), Ok(plain.len()));
        assert_eq!(buffer[..plain.len()], plain);
        assert_eq!(inward.open_rtcp(&mut again[..length]), Err(Refused::Replayed));
        for short in 0..length {
            assert!(inward.open_rtcp(&mut again.clone()[..short]).is_err());
        }
    }
}

#[test]
fn streams_are_bounded() {
    let (mut out, mut inward) = pair(Profile::Gcm);
    for ssrc in 0..100u32 {
        if ssrc.is_multiple_of(STREAMS as u32) {
            out = pair(Profile::Gcm).0;
        }
        let mut plain = packet(ssrc as u16 + 1);
        plain[8..12].copy_from_slice(&ssrc.to_be_bytes());
        let mut wire = sealed(&mut out, &plain);
        assert!(inward.open_rtp(&mut wire).is_ok());
    }
    assert_eq!(inward.streams.known.len(), STREAMS);
}

#[test]
fn a_key_stream_is_never_used_twice() {
    let (mut out, _) = pair(Profile::Gcm);
    let seal = |out: &mut Outbound, ssrc: u32, seq: u16| {
        let mut buffer = rtp::header(8, false, seq, 0, ssrc).to_vec();
        buffer.resize(172 + OVERHEAD, 0);
        out.seal_rtp(&mut buffer, 172).is_some()
    };
    assert!(seal(&mut out, 1, 100) && seal(&mut out, 1, 99), "late, but new");
    assert!(!seal(&mut out, 1, 100), "the same again");
    assert!((2..=STREAMS as u32).all(|ssrc| seal(&mut out, ssrc, 100)), "every stream counts for itself");
    assert!(!seal(&mut out, 99, 100), "a stream too many");
    assert!(!seal(&mut out, 1, 100));
}
