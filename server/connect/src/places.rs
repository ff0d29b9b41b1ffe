//! Which files of this machine sources may read: those in folders of the operator, and never what is the program's own.
//!
//! A path is judged by where it leads once every link is followed. A file is opened from its folder downwards without following any
//! link, so a link that is put in between the check and the opening leads nowhere.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use crate::{SourceError, SourceErrorKind};

/// Folders of the system that are no data, whatever folder holds them.
const SYSTEM: [&str; 3] = ["/proc", "/sys", "/dev"];
/// What is said of a path that may not be read, whether there is a file or not.
const OUTSIDE: &str = "Sources cannot read this path: it is outside the folders of the setting source_roots, or it belongs to Sluice or the system. Ask the operator to add the folder to source_roots.";

/// The folders that sources may read.
#[derive(Debug, Clone, Default)]
pub struct Places {
    roots: Vec<PathBuf>,
    /// The folder of source files that the program brings along, inside its data folder.
    own: Option<PathBuf>,
    closed: Vec<PathBuf>,
}

impl Places {
    /// The operator's folders, but for what is `closed` in them: files and folders of the program.
    ///
    /// # Errors
    /// A folder that is no absolute path, or is closed itself.
    pub fn new(roots: &[PathBuf], closed: &[PathBuf]) -> Result<Self, String> {
        let closed = closed.iter().map(|path| followed(path).unwrap_or_else(|| path.clone()));
        let closed: Vec<PathBuf> = closed.chain(SYSTEM.map(PathBuf::from)).collect();
        for root in roots {
            let found = leads_to(root).ok_or_else(|| format!("source_roots: {} is not an absolute path without ..", root.display()))?;
            if closed.iter().any(|closed| found.starts_with(closed)) {
                return Err(format!("source_roots: {} belongs to Sluice or the system, and sources never read it", root.display()));
            }
        }
        Ok(Self { roots: roots.to_vec(), own: None, closed })
    }

    /// With a folder of source files that the program itself brings along.
    ///
    /// # Errors
    /// Where the folder is not there.
    pub fn with_own(mut self, folder: &Path) -> io::Result<Self> {
        self.own = Some(folder.canonicalize()?);
        Ok(self)
    }

    /// Where a path leads, every link followed, if sources may read there. Whether there is a file is not asked.
    ///
    /// # Errors
    /// A path that sources may not read, as a sentence.
    pub fn check(&self, path: &Path) -> Result<PathBuf, SourceError> {
        let found = leads_to(path).filter(|found| self.root_of(found).is_some());
        found.ok_or_else(|| SourceError::new(SourceErrorKind::Config, OUTSIDE))
    }

    /// Opens a file for reading, if sources may read it. Whoever asks looks whether the file is a regular one.
    ///
    /// # Errors
    /// As of opening any file; `PermissionDenied` where sources may not read it.
    pub fn open(&self, path: &Path) -> io::Result<File> {
        let refused = || io::Error::new(io::ErrorKind::PermissionDenied, OUTSIDE);
        let found = leads_to(path).ok_or_else(refused)?;
        let root = self.root_of(&found).ok_or_else(refused)?;
        let rest = found.strip_prefix(&root).map_err(|_| refused())?;
        let mut folders: Vec<&OsStr> = rest.iter().collect();
        let name = folders.pop().ok_or(io::ErrorKind::IsADirectory)?;
        let folder_flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut folder: OwnedFd = rustix::fs::open(&root, folder_flags, Mode::empty())?;
        for step in folders {
            folder = rustix::fs::openat(&folder, step, folder_flags, Mode::empty())?;
        }
        // A named pipe would otherwise wait for whoever writes into it.
        let file_flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        Ok(File::from(rustix::fs::openat(&folder, name, file_flags, Mode::empty())?))
    }

    /// What the form of a source says of them.
    #[must_use]
    pub fn help(&self) -> String {
        let folders: Vec<String> = self.roots.iter().chain(&self.own).map(|folder| folder.display().to_string()).collect();
        if folders.is_empty() {
            return "No folder is allowed yet. The operator lists the allowed folders in the setting source_roots.".to_owned();
        }
        format!("Allowed folders: {}.", folders.join(", "))
    }

    /// The folder by which a path may be read that was followed to its end.
    fn root_of(&self, found: &Path) -> Option<PathBuf> {
        if let Some(own) = self.own.as_ref().filter(|own| found.starts_with(own)) {
            return Some(own.clone());
        }
        if self.closed.iter().any(|closed| found.starts_with(closed)) {
            return None;
        }
        // Asked each time: a folder may come with a disk that is mounted later.
        self.roots.iter().filter_map(|root| root.canonicalize().ok()).find(|root| found.starts_with(root))
    }
}

/// Where a path leads, every link followed; of one whose end is not there, where it would be. Nothing for one that is not absolute or
/// steps back.
fn leads_to(path: &Path) -> Option<PathBuf> {
    if !path.is_absolute() || path.components().any(|part| part == Component::ParentDir) {
        return None;
    }
    followed(path)
}

fn followed(path: &Path) -> Option<PathBuf> {
    if let Ok(found) = path.canonicalize() {
        return Some(found);
    }
    Some(followed(path.parent()?)?.join(path.file_name()?))
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::symlink;

    use super::*;

    fn read(places: &Places, path: &Path) -> Option<String> {
        let mut text = String::new();
        let file = places.open(path).ok();
        assert!(file.is_none() || places.check(path).is_ok(), "{}", path.display());
        file?.read_to_string(&mut text).ok()?;
        Some(text)
    }

    #[test]
    fn only_files_of_the_operators_folders_are_opened() {
        let folder = testkit::folder();
        let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
        let data = root.join("data");
        for made in [&root, &outside, &data, &data.join("sources"), &root.join("deep")] {
            std::fs::create_dir_all(made).unwrap();
        }
        for (file, text) in [
            (root.join("deep/in.csv"), "in"),
            (outside.join("out.csv"), "out"),
            (data.join("sluice.db"), "own"),
            (data.join("sources/flights.db"), "flights"),
            (root.join("sluice.toml"), "key"),
        ] {
            std::fs::write(file, text).unwrap();
        }
        symlink(root.join("deep"), root.join("within")).unwrap();
        symlink(&outside, root.join("away")).unwrap();
        symlink(outside.join("out.csv"), root.join("out.csv")).unwrap();
        symlink(root.join("deep/in.csv"), outside.join("back.csv")).unwrap();
        let closed = [data.clone(), root.join("sluice.toml")];
        let places = Places::new(std::slice::from_ref(&root), &closed).unwrap();
        assert_eq!(read(&places, &root.join("deep/in.csv")).as_deref(), Some("in"));
        assert_eq!(read(&places, &root.join("within/in.csv")).as_deref(), Some("in"));
        assert_eq!(read(&places, &outside.join("back.csv")).as_deref(), Some("in"), "judged by where it leads");
        for refused in [
            outside.join("out.csv"),
            root.join("away/out.csv"),
            root.join("out.csv"),
            root.join("deep/../../outside/out.csv"),
            data.join("sluice.db"),
            data.join("sources/flights.db"),
            root.join("sluice.toml"),
            PathBuf::from("/proc/self/environ"),
            PathBuf::from("/etc/passwd"),
            PathBuf::from("relative.csv"),
            PathBuf::from("/nowhere/at/all.csv"),
        ] {
            let said = places.check(&refused).unwrap_err().sentence;
            assert!(said.contains("source_roots"), "{}: {said}", refused.display());
            assert_eq!(places.open(&refused).unwrap_err().kind(), io::ErrorKind::PermissionDenied, "{}", refused.display());
        }
        assert_eq!(places.open(&root.join("none.csv")).unwrap_err().kind(), io::ErrorKind::NotFound);
        let demo = Places::new(&[], &closed).unwrap().with_own(&data.join("sources")).unwrap();
        assert_eq!(read(&demo, &data.join("sources/flights.db")).as_deref(), Some("flights"));
        assert_eq!(read(&demo, &data.join("sluice.db")), None);
    }

    #[test]
    fn a_root_that_holds_the_machine_keeps_closed_what_is_never_read() {
        let folder = testkit::folder();
        std::fs::write(folder.path().join("x.csv"), "x").unwrap();
        let places = Places::new(&[PathBuf::from("/")], &[]).unwrap();
        assert_eq!(read(&places, &folder.path().join("x.csv")).as_deref(), Some("x"));
        for refused in ["/proc/self/environ", "/sys/kernel", "/dev/zero", "/proc/self/root/proc/version"] {
            assert!(places.check(Path::new(refused)).is_err(), "{refused}");
        }
        assert!(Places::new(&[PathBuf::from("/proc/self")], &[]).is_err());
        assert!(Places::new(&[PathBuf::from("data")], &[]).is_err());
        assert!(Places::new(&[folder.path().join("a")], &[folder.path().to_owned()]).is_err());
    }

    #[test]
    fn nothing_is_allowed_where_nothing_is_named() {
        assert!(Places::default().check(Path::new("/etc/passwd")).is_err());
        assert!(Places::default().help().contains("source_roots"));
    }
}
