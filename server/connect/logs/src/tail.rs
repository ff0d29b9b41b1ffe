//! Reading what is written: which files there are, how far each was read, and the lines behind that. Blocking.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::files::{self, Identity, Seen};

/// Lines of one portion, and their bytes.
const PORTION: usize = 8_192;
const PORTION_BYTES: usize = 8 << 20;
/// The longest line that is read whole.
pub(crate) const LINE_BYTES: usize = 1 << 20;
/// A file that was rotated and not written to for so long has come to its end, with or without a last line break.
const STILL: Duration = Duration::from_secs(5);

/// How far a log was read: of each of its files, by a number that none gets again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Position {
    next: i32,
    parts: BTreeMap<i32, Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    is: Identity,
    /// The first byte that was not read.
    at: u64,
}

/// One line, without its break.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) part: i32,
    pub(crate) at: u64,
    /// The name that its file had.
    pub(crate) file: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) too_long: bool,
}

/// What came of a look.
pub(crate) struct Looked {
    pub(crate) lines: Vec<Line>,
    /// There is nothing more at this moment.
    pub(crate) at_end: bool,
}

pub(crate) struct Tail {
    path: PathBuf,
    pub(crate) position: Position,
    /// Files stay open while they are read: one that is removed is read to its end.
    open: BTreeMap<i32, Open>,
}

struct Open {
    file: File,
    name: String,
    length: u64,
    /// A last line without its break is whole.
    is_over: bool,
    is_gone: bool,
}

impl Tail {
    pub(crate) fn new(path: PathBuf, position: Position) -> Self {
        Self { path, position, open: BTreeMap::new() }
    }

    /// As if all that there is had been read.
    ///
    /// # Errors
    /// Where the files cannot be read.
    pub(crate) fn skip_all(&mut self) -> io::Result<()> {
        self.see()?;
        for (part, open) in &self.open {
            if let Some(known) = self.position.parts.get_mut(part) {
                known.at = open.length;
                known.is.read_to(&open.file, known.at)?;
            }
        }
        Ok(())
    }

    /// How long each file is now.
    ///
    /// # Errors
    /// Where the files cannot be read.
    pub(crate) fn lengths(&mut self) -> io::Result<BTreeMap<i32, u64>> {
        self.see()?;
        Ok(self.open.iter().map(|(part, open)| (*part, open.length)).collect())
    }

    /// Whether each file was read as far, or is read and gone.
    pub(crate) fn is_behind(&self, ends: &BTreeMap<i32, u64>) -> bool {
        ends.iter().all(|(part, end)| self.position.parts.get(part).is_none_or(|part| part.at >= *end))
    }

    /// Looks at the files, and reads what has come.
    ///
    /// # Errors
    /// Where the files cannot be read.
    pub(crate) fn look(&mut self) -> io::Result<Looked> {
        self.see()?;
        let (mut lines, mut bytes) = (Vec::new(), 0);
        let mut at_end = true;
        for (part, open) in &mut self.open {
            let Some(known) = self.position.parts.get_mut(part) else { continue };
            let begin = known.at;
            open.file.seek(SeekFrom::Start(begin))?;
            let mut reader = BufReader::with_capacity(256 << 10, &mut open.file);
            while let Some((line, read)) = next_line(&mut reader, open.is_over)? {
                let at = known.at;
                known.at += read;
                bytes += line.len();
                let too_long = line.len() > LINE_BYTES;
                lines.push(Line { part: *part, at, file: open.name.clone(), bytes: line, too_long });
                if lines.len() >= PORTION || bytes >= PORTION_BYTES {
                    at_end = false;
                    break;
                }
            }
            if known.at > begin {
                known.is.read_to(&open.file, known.at)?;
            }
            if !at_end {
                break;
            }
        }
        if at_end {
            self.forget_gone();
        }
        Ok(Looked { lines, at_end })
    }

    /// Of a file that is gone, nothing more comes.
    fn forget_gone(&mut self) {
        let Self { position, open, .. } = self;
        open.retain(|_, open| !open.is_gone);
        position.parts.retain(|part, _| open.contains_key(part));
    }

    /// Which files there are now.
    fn see(&mut self) -> io::Result<()> {
        let mut gone: Vec<i32> = self.position.parts.keys().copied().collect();
        let seen = files::of_log(&self.path)?;
        let parts = self.parts_of(&seen)?;
        let places: Vec<i32> = self.cut_in_place(&seen, &parts);
        for (seen, part) in seen.into_iter().zip(parts) {
            let Some(part) = part else { continue };
            gone.retain(|known| *known != part);
            let still = seen.changed.elapsed().is_ok_and(|still| still >= STILL);
            let name = seen.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_over = !seen.is_written && still;
            self.open.insert(part, Open { length: seen.length, name, is_over, is_gone: false, file: seen.file });
        }
        for part in gone {
            if places.contains(&part) {
                // What is open of it holds something else now.
                self.open.remove(&part);
            }
            match self.open.get_mut(&part) {
                Some(open) => (open.is_gone, open.is_over) = (true, true),
                // Nobody has it open any more.
                None => drop(self.position.parts.remove(&part)),
            }
        }
        Ok(())
    }

    /// Which part each file is: one that is known by its place, one whose bytes were copied to where the file is before its own was cut,
    /// or a new one. A copy of what is still there is none, and so is a file without a byte: what it will be known by is still to come.
    fn parts_of(&mut self, seen: &[Seen]) -> io::Result<Vec<Option<i32>>> {
        let mut parts = Vec::with_capacity(seen.len());
        for file in seen {
            parts.push(self.known(file)?);
        }
        for (index, file) in seen.iter().enumerate() {
            if parts[index].is_some() || file.length == 0 {
                continue;
            }
            if !file.is_written {
                if let Some(moved) = self.copied_to(file, &parts)? {
                    parts[index] = Some(moved);
                    continue;
                }
                let mut known = seen.iter().zip(&parts).filter(|(_, part)| part.is_some());
                if known.try_fold(false, |is_copy, (other, _)| Ok::<_, io::Error>(is_copy || file.is_copy_of(other)?))? {
                    continue;
                }
            }
            parts[index] = Some(self.new_part(file.identity(0)?));
        }
        Ok(parts)
    }

    fn known(&mut self, seen: &Seen) -> io::Result<Option<i32>> {
        for (number, part) in &mut self.position.parts {
            if seen.is(&part.is, part.at)? {
                if part.is.may_grow() {
                    part.is = seen.identity(part.at)?;
                }
                return Ok(Some(*number));
            }
        }
        Ok(None)
    }

    /// The part whose file was copied to this one, and is not at its own place any more.
    fn copied_to(&mut self, seen: &Seen, taken: &[Option<i32>]) -> io::Result<Option<i32>> {
        for (number, part) in &mut self.position.parts {
            if !taken.contains(&Some(*number)) && seen.holds(&part.is, part.at)? {
                part.is = seen.identity(part.at)?;
                return Ok(Some(*number));
            }
        }
        Ok(None)
    }

    /// The parts at whose places other bytes stand now.
    fn cut_in_place(&self, seen: &[Seen], parts: &[Option<i32>]) -> Vec<i32> {
        let known = self.position.parts.iter().filter(|(number, _)| !parts.contains(&Some(**number)));
        known.filter(|(_, part)| seen.iter().any(|file| file.is_at_place_of(&part.is))).map(|(number, _)| *number).collect()
    }

    fn new_part(&mut self, is: Identity) -> i32 {
        let number = self.position.next;
        self.position.next += 1;
        self.position.parts.insert(number, Part { is, at: 0 });
        number
    }
}

/// The next whole line without its break, and how many bytes it takes with that; of one that is too long, as much as is looked at.
fn next_line(reader: &mut impl BufRead, is_over: bool) -> io::Result<Option<(Vec<u8>, u64)>> {
    let (mut line, mut read) = (Vec::new(), 0);
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            // Without its break, it may still be being written.
            return Ok((is_over && read > 0).then_some((line, read)));
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let taken = end.unwrap_or(buffer.len());
        let room = (LINE_BYTES + 1).saturating_sub(line.len());
        line.extend_from_slice(&buffer[..taken.min(room)]);
        let used = end.map_or(buffer.len(), |end| end + 1);
        reader.consume(used);
        read += used as u64;
        if end.is_some() {
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            return Ok(Some((line, read)));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::io::Write as _;

    use super::*;

    struct Stage {
        folder: tempfile::TempDir,
        tail: Tail,
    }

    impl Stage {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let places = connect::places::Places::new(&[std::env::temp_dir()], &[]).unwrap();
            connect::policy::set(connect::policy::Policy { places, ..Default::default() });
            let tail = Tail::new(folder.path().join("a.log"), Position::default());
            Self { folder, tail }
        }

        fn write(&self, name: &str, text: &str) {
            let mut file = fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join(name)).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        }

        fn rename(&self, from: &str, to: &str) {
            fs::rename(self.folder.path().join(from), self.folder.path().join(to)).unwrap();
        }

        fn read(&mut self) -> Vec<String> {
            let looked = self.tail.look().unwrap();
            assert!(looked.at_end);
            looked.lines.into_iter().map(|line| String::from_utf8(line.bytes).unwrap()).collect()
        }

        /// As another process goes on.
        fn again(&mut self) {
            let text = serde_json::to_string(&self.tail.position).unwrap();
            self.tail = Tail::new(self.folder.path().join("a.log"), serde_json::from_str(&text).unwrap());
        }
    }

    #[test]
    fn lines_are_read_once_through_rotations_and_restarts() {
        let mut stage = Stage::new();
        stage.write("a.log", "one\ntwo\nthr");
        assert_eq!(stage.read(), ["one", "two"]);
        stage.write("a.log", "ee\r\n");
        assert_eq!(stage.read(), ["three"]);
        // Renamed, with a line that came in between, and a new one in its place.
        stage.write("a.log", "four\n");
        stage.rename("a.log", "a.log.1");
        stage.write("a.log", "five\n");
        stage.again();
        assert_eq!(stage.read(), ["four", "five"]);
        stage.rename("a.log.1", "a.log.2");
        stage.rename("a.log", "a.log.1");
        assert_eq!(stage.read(), Vec::<String>::new());
        // Its oldest goes, and the number may be given to another.
        fs::remove_file(stage.folder.path().join("a.log.2")).unwrap();
        stage.write("a.log", "six\n");
        stage.again();
        assert_eq!(stage.read(), ["six"]);
    }

    #[test]
    fn a_log_that_is_copied_and_then_cut_gives_each_line_once() {
        for restarts in [false, true] {
            let mut stage = Stage::new();
            let lines = |from: usize, to: usize| (from..to).map(|n| format!("line {n}\n")).collect::<String>();
            let named = |from: usize, to: usize| (from..to).map(|n| format!("line {n}")).collect::<Vec<_>>();
            stage.write("a.log", &lines(0, 15));
            assert_eq!(stage.read(), named(0, 15));
            // Half a copy, a whole one beside its log, and lines that come in between.
            stage.write("a.log.1", &lines(0, 7));
            assert_eq!(stage.read(), Vec::<String>::new());
            stage.write("a.log", &lines(15, 17));
            fs::copy(stage.folder.path().join("a.log"), stage.folder.path().join("a.log.1")).unwrap();
            if restarts {
                stage.again();
            }
            File::options().write(true).open(stage.folder.path().join("a.log")).unwrap().set_len(0).unwrap();
            stage.write("a.log", &lines(17, 20));
            assert_eq!(stage.read(), named(15, 20));
            assert_eq!(stage.read(), Vec::<String>::new());
        }
    }

    #[test]
    fn a_log_that_is_cut_and_written_anew_with_the_same_beginning_is_another() {
        for restarts in [false, true] {
            let mut stage = Stage::new();
            let banner = "#".repeat(200);
            stage.write("a.log", &format!("{banner}\nold 1\nold 2\n"));
            assert_eq!(stage.read(), [banner.as_str(), "old 1", "old 2"]);
            fs::write(stage.folder.path().join("a.log"), format!("{banner}\nnew 1\nnew 2\nnew 3\n")).unwrap();
            if restarts {
                stage.again();
            }
            assert_eq!(stage.read(), [banner.as_str(), "new 1", "new 2", "new 3"]);
        }
    }

    #[test]
    fn a_file_that_is_cut_short_is_begun_anew_under_another_number() {
        let mut stage = Stage::new();
        stage.write("a.log", "one\ntwo\n");
        let first = stage.tail.look().unwrap().lines;
        fs::write(stage.folder.path().join("a.log"), "").unwrap();
        assert_eq!(stage.read(), Vec::<String>::new());
        stage.write("a.log", "three\n");
        let second = stage.tail.look().unwrap().lines;
        assert_eq!((first[0].part, first[0].at, second[0].part, second[0].at), (0, 0, 1, 0));
        // Cut and written further than it was: its first bytes tell.
        fs::write(stage.folder.path().join("a.log"), "another beginning, and longer\n").unwrap();
        stage.again();
        assert_eq!(stage.read(), ["another beginning, and longer"]);
    }

    #[test]
    fn what_is_open_is_read_to_its_end_when_it_is_removed() {
        let mut stage = Stage::new();
        stage.write("a.log", "one\n");
        assert_eq!(stage.read(), ["one"]);
        stage.write("a.log", "two\nthree");
        fs::remove_file(stage.folder.path().join("a.log")).unwrap();
        stage.write("a.log", "four\n");
        assert_eq!(stage.read(), ["two", "three", "four"]);
        assert_eq!(stage.tail.position.parts.len(), 1);
    }

    #[test]
    fn a_line_without_end_is_cut_and_the_next_one_is_whole() {
        let mut stage = Stage::new();
        stage.write("a.log", &format!("{}\nshort\n", "x".repeat(LINE_BYTES * 2)));
        let lines = stage.tail.look().unwrap().lines;
        assert_eq!((lines[0].too_long, lines[0].bytes.len(), lines[1].bytes.as_slice()), (true, LINE_BYTES + 1, &b"short"[..]));
    }
}
