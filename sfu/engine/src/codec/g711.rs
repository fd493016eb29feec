// SPDX-License-Identifier: Apache-2.0
//! G.711: A-law and mu-law by tables made at compile time.

const fn alaw_decode(octet: u8) -> i16 {
    let value = octet ^ 0x55;
    let magnitude = ((value & 0x0F) as i16) << 4;
    let segment = (value & 0x70) >> 4;
    let magnitude = match segment {
        0 => magnitude + 8,
        1 => magnitude + 0x108,
        _ => (magnitude + 0x108) << (segment - 1),
    };
    if value & 0x80 != 0 { magnitude } else { -magnitude }
}

const fn ulaw_decode(octet: u8) -> i16 {
    let value = !octet;
    let magnitude = ((((value & 0x0F) as i32) << 3) + 0x84) << ((value & 0x70) >> 4);
    let magnitude = (magnitude - 0x84) as i16;
    if value & 0x80 != 0 { -magnitude } else { magnitude }
}

const fn alaw_encode(sample: i16) -> u8 {
    let (sign, mut value) = if sample >= 0 { (0xD5, sample >> 4) } else { (0x55, !sample >> 4) };
    let mut segment = 0;
    if value > 15 {
        segment = 1;
        while value > 31 {
            value >>= 1;
            segment += 1;
        }
    }
    sign ^ ((segment << 4) | (value & 0x0F) as u8)
}

const fn ulaw_encode(sample: i16) -> u8 {
    let (mask, value) = if sample >= 0 { (0xFF, sample as i32) } else { (0x7F, -(sample as i32)) };
    let value = if value > 32_635 { 32_635 } else { value } + 0x84;
    let segment = 24 - (value as u32).leading_zeros() as i32;
    let mantissa = (value >> (segment + 3)) & 0x0F;
    mask ^ ((segment << 4) | mantissa) as u8
}

/// One law: both directions as tables, and the energy of each octet for a cheap level meter.
pub struct Law {
    pub decode: [i16; 256],
    encode: [u8; 16384],
    pub power: [f32; 256],
    pub silence: u8,
}

const fn law(a_law: bool) -> Law {
    let mut law = Law { decode: [0; 256], encode: [0; 16384], power: [0.0; 256], silence: 0 };
    let mut n = 0;
    while n < 256 {
        let sample = if a_law { alaw_decode(n as u8) } else { ulaw_decode(n as u8) };
        law.decode[n] = sample;
        law.power[n] = sample as f32 * sample as f32;
        n += 1;
    }
    // Two bits of a 16 bit sample never matter: the laws are defined over 13 and 14 bits.
    let mut n = 0;
    while n < 16384 {
        let sample = ((n as u16) << 2) as i16;
        law.encode[n] = if a_law { alaw_encode(sample) } else { ulaw_encode(sample) };
        n += 1;
    }
    law.silence = if a_law { 0xD5 } else { 0xFF };
    law
}

pub static ALAW: Law = law(true);
pub static ULAW: Law = law(false);

impl Law {
    pub fn encode(&self, sample: i16) -> u8 {
        self.encode[usize::from(sample as u16 >> 2)]
    }

    /// Loudness of a packet in dBov (RFC 6464 4: relative to the overload point), -127 for silence. Every fourth
    /// octet is enough for a meter.
    pub fn level(&self, payload: &[u8]) -> f32 {
        if payload.is_empty() {
            return -127.0;
        }
        let sum: f32 = payload.iter().step_by(4).map(|octet| self.power[usize::from(*octet)]).sum();
        dbov(sum / payload.len().div_ceil(4) as f32)
    }

    /// A table that makes every octet louder or quieter without leaving the law.
    pub fn gain_table(&self, factor: f32) -> [u8; 256] {
        let mut table = [0; 256];
        for (octet, out) in table.iter_mut().enumerate() {
            let sample = (f32::from(self.decode[octet]) * factor).clamp(-32768.0, 32767.0);
            *out = self.encode(sample as i16);
        }
        table
    }
}

/// A mean square as dBov.
pub fn dbov(power: f32) -> f32 {
    (10.0 * (power / (32768.0 * 32768.0)).max(1e-13).log10()).max(-127.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_survives_a_round_trip() {
        for octet in 0..=255u8 {
            assert_eq!(ALAW.encode(ALAW.decode[usize::from(octet)]), octet, "A-law {octet:#x}");
            let back = ULAW.encode(ULAW.decode[usize::from(octet)]);
            // mu-law has two zeros.
            assert!(back == octet || octet == 0x7F && back == 0xFF, "mu-law {octet:#x} {back:#x}");
        }
    }

    #[test]
    fn silence_is_silent() {
        assert_eq!(ALAW.decode[0xD5], 8);
        assert_eq!(ULAW.decode[0xFF], 0);
        assert!(ULAW.level(&[0xFF; 160]) <= -127.0);
        assert!(ALAW.level(&[0xD5; 160]) < -70.0);
    }

    #[test]
    fn a_sine_keeps_its_shape() {
        for n in 0..160 {
            let sample = (8000.0 * (n as f32 * 0.3).sin()) as i16;
            for law in [&ALAW, &ULAW] {
                let error = (law.decode[usize::from(law.encode(sample))] - sample).abs();
                assert!(error <= 16 + sample.abs() / 16, "{sample} is off by {error}");
            }
        }
    }
}
