//! Which piece runs when: some beside each other, since compilers and tests seldom keep all cores busy.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::pieces::Piece;

/// Pieces that run beside each other.
struct Lanes<'a> {
    pieces: &'a [&'a Piece],
    states: Mutex<Vec<State>>,
    /// Told whenever a piece has ended.
    ended: Condvar,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waits,
    Runs,
    Ended,
}

/// Runs each of `pieces` once by `work`, which does not panic, in so many lanes: one that is free takes the first piece that may begin.
pub fn run(pieces: &[&Piece], count: usize, work: impl Fn(&Piece) + Sync) {
    let states = Mutex::new(vec![State::Waits; pieces.len()]);
    let lanes = Lanes { pieces, states, ended: Condvar::new() };
    thread::scope(|scope| {
        for _ in 0..count {
            scope.spawn(|| lanes.lane(&work));
        }
    });
}

impl Lanes<'_> {
    fn lane(&self, work: &(impl Fn(&Piece) + Sync)) {
        let mut states = self.states();
        while states.contains(&State::Waits) {
            if let Some(index) = self.next(&states) {
                states[index] = State::Runs;
                drop(states);
                work(self.pieces[index]);
                states = self.states();
                states[index] = State::Ended;
                self.ended.notify_all();
            } else {
                states = self.ended.wait(states).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn states(&self) -> MutexGuard<'_, Vec<State>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first piece that may begin. What one needs has ended, if it was asked for; a piece that is alone begins when nothing runs.
    fn next(&self, states: &[State]) -> Option<usize> {
        let all = || self.pieces.iter().copied().zip(states.iter().copied());
        let is_awaited = |name: &&str| all().any(|(piece, state)| piece.name == *name && state != State::Ended);
        let may_begin = |piece: &Piece| {
            let mut running = all().filter(|(_, state)| *state == State::Runs);
            !piece.needs.iter().any(is_awaited) && running.all(|(other, _)| piece.may_run_beside(other))
        };
        all().position(|(piece, state)| state == State::Waits && may_begin(piece))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::super::pieces::{FULL, PIECES, Resource, piece};
    use super::*;

    /// What began and what ended, in that order.
    fn events(pieces: &[&Piece], lanes: usize) -> Vec<(&'static str, bool)> {
        let events = Mutex::new(Vec::new());
        let note = |event| events.lock().expect("nobody panics").push(event);
        run(pieces, lanes, |piece| {
            note((piece.name, true));
            // Some are shorter than others, so that lanes are free at different times.
            thread::sleep(Duration::from_millis(1 + piece.name.len() as u64 % 4));
            note((piece.name, false));
        });
        events.into_inner().expect("nobody panics")
    }

    /// What must hold, whatever the pieces are; those of each of the `groups` never run at once, nor anything beside one of that name.
    fn assert_sound(pieces: &[&Piece], lanes: usize, groups: &[&[&str]], alone: &[&str]) {
        let events = &events(pieces, lanes);
        let are_apart = |one: &str, other: &str| {
            let is_alone = |name| alone.contains(&name);
            is_alone(one)
                || is_alone(other)
                || groups.iter().any(|group| group.contains(&one) && group.contains(&other))
        };
        let named = |name: &str| *pieces.iter().find(|piece| piece.name == name).expect("it is one of them");
        let (mut running, mut ended) = (Vec::<&Piece>::new(), BTreeSet::new());
        for (name, begins) in events {
            if *begins {
                let piece = named(name);
                for need in piece.needs.iter().filter(|need| pieces.iter().any(|other| other.name == **need)) {
                    assert!(ended.contains(need), "{name} begins before {need} has ended");
                }
                for other in &running {
                    assert!(!are_apart(name, other.name), "{name} beside {}", other.name);
                }
                running.push(piece);
                assert!(running.len() <= lanes, "{} run at once", running.len());
            } else {
                running.retain(|piece| piece.name != *name);
                assert!(ended.insert(*name), "{name} ran twice");
            }
        }
        assert_eq!(ended.len(), pieces.len(), "{ended:?} ran");
    }

    #[test]
    fn a_piece_waits_for_what_it_needs_and_shares_neither_folders_nor_the_machine_that_another_wants_alone() {
        let nothing = |_: &_, _: &mut _| {};
        let all = [
            piece("a", "", nothing).after(&["not asked for"]),
            piece("bb", "", nothing).takes(&[Resource::Release]),
            piece("alone", "", nothing).alone(),
            piece("ccc", "", nothing).after(&["a", "bb"]).takes(&[Resource::Debug, Resource::Release]),
            piece("d", "", nothing).after(&["alone"]),
            piece("eeeee", "", nothing).takes(&[Resource::Debug]),
            piece("also alone", "", nothing).after(&["ccc"]).alone(),
            piece("f", "", nothing),
        ];
        let all: Vec<&Piece> = all.iter().collect();
        for lanes in [1, 2, 3] {
            assert_sound(&all, lanes, &[&["bb", "ccc"], &["ccc", "eeeee"]], &["alone", "also alone"]);
        }
    }

    #[test]
    fn two_pieces_run_beside_each_other() {
        // Each ends when the other has begun.
        let both = std::sync::Barrier::new(2);
        let pieces = [piece("a", "", |_, _| ()), piece("b", "", |_, _| ())];
        run(&pieces.iter().collect::<Vec<_>>(), 2, |_| _ = both.wait());
    }

    #[test]
    fn all_pieces_of_the_tables_run_once() {
        let all: Vec<&Piece> = PIECES.iter().chain(&FULL).collect();
        for (index, piece) in all.iter().enumerate() {
            for need in piece.needs {
                assert!(all[..index].iter().any(|other| other.name == *need), "{need} stands before {}", piece.name);
            }
        }
        let groups: [&[&str]; 4] = [
            &["clippy", "rust"],
            &["build", "wheel", "conda", "static", "package", "conda-more", "matrix", "workflows", "release"],
            &["build", "c", "cxx", "package", "valgrind"],
            &["mpi", "c", "python", "faults", "gpu", "gpu-programs", "demo"],
        ];
        assert_sound(&all, 2, &groups, &["big"]);
    }
}
