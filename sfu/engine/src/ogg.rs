// SPDX-License-Identifier: Apache-2.0
//! Ogg pages (RFC 3533) with Opus in them (RFC 7845): written forwards only, whole pages at a time, so that a file can
//! be played while it grows and after its writer was killed.

/// Packets of 20 ms in a page. Half a second: what a kill may cost, for 5 % of a page's size in headers.
const PACKETS_PER_PAGE: usize = 25;

const CONTINUES_NOTHING: u8 = 0;
const FIRST: u8 = 2;
const LAST: u8 = 4;

/// A page's lacing has 255 entries; a packet of ours takes one or two.
const MOST_SEGMENTS: usize = 250;

pub struct Muxer {
    serial: u32,
    sequence: u32,
    lacing: Vec<u8>,
    body: Vec<u8>,
    packets: usize,
    granule: u64,
}

impl Muxer {
    pub fn new(serial: u32) -> Self {
        Self {
            serial,
            sequence: 0,
            lacing: Vec::with_capacity(256),
            body: Vec::with_capacity(8192),
            packets: 0,
            granule: 0,
        }
    }

    /// The two header pages: two uncoupled mono streams, left and right (mapping family 1).
    pub fn start(&mut self, pre_skip: u16, out: &mut Vec<u8>) {
        let mut head = b"OpusHead\x01\x02".to_vec();
        head.extend_from_slice(&pre_skip.to_le_bytes());
        head.extend_from_slice(&48_000u32.to_le_bytes());
        head.extend_from_slice(&[0, 0]); // output gain
        head.extend_from_slice(&[1, 2, 0, 0, 1]); // family, streams, coupled, mapping
        self.add(&head);
        self.page(FIRST, 0, out);
        let vendor = b"HeadCall";
        let mut tags = b"OpusTags".to_vec();
        tags.extend_from_slice(&(vendor.len() as u32).to_le_bytes());
        tags.extend_from_slice(vendor);
        tags.extend_from_slice(&0u32.to_le_bytes());
        self.add(&tags);
        self.page(CONTINUES_NOTHING, 0, out);
    }

    /// Adds a packet that ends at `granule` samples, and appends a page when one is full.
    pub fn packet(&mut self, packet: &[u8], granule: u64, out: &mut Vec<u8>) {
        if self.lacing.len() + packet.len() / 255 + 1 > MOST_SEGMENTS {
            self.page(CONTINUES_NOTHING, self.granule, out);
        }
        self.add(packet);
        self.granule = granule;
        self.packets += 1;
        if self.packets >= PACKETS_PER_PAGE {
            self.page(CONTINUES_NOTHING, granule, out);
        }
    }

    /// The last page, which may be empty, trimmed to `granule` samples.
    pub fn finish(&mut self, granule: u64, out: &mut Vec<u8>) {
        self.page(LAST, granule, out);
    }

    fn add(&mut self, packet: &[u8]) {
        self.lacing.extend(std::iter::repeat_n(255, packet.len() / 255));
        self.lacing.push((packet.len() % 255) as u8);
        self.body.extend_from_slice(packet);
    }

    fn page(&mut self, flags: u8, granule: u64, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(b"OggS\0");
        out.push(flags);
        out.extend_from_slice(&granule.to_le_bytes());
        out.extend_from_slice(&self.serial.to_le_bytes());
        out.extend_from_slice(&self.sequence.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.push(self.lacing.len() as u8);
        out.append(&mut self.lacing);
        out.append(&mut self.body);
        let sum = crc(&out[start..]);
        out[start + 22..start + 26].copy_from_slice(&sum.to_le_bytes());
        self.sequence += 1;
        self.packets = 0;
    }
}

/// RFC 3533 6: polynomial 0x04c11db7, not reflected, no initial or final value.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let mut value = (n as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 0x8000_0000 != 0 { (value << 1) ^ 0x04C1_1DB7 } else { value << 1 };
            bit += 1;
        }
        table[n] = value;
        n += 1;
    }
    table
};

fn crc(data: &[u8]) -> u32 {
    data.iter().fold(0, |crc, octet| (crc << 8) ^ TABLE[usize::from((crc >> 24) as u8 ^ octet)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sequence, flags, granule and lacing of every page, each checked against its sum.
    fn pages(mut file: &[u8]) -> Vec<(u32, u8, u64, Vec<u8>)> {
        let mut found = Vec::new();
        while !file.is_empty() {
            assert_eq!(&file[..5], b"OggS\0");
            let segments = usize::from(file[26]);
            let lacing = file[27..27 + segments].to_vec();
            let length = 27 + segments + lacing.iter().map(|n| usize::from(*n)).sum::<usize>();
            let mut page = file[..length].to_vec();
            page[22..26].fill(0);
            assert_eq!(crc(&page).to_le_bytes(), file[22..26]);
            let granule = u64::from_le_bytes(file[6..14].try_into().unwrap());
            found.push((u32::from_le_bytes(file[18..22].try_into().unwrap()), file[5], granule, lacing));
            file = &file[length..];
        }
        found
    }

    #[test]
    fn pages_are_numbered_summed_and_come_twice_a_second() {
        let mut muxer = Muxer::new(7);
        let mut file = Vec::new();
        muxer.start(312, &mut file);
        for n in 1..=60u64 {
            muxer.packet(&[1; 300], n * 960, &mut file);
        }
        muxer.finish(60 * 960 - 100, &mut file);
        let pages = pages(&file);
        let outline: Vec<_> = pages.iter().map(|(seq, flags, granule, _)| (*seq, *flags, *granule)).collect();
        let expected = [(0, 2, 0), (1, 0, 0), (2, 0, 24_000), (3, 0, 48_000), (4, 4, 57_500)];
        assert_eq!(outline, expected);
        assert_eq!(pages[2].3[..2], [255, 45]);
    }

    #[test]
    fn large_packets_never_overflow_a_page() {
        let mut muxer = Muxer::new(7);
        let mut file = Vec::new();
        for n in 1..=100u64 {
            muxer.packet(&vec![0; 255 * 30], n * 960, &mut file);
        }
        muxer.finish(96_000, &mut file);
        assert!(pages(&file).iter().all(|(_, _, _, lacing)| lacing.len() <= 255));
    }
}
