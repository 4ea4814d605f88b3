//! Files that several programs read and write at the same time, and in folders that others may write to.

use std::fs::{self, File};
use std::io::{ErrorKind, Result, Write};
use std::path::Path;

/// Who may read a file.
#[derive(Clone, Copy)]
pub(crate) enum Readers {
    /// As the process's mask says.
    Any,
    /// This user alone.
    #[cfg(any(test, feature = "cuda", feature = "rocm"))]
    Owner,
}

/// A file that is new, at `path`: what was there is gone, and no link that somebody put there is followed.
///
/// # Errors
/// Where the folder cannot be written to.
pub(crate) fn create(path: &Path) -> Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => File::create_new(path),
    }
}

/// What a file holds that is this user's own, at the place itself and not behind a link, and that no other can write to.
///
/// # Errors
/// Where it is not, or cannot be read.
#[cfg(any(feature = "cuda", feature = "rocm"))]
pub(crate) fn read_own(path: &Path) -> Result<Vec<u8>> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let mut file = options.open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        const OTHERS_WRITE: u32 = 0o022;
        let known = file.metadata()?;
        // SAFETY: it cannot fail.
        if known.uid() != unsafe { libc::geteuid() } || known.mode() & OTHERS_WRITE != 0 {
            return Err(ErrorKind::PermissionDenied.into());
        }
    }
    let mut content = Vec::new();
    std::io::Read::read_to_end(&mut file, &mut content)?;
    Ok(content)
}

/// Puts a file with this content in the place of the one at `path`, if there is one. Who reads meanwhile sees the old one or the
/// new one, never half of either.
///
/// # Errors
/// Where the folder cannot be written to; the file is then as it was.
pub(crate) fn replace(path: &Path, content: &[u8], readers: Readers) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(path.file_name().unwrap_or_default());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What `File::create` asks for: wisdom may be for others, too. The process's mask has the last word.
        let mode = match readers {
            Readers::Any => 0o666,
            #[cfg(any(test, feature = "cuda", feature = "rocm"))]
            Readers::Owner => 0o600,
        };
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = readers;
    // A name that nobody can guess, and a file that was not there: nobody can have put a link in its place.
    let mut beside = builder.tempfile_in(folder)?;
    beside.write_all(content)?;
    beside.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wisdom");
        replace(&path, b"old", Readers::Any).unwrap();
        replace(&path, b"new and longer", Readers::Any).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new and longer");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(replace(&folder.path().join("none/wisdom"), b"text", Readers::Any).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_beside_it_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, victim) = (folder.path().join("wisdom"), folder.path().join("victim"));
        fs::write(&victim, "untouched").unwrap();
        std::os::unix::fs::symlink(&victim, folder.path().join(format!("wisdom.{}", std::process::id()))).unwrap();
        // A link at the place itself is replaced, not written through.
        std::os::unix::fs::symlink(&victim, &path).unwrap();
        replace(&path, b"text", Readers::Any).unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"untouched");
        assert_eq!(fs::read(&path).unwrap(), b"text");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_created_follows_no_link_and_leaves_what_had_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let (path, victim) = (folder.path().join("trace_0.log"), folder.path().join("victim"));
        let put_back: [fn(&Path, &Path) -> Result<()>; 2] =
            [|victim, path| std::os::unix::fs::symlink(victim, path), |victim, path| fs::hard_link(victim, path)];
        for link in put_back {
            fs::write(&victim, "untouched").unwrap();
            let _ = fs::remove_file(&path);
            link(&victim, &path).unwrap();
            create(&path).unwrap().write_all(b"text").unwrap();
            assert_eq!(
                (fs::read(&victim).unwrap(), fs::read(&path).unwrap()),
                (b"untouched".to_vec(), b"text".to_vec())
            );
        }
        assert!(create(folder.path()).is_err(), "a folder stays");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_for_the_owner_is_closed_to_others() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kernels");
        replace(&path, b"image", Readers::Owner).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
