// SPDX-License-Identifier: Apache-2.0
//! Session keys from the master key: AES-CM as a pseudo-random function (RFC 3711 4.3.3, key derivation rate 0).

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};

/// Labels of RFC 3711 4.3.2: encryption, authentication, salt.
pub type Labels = [u8; 3];
pub const RTP: Labels = [0, 1, 2];
pub const RTCP: Labels = [3, 4, 5];

/// Fills `out` with the key of `label`. The salt of GCM has 12 octets and is padded on the right (RFC 7714 11).
pub fn derive(key: &[u8; 16], salt: &[u8], label: u8, out: &mut [u8]) {
    let aes = Aes128::new(&(*key).into());
    let mut input = [0u8; 16];
    input[..salt.len().min(14)].copy_from_slice(&salt[..salt.len().min(14)]);
    input[7] ^= label;
    for (counter, chunk) in out.chunks_mut(16).enumerate() {
        input[14..].copy_from_slice(&(counter as u16).to_be_bytes());
        let mut block = input.into();
        aes.encrypt_block(&mut block);
        chunk.copy_from_slice(&block[..chunk.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3711 B.3.
    #[test]
    fn the_vectors_of_rfc_3711() {
        let key: [u8; 16] =
            [0xE1, 0xF9, 0x7A, 0x0D, 0x3E, 0x01, 0x8B, 0xE0, 0xD6, 0x4F, 0xA3, 0x2C, 0x06, 0xDE, 0x41, 0x39];
        let salt = [0x0E, 0xC6, 0x75, 0xAD, 0x49, 0x8A, 0xFE, 0xEB, 0xB6, 0x96, 0x0B, 0x3A, 0xAB, 0xE6];
        let mut cipher = [0; 16];
        derive(&key, &salt, 0, &mut cipher);
        assert_eq!(u128::from_be_bytes(cipher), 0xC61E7A93744F39EE10734AFE3FF7A087);
        let mut session_salt = [0; 14];
        derive(&key, &salt, 2, &mut session_salt);
        assert_eq!(hex(&session_salt), "30cbbc08863d8c85d49db34a9ae1");
        let mut auth = [0; 94];
        derive(&key, &salt, 1, &mut auth);
        assert!(hex(&auth).starts_with("cebe321f6ff7716b6fd4ab49af256a156d38baa4"));
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
