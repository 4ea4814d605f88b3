//! Running programs: bounded in time, their output kept for when they fail.

use std::fs::{self, File};
use std::io::{Read, Seek};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use nix::errno::Errno;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, killpg, sigaction};
use nix::unistd::Pid;

use crate::terminal;

/// How long anything may take.
pub const LIMIT: Duration = Duration::from_secs(15 * 60);

/// Whether somebody asked this program to end.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// How many programs run: several, where pieces of the tests run beside each other.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

extern "C" fn note_interrupt(_: nix::libc::c_int) {
    INTERRUPTED.store(true, Ordering::SeqCst);
}

/// Lets an interrupt (Ctrl-C) end what runs, too: it runs in a process group of its own, which the terminal does not reach.
pub fn pass_on_interrupts() -> Result<()> {
    let action = SigAction::new(SigHandler::Handler(note_interrupt), SaFlags::SA_RESTART, SigSet::empty());
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        // SAFETY: the handler stores to an atomic, which a signal handler may do.
        unsafe { sigaction(signal, &action) }.context("cannot handle interrupts")?;
    }
    Ok(())
}

/// What a program said and how it ended.
pub struct Outcome {
    pub ok: bool,
    /// Standard output and standard error as they came.
    pub output: String,
}

/// Runs `command` to its end, at most `limit` long. A spinner with `label` turns meanwhile, where somebody looks.
pub fn capture(label: &str, command: &mut Command, limit: Duration) -> Result<Outcome> {
    let mut log = tempfile::tempfile().context("cannot make a temporary file")?;
    let begin = Instant::now();
    let mut child = start(command.stdout(log.try_clone()?).stderr(log.try_clone()?))?;
    let status = wait(&mut child, limit, &terminal::spinner(label))?;
    let mut output = text(&mut log)?;
    if status.is_none() {
        output += &format!(
            "\nended after {:.0} s: it may take {:.0} s\n",
            begin.elapsed().as_secs_f64(),
            limit.as_secs_f64()
        );
    }
    Ok(Outcome { ok: status.is_some_and(|status| status.success()), output })
}

/// Runs `command`, which must succeed; its output is shown where it does not.
pub fn run(label: &str, command: &mut Command) -> Result<String> {
    let outcome = capture(label, command, LIMIT)?;
    if !outcome.ok {
        bail!("{label} failed:\n{}\n{}", shown(command), outcome.output);
    }
    Ok(outcome.output)
}

/// As [`run`], for what takes long: where no spinner turns, a line says what is going on.
pub fn step(label: &str, command: &mut Command) -> Result<String> {
    terminal::note(label);
    run(label, command)
}

/// Runs `command` with its output on the terminal; it must succeed.
pub fn show(label: &str, command: &mut Command) -> Result<()> {
    show_within(label, command, LIMIT)
}

/// As [`show`], with a limit of its own.
pub fn show_within(label: &str, command: &mut Command, limit: Duration) -> Result<()> {
    let mut child = start(command)?;
    match wait(&mut child, limit, &ProgressBar::hidden())? {
        Some(status) if status.success() => Ok(()),
        _ => bail!("{label} failed: {}", shown(command)),
    }
}

/// Has `command` give way to all that runs beside it.
pub fn give_way(command: &mut Command) {
    // SAFETY: the call changes the priority of the child, which may do so between fork and exec.
    unsafe {
        command.pre_exec(|| {
            nix::libc::nice(10);
            Ok(())
        })
    };
}

/// Writes a program of one line of the shell, and says where it is.
pub fn script(program: PathBuf, line: &str) -> Result<PathBuf> {
    let written = fs::write(&program, format!("#!/bin/sh\n{line}\n"));
    written
        .and_then(|()| fs::set_permissions(&program, fs::Permissions::from_mode(0o755)))
        .with_context(|| format!("cannot write {}", program.display()))?;
    Ok(program)
}

/// The command as one would type it.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

fn start(command: &mut Command) -> Result<Child> {
    // Counted before anything else, so that whoever is interrupted waits for this one, too.
    RUNNING.fetch_add(1, Ordering::SeqCst);
    if INTERRUPTED.load(Ordering::SeqCst) {
        leave();
    }
    // A group of its own, so that all that it starts can be ended with it.
    command.stdin(Stdio::null()).process_group(0);
    let child = command.spawn();
    if child.is_err() {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
    child.with_context(|| format!("cannot start {}", shown(command)))
}

/// How the child ended; `None` where it had to be ended.
fn wait(child: &mut Child, limit: Duration, spinner: &ProgressBar) -> Result<Option<ExitStatus>> {
    let status = wait_until(child, Instant::now() + limit, spinner);
    spinner.finish_and_clear();
    if INTERRUPTED.load(Ordering::SeqCst) {
        leave();
    }
    RUNNING.fetch_sub(1, Ordering::SeqCst);
    status
}

fn wait_until(child: &mut Child, deadline: Instant, spinner: &ProgressBar) -> Result<Option<ExitStatus>> {
    // Most programs end at once, and the tests run many.
    let mut pause = Duration::from_millis(1);
    while Instant::now() < deadline && !INTERRUPTED.load(Ordering::SeqCst) {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        spinner.tick();
        sleep(pause);
        pause = (2 * pause).min(Duration::from_millis(50));
    }
    end(child).map(|()| None)
}

/// Ends this program, if nothing else runs any more, or else leaves that to whoever waits for the last. In place of counting out what was
/// counted.
fn leave() -> ! {
    if RUNNING.fetch_sub(1, Ordering::SeqCst) == 1 {
        eprintln!("interrupted");
        std::process::exit(130);
    }
    loop {
        sleep(Duration::from_secs(1));
    }
}

/// Ends the child and all that it started: first politely, so that a launcher can end its ranks.
fn end(child: &mut Child) -> Result<()> {
    let group = Pid::from_raw(child.id().cast_signed());
    let all = |signal| match killpg(group, signal) {
        Ok(()) | Err(Errno::ESRCH) => Ok(()),
        Err(error) => Err(error).context("cannot end the program"),
    };
    all(Signal::SIGTERM)?;
    for _ in 0..100 {
        if child.try_wait()?.is_some() {
            break;
        }
        sleep(Duration::from_millis(50));
    }
    all(Signal::SIGKILL)?;
    child.wait()?;
    Ok(())
}

fn text(log: &mut File) -> Result<String> {
    let mut bytes = Vec::new();
    log.rewind()?;
    log.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_too_long_ends_with_all_that_it_started() {
        let place = tempfile::tempdir().expect("a directory");
        let mut command = Command::new("sh");
        command.args(["-c", "(sleep 1; touch survived) & wait"]).current_dir(place.path());
        let outcome = capture("", &mut command, Duration::from_millis(200)).expect("sh runs");
        assert!(!outcome.ok && outcome.output.contains("ended after"), "{}", outcome.output);
        sleep(Duration::from_millis(1500));
        assert!(!place.path().join("survived").exists());
    }

    #[test]
    fn a_program_that_gives_way_has_a_lower_priority() {
        let priority = |give_way: fn(&mut Command)| {
            let mut command = Command::new("nice");
            give_way(&mut command);
            capture("", &mut command, LIMIT).expect("it runs").output.trim().parse::<i32>().expect("a number")
        };
        assert_eq!(priority(give_way), (priority(|_| ()) + 10).min(19));
    }

    /// Where the programs of the next test say who they are.
    const PLACE: &str = "HEFFTE_XTASK_TEST_PLACE";

    #[test]
    #[ignore = "a part of the next one, which ends it"]
    fn two_programs_run_beside_each_other() {
        let place = PathBuf::from(std::env::var_os(PLACE).expect("the next test calls this one"));
        pass_on_interrupts().expect("signals are handled");
        std::thread::scope(|scope| {
            for name in ["one", "other"] {
                let mut command = Command::new("sh");
                command.args(["-c", "echo $$ > writing-$0; mv writing-$0 $0; sleep 60", name]).current_dir(&place);
                scope.spawn(move || capture("", &mut command, LIMIT));
            }
        });
    }

    #[test]
    fn an_interrupt_ends_all_that_runs() {
        let place = tempfile::tempdir().expect("a directory");
        let mut this = Command::new(std::env::current_exe().expect("this program"));
        this.args(["--ignored", "--exact", "command::tests::two_programs_run_beside_each_other"]);
        let mut this =
            this.env(PLACE, place.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("itself");
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut processes = Vec::new();
        while processes.len() < 2 && Instant::now() < deadline {
            sleep(Duration::from_millis(20));
            let files = ["one", "other"].map(|name| fs::read_to_string(place.path().join(name)));
            processes = files.into_iter().flatten().collect();
        }
        assert_eq!(processes.len(), 2, "{processes:?} began");
        nix::sys::signal::kill(Pid::from_raw(this.id().cast_signed()), Signal::SIGINT).expect("it runs");
        assert_eq!(this.wait().expect("it is ours").code(), Some(130));
        for process in &processes {
            assert!(!PathBuf::from("/proc").join(process.trim()).exists(), "{process} goes on");
        }
    }
}
