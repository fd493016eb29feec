// SPDX-License-Identifier: Apache-2.0
//! Reading and writing big-endian numbers where a stranger chose the length: `None`, never a panic.

pub fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?))
}

pub fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// Appends to a fixed buffer. What does not fit is not written, and `finish` says so.
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    length: usize,
    overflowed: bool,
}

impl<'a> Writer<'a> {
    pub fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, length: 0, overflowed: false }
    }

    pub fn put(&mut self, bytes: &[u8]) {
        match self.buffer.get_mut(self.length..self.length + bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.length += bytes.len();
            }
            None => self.overflowed = true,
        }
    }

    pub fn u8(&mut self, value: u8) {
        self.put(&[value]);
    }

    pub fn u16(&mut self, value: u16) {
        self.put(&value.to_be_bytes());
    }

    pub fn u32(&mut self, value: u32) {
        self.put(&value.to_be_bytes());
    }

    /// Overwrites two octets that were written before.
    pub fn patch_u16(&mut self, at: usize, value: u16) {
        if let Some(room) = self.buffer.get_mut(at..at + 2) {
            room.copy_from_slice(&value.to_be_bytes());
        }
    }

    pub fn written(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    pub fn finish(self) -> Option<usize> {
        (!self.overflowed).then_some(self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_past_the_end_is_none() {
        assert_eq!(u16_at(&[1, 2, 3], 1), Some(0x0203));
        assert_eq!(u16_at(&[1, 2, 3], 2), None);
        assert_eq!(u32_at(&[1, 2, 3], 0), None);
        assert_eq!(u16_at(&[], usize::MAX), None);
    }

    #[test]
    fn a_full_writer_says_so() {
        let mut room = [0; 3];
        let mut writer = Writer::new(&mut room);
        writer.u16(7);
        writer.u16(8);
        assert_eq!(writer.finish(), None);
    }
}
