// SPDX-License-Identifier: Apache-2.0
//! G.722 at 64 kbit/s: two samples of 16 kHz become one octet. Block names are those of ITU-T G.722 (09/2012).

const QMF: [i32; 12] = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

/// Decision levels of the low band's quantizer, table 14.
const Q6: [i32; 31] = [
    0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339,
    1458, 1612, 1765, 1980, 2195, 2557, 2919, 0,
];
const QM6: [i32; 64] = [
    -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576,
    -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040,
    -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
    4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
];
const QM4: [i32; 16] =
    [0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0];
const QM2: [i32; 4] = [-7408, -1616, 7408, 1616];
const WL: [i32; 8] = [-60, -30, 58, 172, 334, 538, 1198, 3042];
const RL42: [usize; 16] = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0];
const WH: [i32; 3] = [0, -214, 798];
const RH2: [usize; 4] = [2, 1, 2, 1];
const ILB: [i32; 32] = [
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896, 2960, 3025,
    3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];

fn saturate(value: i32) -> i32 {
    value.clamp(-32768, 32767)
}

/// The adaptive predictor and quantizer scale of one band (blocks 3 and 4).
#[derive(Clone)]
struct Band {
    /// Predictor output, and its zero part.
    s: i32,
    sz: i32,
    r: [i32; 3],
    a: [i32; 3],
    p: [i32; 3],
    d: [i32; 7],
    b: [i32; 7],
    /// Logarithmic and linear scale factor.
    nb: i32,
    det: i32,
}

impl Band {
    fn new(det: i32) -> Self {
        Self { s: 0, sz: 0, r: [0; 3], a: [0; 3], p: [0; 3], d: [0; 7], b: [0; 7], nb: 0, det }
    }

    /// Block 3: LOGSCL and SCALEL, or LOGSCH and SCALEH.
    fn scale(&mut self, step: i32, most: i32, shift: i32) {
        self.nb = (((self.nb * 127) >> 7) + step).clamp(0, most);
        let mantissa = ILB[(self.nb >> 6 & 31) as usize];
        let exponent = shift - (self.nb >> 11);
        self.det = if exponent < 0 { mantissa << -exponent } else { mantissa >> exponent } << 2;
    }

    /// Block 4: adapts the predictor to the quantized difference and predicts the next sample.
    fn adapt(&mut self, d: i32) {
        self.d[0] = d;
        self.r[0] = saturate(self.s + d);
        self.p[0] = saturate(self.sz + d);
        let second = self.second_pole();
        let first = self.first_pole(second);
        self.adapt_zeros(d);
        self.d.copy_within(0..6, 1);
        self.r.copy_within(0..2, 1);
        self.p.copy_within(0..2, 1);
        (self.a[1], self.a[2]) = (first, second);
        let pole = |a: i32, r: i32| (a * saturate(2 * r)) >> 15;
        let sp = saturate(pole(self.a[1], self.r[1]) + pole(self.a[2], self.r[2]));
        let zeros = self.b.iter().zip(&self.d).skip(1).map(|(b, d)| (b * saturate(2 * d)) >> 15);
        self.sz = saturate(zeros.sum());
        self.s = saturate(sp + self.sz);
    }

    /// UPPOL2.
    fn second_pole(&self) -> i32 {
        let same_sign = |n: usize| self.p[0] >> 15 == self.p[n] >> 15;
        let wd1 = saturate(self.a[1] << 2);
        let wd2 = if same_sign(1) { (-wd1).min(32767) } else { wd1 };
        let wd3 = (wd2 >> 7) + if same_sign(2) { 128 } else { -128 };
        (wd3 + ((self.a[2] * 32512) >> 15)).clamp(-12288, 12288)
    }

    /// UPPOL1.
    fn first_pole(&self, second: i32) -> i32 {
        let step = if self.p[0] >> 15 == self.p[1] >> 15 { 192 } else { -192 };
        let bound = saturate(15360 - second);
        saturate(step + ((self.a[1] * 32640) >> 15)).clamp(-bound, bound)
    }

    /// UPZERO.
    fn adapt_zeros(&mut self, d: i32) {
        let step = if d == 0 { 0 } else { 128 };
        for n in 1..7 {
            let signed = if self.d[n] >> 15 == d >> 15 { step } else { -step };
            self.b[n] = saturate(signed + ((self.b[n] * 32640) >> 15));
        }
    }

    fn adapt_low(&mut self, code: usize) {
        let difference = (self.det * QM4[code >> 2]) >> 15;
        self.scale(WL[RL42[code >> 2]], 18432, 8);
        self.adapt(difference);
    }

    fn adapt_high(&mut self, code: usize) -> i32 {
        let difference = (self.det * QM2[code]) >> 15;
        let out = (difference + self.s).clamp(-16384, 16383);
        self.scale(WH[RH2[code]], 22528, 10);
        self.adapt(difference);
        out
    }
}

fn bands() -> (Band, Band) {
    (Band::new(32), Band::new(8))
}

/// The two sums of the quadrature mirror filter: over even and over odd taps.
fn qmf(x: &[i32; 24]) -> (i32, i32) {
    let mut even = 0;
    let mut odd = 0;
    for n in 0..12 {
        odd += x[2 * n] * QMF[n];
        even += x[2 * n + 1] * QMF[11 - n];
    }
    (even, odd)
}

pub struct Encoder {
    x: [i32; 24],
    low: Band,
    high: Band,
}

impl Default for Encoder {
    fn default() -> Self {
        let (low, high) = bands();
        Self { x: [0; 24], low, high }
    }
}

impl Encoder {
    /// Two samples give one octet; an odd last sample is dropped.
    pub fn encode(&mut self, samples: &[i16], out: &mut Vec<u8>) {
        out.extend(samples.chunks_exact(2).map(|pair| self.octet(pair[0], pair[1])));
    }

    fn octet(&mut self, first: i16, second: i16) -> u8 {
        self.x.copy_within(2.., 0);
        self.x[22] = i32::from(first);
        self.x[23] = i32::from(second);
        let (even, odd) = qmf(&self.x);
        let low = self.quantize_low((even + odd) >> 14);
        let high = self.quantize_high((even - odd) >> 14);
        self.low.adapt_low(low);
        self.high.adapt_high(high);
        (high << 6 | low) as u8
    }

    /// QUANTL. The code counts up from the middle: 61 down to 32 for positive differences, 63, 62, 31 … 4 for others.
    fn quantize_low(&self, sample: i32) -> usize {
        let difference = saturate(sample - self.low.s);
        let magnitude = if difference >= 0 { difference } else { -(difference + 1) };
        let level = (1..30).find(|n| magnitude < (Q6[*n] * self.low.det) >> 12).unwrap_or(30);
        match (difference < 0, level) {
            (false, level) => 62 - level,
            (true, level @ 1..=2) => 64 - level,
            (true, level) => 34 - level,
        }
    }

    /// QUANTH.
    fn quantize_high(&self, sample: i32) -> usize {
        let difference = saturate(sample - self.high.s);
        let magnitude = if difference >= 0 { difference } else { -(difference + 1) };
        let is_large = magnitude >= (564 * self.high.det) >> 12;
        match (difference < 0, is_large) {
            (true, true) => 0,
            (true, false) => 1,
            (false, true) => 2,
            (false, false) => 3,
        }
    }
}

pub struct Decoder {
    x: [i32; 24],
    low: Band,
    high: Band,
}

impl Default for Decoder {
    fn default() -> Self {
        let (low, high) = bands();
        Self { x: [0; 24], low, high }
    }
}

impl Decoder {
    /// One octet gives two samples.
    pub fn decode(&mut self, payload: &[u8], out: &mut Vec<i16>) {
        for octet in payload {
            let (first, second) = self.pair(*octet);
            out.extend_from_slice(&[first, second]);
        }
    }

    fn pair(&mut self, octet: u8) -> (i16, i16) {
        let low_code = usize::from(octet & 0x3F);
        let low = (self.low.s + ((self.low.det * QM6[low_code]) >> 15)).clamp(-16384, 16383);
        self.low.adapt_low(low_code);
        let high = self.high.adapt_high(usize::from(octet >> 6));
        self.x.copy_within(2.., 0);
        self.x[22] = low + high;
        self.x[23] = low - high;
        let (even, odd) = qmf(&self.x);
        (saturate(even >> 11) as i16, saturate(odd >> 11) as i16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_keeps_its_strength() {
        for frequency in [300.0, 1000.0, 3000.0, 6000.0f64] {
            let tone = |n: usize| (8000.0 * (n as f64 * frequency * std::f64::consts::TAU / 16000.0).sin()) as i16;
            let samples: Vec<i16> = (0..3200).map(tone).collect();
            let (mut payload, mut heard) = (Vec::new(), Vec::new());
            Encoder::default().encode(&samples, &mut payload);
            assert_eq!(payload.len(), 1600);
            Decoder::default().decode(&payload, &mut heard);
            let power = |part: &[i16]| part.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / part.len() as f64;
            let ratio = power(&heard[800..]) / power(&samples[800..]);
            assert!((0.8..1.25).contains(&ratio), "{frequency} Hz: {ratio}");
        }
    }
}
