//! Lines with a checksum in front, which reveals that a line was cut or changed.

use std::io::{self, BufWriter, Seek, SeekFrom, Write};

/// Returns `line` without the checksum in front of it, or `None` if the checksum is wrong. `line` has no
/// newline.
pub(super) fn strip_checksum(line: &[u8]) -> Option<&[u8]> {
    let (sum, text) = line.split_at_checked(9)?;
    let sum = u32::from_str_radix(std::str::from_utf8(sum).ok()?.strip_suffix(' ')?, 16).ok()?;
    (sum == crc32fast::hash(text)).then_some(text)
}

/// Returns `text` as a line, with its checksum in front and a newline at its end.
pub(super) fn with_checksum(text: &[u8]) -> Vec<u8> {
    let mut line = checksum_prefix(crc32fast::hash(text)).into_bytes();
    line.extend_from_slice(text);
    line.push(b'\n');
    line
}

/// Writes the output of `fill` to `to` as a line with its checksum in front. The output is written piece by
/// piece, so the checksum is filled in last.
pub(super) fn write_with_checksum(
    to: &mut (impl Write + Seek),
    fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    to.write_all(checksum_prefix(0).as_bytes())?;
    let mut summing = ChecksumWriter { to: BufWriter::new(to), hasher: crc32fast::Hasher::new() };
    fill(&mut summing)?;
    let ChecksumWriter { to: mut line, hasher: sum } = summing;
    line.write_all(b"\n")?;
    let to = line.into_inner().map_err(io::IntoInnerError::into_error)?;
    to.seek(SeekFrom::Start(0))?;
    to.write_all(checksum_prefix(sum.finalize()).as_bytes())
}

fn checksum_prefix(sum: u32) -> String {
    format!("{sum:08x} ")
}

/// Writer that computes the checksum (CRC-32) of the bytes that it passes on.
struct ChecksumWriter<W> {
    to: W,
    hasher: crc32fast::Hasher,
}

impl<W: Write> Write for ChecksumWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::{strip_checksum, with_checksum, write_with_checksum};
    use std::io::Cursor;

    #[test]
    fn a_line_written_in_pieces_equals_a_line_written_whole() {
        let mut file = Cursor::new(Vec::new());
        let pieces: [&[u8]; 3] = [b"a ", b"", b"line"];
        write_with_checksum(&mut file, &mut |to| pieces.iter().try_for_each(|piece| to.write_all(piece)))
            .unwrap();
        let line = file.into_inner();
        assert_eq!(line, with_checksum(b"a line"));
        assert_eq!(strip_checksum(line.strip_suffix(b"\n").unwrap()), Some(&b"a line"[..]));
        assert_eq!(strip_checksum(b"00000000 a line"), None);
    }
}
