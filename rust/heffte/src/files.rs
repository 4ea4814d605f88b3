//! Files that several programs read and write at the same time.

use std::io::{Result, Write};
use std::path::Path;

/// Puts a file with this content in the place of the one at `path`, if there is one. Who reads meanwhile sees the old one or the
/// new one, never half of either.
///
/// # Errors
/// Where the folder cannot be written to; the file is then as it was.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(path.file_name().unwrap_or_default());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What `File::create` asks for: wisdom may be for others, too. The process's mask has the last word.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
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
        replace(&path, b"old").unwrap();
        replace(&path, b"new and longer").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new and longer");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(replace(&folder.path().join("none/wisdom"), b"text").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_beside_it_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, victim) = (folder.path().join("wisdom"), folder.path().join("victim"));
        std::fs::write(&victim, "untouched").unwrap();
        std::os::unix::fs::symlink(&victim, folder.path().join(format!("wisdom.{}", std::process::id()))).unwrap();
        // A link at the place itself is replaced, not written through.
        std::os::unix::fs::symlink(&victim, &path).unwrap();
        replace(&path, b"text").unwrap();
        assert_eq!(std::fs::read(&victim).unwrap(), b"untouched");
        assert_eq!(std::fs::read(&path).unwrap(), b"text");
    }
}
