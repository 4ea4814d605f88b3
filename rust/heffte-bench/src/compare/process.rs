//! Running a driver: bounded in time, its lines of JSON read.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::record::Line;

/// The lines that `command` prints.
///
/// # Errors
/// Why there are none, in a sentence.
pub fn lines(command: &mut Command, scratch: &Path, limit: Duration) -> Result<Vec<Line>, String> {
    let (out, errors) = (scratch.join("stdout"), scratch.join("stderr"));
    let create = |path: &Path| File::create(path).map_err(|error| error.to_string());
    command.stdin(Stdio::null()).stdout(create(&out)?).stderr(create(&errors)?);
    // A group of its own, so that all that it starts can be ended with it.
    let mut child = command.process_group(0).spawn().map_err(|error| {
        format!(
            "{} cannot be started: {error}",
            Path::new(command.get_program()).file_name().unwrap_or_default().display()
        )
    })?;
    let begin = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if begin.elapsed() < limit => sleep(Duration::from_millis(10)),
            _ => {
                let _ = killpg(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL);
                let _ = child.wait();
                return Err(format!("it took longer than {:.0} s", limit.as_secs_f64()));
            }
        }
    };
    let text = fs::read_to_string(&out).unwrap_or_default();
    let lines: Vec<Line> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    if status.success() && !lines.is_empty() {
        return Ok(lines);
    }
    let said = fs::read(&errors).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().chain(text.lines()).rfind(|line| !line.trim().is_empty()).unwrap_or("nothing");
    Err(format!("it ended with {status} and said: {last}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str, limit: Duration) -> Result<Vec<Line>, String> {
        let folder = tempfile::tempdir().expect("a directory");
        lines(Command::new("sh").args(["-c", script]), folder.path(), limit)
    }

    #[test]
    fn lines_of_json_are_told_from_noise() {
        let line = r#"{"peer": "p", "options": "", "version": "1", "seconds": [0.5], "memory": 1}"#;
        let lines = run(&format!("echo noise; echo '{line}'"), Duration::from_secs(9)).unwrap();
        assert_eq!((lines.len(), lines[0].peer.as_str()), (1, "p"));
    }

    #[test]
    fn what_fails_says_why() {
        assert!(run("echo 'no such plan' >&2; exit 3", Duration::from_secs(9)).unwrap_err().contains("no such plan"));
        assert!(run("sleep 5", Duration::from_millis(50)).unwrap_err().contains("longer"));
        assert!(run("true", Duration::from_secs(9)).unwrap_err().contains("nothing"));
    }
}
