//! Lines with a checksum before them, so that a cut or a changed one is known.

use std::io::{self, BufWriter, Seek, SeekFrom, Write};

/// Takes the checksum off a line, and says whether it is right.
pub(super) fn checked(line: &[u8]) -> Option<&[u8]> {
    let (sum, text) = line.split_at_checked(9)?;
    let sum = u32::from_str_radix(std::str::from_utf8(sum).ok()?.strip_suffix(' ')?, 16).ok()?;
    (sum == crc32fast::hash(text)).then_some(text)
}

/// A line with its checksum before it and its end behind it.
pub(super) fn with_sum(text: &[u8]) -> Vec<u8> {
    let mut line = head(crc32fast::hash(text)).into_bytes();
    line.extend_from_slice(text);
    line.push(b'\n');
    line
}

/// Writes what `fill` gives as such a line, without holding it: the checksum is written at last.
pub(super) fn write_summed(
    to: &mut (impl Write + Seek),
    fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    to.write_all(head(0).as_bytes())?;
    let mut summing = Summing { to: BufWriter::new(to), sum: crc32fast::Hasher::new() };
    fill(&mut summing)?;
    let Summing { to: mut line, sum } = summing;
    line.write_all(b"\n")?;
    let to = line.into_inner().map_err(io::IntoInnerError::into_error)?;
    to.seek(SeekFrom::Start(0))?;
    to.write_all(head(sum.finalize()).as_bytes())
}

fn head(sum: u32) -> String {
    format!("{sum:08x} ")
}

/// Writes on what it is given, and adds it up.
struct Summing<W> {
    to: W,
    sum: crc32fast::Hasher,
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::{checked, with_sum, write_summed};
    use std::io::Cursor;

    #[test]
    fn what_is_written_piece_by_piece_is_the_same_line() {
        let mut file = Cursor::new(Vec::new());
        let pieces: [&[u8]; 3] = [b"a ", b"", b"line"];
        write_summed(&mut file, &mut |to| pieces.iter().try_for_each(|piece| to.write_all(piece))).unwrap();
        let line = file.into_inner();
        assert_eq!(line, with_sum(b"a line"));
        assert_eq!(checked(line.strip_suffix(b"\n").unwrap()), Some(&b"a line"[..]));
        assert_eq!(checked(b"00000000 a line"), None);
    }
}
