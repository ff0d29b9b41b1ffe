//! Files and folders of this process are for its owner alone: 0600 and 0700, whatever the machine's umask is.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The rights of the group and of everybody else.
const OF_OTHERS: u32 = 0o077;
/// A folder in which everybody may make files, such as `/tmp`.
const STICKY: u32 = 0o1000;

/// Whatever this process creates from now on, in libraries of databases too, only its owner can read.
pub(crate) fn own_new_files() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// Takes the rights of others from the data folder and from what lies directly in it, as an earlier version may have left
/// them. Deeper folders need nothing, because nobody else can pass the data folder.
///
/// # Errors
/// A folder that everybody shares.
pub(crate) fn tighten(data_dir: &Path) -> Result<(), String> {
    if mode(data_dir).is_ok_and(|mode| mode & STICKY != 0) {
        return Err(format!("{} is a shared folder. Set SLUICE_DATA_DIR to a folder for Sluice alone", data_dir.display()));
    }
    let inside = std::fs::read_dir(data_dir).into_iter().flatten().flatten();
    // A link may lead out of the data folder, to what others are meant to read.
    let own = inside.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink())).map(|entry| entry.path());
    for path in own.chain([data_dir.to_owned()]) {
        match take_from_others(&path) {
            Ok(()) => {}
            // A temporary file of another process of this folder may end meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(path = %path.display(), cause = %error, "others keep their rights on this folder; change its mode with chmod");
            }
        }
    }
    Ok(())
}

fn mode(path: &Path) -> io::Result<u32> {
    Ok(std::fs::metadata(path)?.permissions().mode())
}

fn take_from_others(path: &Path) -> io::Result<()> {
    match mode(path)? {
        mode if mode & OF_OTHERS == 0 => Ok(()),
        mode => std::fs::set_permissions(path, Permissions::from_mode(mode & 0o7777 & !OF_OTHERS)),
    }
}
