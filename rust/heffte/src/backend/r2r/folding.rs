//! What is done to a line before and after its Fourier transform, so that a cosine or sine transform comes of it.

use num_complex::Complex;

use crate::axis::R2rKind;
use crate::backend::lanes::unit_root;
use crate::options::Direction;

/// A cosine or sine transform as a Fourier transform of `period` points between two steps.
pub(super) struct Folding {
    pub period: usize,
    pub direction: Direction,
    pub before: Step,
    pub after: Step,
}

/// What becomes of the elements of a line; each element of the result is the outcome of one move or one mirror.
#[derive(Debug, Default)]
pub(in crate::backend) struct Step {
    /// Elements of the result.
    pub len: usize,
    /// Whether there are elements of the result that nothing moves to, which are zero.
    pub has_zeros: bool,
    pub moves: Vec<Move>,
    pub mirrors: Mirrors,
}

/// `result[to] = factor · line[from]`.
#[derive(Debug, Clone, Copy)]
pub(in crate::backend) struct Move {
    pub from: usize,
    pub to: usize,
    pub factor: Complex<f64>,
}

/// Elements that are combined with the one as far from the other end.
#[derive(Debug)]
pub(in crate::backend) enum Mirrors {
    /// With `a = root · line[from.0]` and `b = conj(root) · line[from.1]`: `result[to.0] = a + b` and `result[to.1] = i (a − b)`.
    Fold(Vec<Mirror>),
    /// The reverse, times two: `result[to.0] = conj(root) · (line[from.0] − i line[from.1])` and
    /// `result[to.1] = root · (line[from.0] + i line[from.1])`.
    Unfold(Vec<Mirror>),
}

impl Default for Mirrors {
    fn default() -> Mirrors {
        Mirrors::Fold(Vec::new())
    }
}

#[derive(Debug, Clone, Copy)]
pub(in crate::backend) struct Mirror {
    pub from: [usize; 2],
    pub to: [usize; 2],
    pub root: Complex<f64>,
}

/// `exp(−πi k / 2n)`, which turns the spectrum of a folded line into that of the line.
pub(super) fn half_step(k: usize, length: usize) -> Complex<f64> {
    unit_root(k, 4 * length, true)
}

/// Where element `index` of a line goes that is folded: the even ones to the first half, the odd ones back from the end.
pub(super) fn folded(index: usize, length: usize) -> usize {
    if index.is_multiple_of(2) { index / 2 } else { length - 1 - index / 2 }
}

/// What a sine transform is of the cosine transform of the same type: every other element has its sign changed on the one side,
/// and the order is reversed on the other.
pub(super) fn alternating(kind: R2rKind, index: usize) -> f64 {
    if kind == R2rKind::Sin && !index.is_multiple_of(2) { -1.0 } else { 1.0 }
}

/// Where element `k` of the cosine spectrum is in that of `kind`.
pub(super) fn in_spectrum(kind: R2rKind, k: usize, length: usize) -> usize {
    if kind == R2rKind::Sin { length - 1 - k } else { k }
}

impl Folding {
    pub fn new(kind: R2rKind, length: usize, direction: Direction) -> Folding {
        match (kind, direction) {
            (R2rKind::Cos | R2rKind::Sin, Direction::Forward) => Folding {
                period: length,
                direction,
                before: fold_in(kind, length, true),
                after: spectrum(kind, length, true),
            },
            (R2rKind::Cos | R2rKind::Sin, Direction::Backward) => Folding {
                period: length,
                direction,
                before: spectrum(kind, length, false),
                after: fold_in(kind, length, false),
            },
            (R2rKind::Cos1, _) => whole_period(2 * (length - 1), even_period(length), even_part(length)),
            (R2rKind::Sin1, _) => whole_period(2 * (length + 1), odd_period(length), odd_part(length)),
        }
    }
}

/// A transform that is its own reverse, so that either direction does.
fn whole_period(period: usize, before: Step, after: Step) -> Folding {
    Folding { period, direction: Direction::Forward, before, after }
}

fn by(from: usize, to: usize, factor: impl Into<Complex<f64>>) -> Move {
    Move { from, to, factor: factor.into() }
}

fn moves(len: usize, moves: impl Iterator<Item = Move>) -> Step {
    Step { len, moves: moves.collect(), ..Step::default() }
}

/// Between a line and the folded one.
fn fold_in(kind: R2rKind, length: usize, inwards: bool) -> Step {
    let one = |index| {
        let (line, other) = (index, folded(index, length));
        if inwards { by(line, other, alternating(kind, index)) } else { by(other, line, alternating(kind, index)) }
    };
    moves(length, (0..length).map(one))
}

/// Between the Fourier spectrum `V` of a folded line and its cosine or sine spectrum: with `w = exp(−πi / 2n)`,
/// `C[k] = w^k V[k] + w^−k V[n−k]`, of which `C[n−k] = i (w^k V[k] − w^−k V[n−k])` is the same for its mirror image.
fn spectrum(kind: R2rKind, length: usize, forward: bool) -> Step {
    let place = |k: usize| in_spectrum(kind, k, length);
    let single = |k: usize, factor: f64| if forward { by(k, place(k), factor) } else { by(place(k), k, factor) };
    // Back, all is twice what undoes the way there.
    let mut singles = vec![single(0, if forward { 2.0 } else { 1.0 })];
    if length.is_multiple_of(2) {
        singles.push(single(length / 2, std::f64::consts::SQRT_2));
    }
    let mirrors = (1..length.div_ceil(2)).map(|k| {
        let (fourier, cosine) = ([k, length - k], [place(k), place(length - k)]);
        let (from, to) = if forward { (fourier, cosine) } else { (cosine, fourier) };
        Mirror { from, to, root: half_step(k, length) }
    });
    let mirrors = mirrors.collect();
    let mirrors = if forward { Mirrors::Fold(mirrors) } else { Mirrors::Unfold(mirrors) };
    Step { len: length, has_zeros: false, moves: singles, mirrors }
}

/// The period of `2 (n − 1)` points that begins with the line and is even.
fn even_period(length: usize) -> Step {
    let period = 2 * (length - 1);
    let there = (0..length).map(|j| by(j, j, 1.0));
    let back = (1..length - 1).map(|j| by(j, period - j, 1.0));
    moves(period, there.chain(back))
}

fn even_part(length: usize) -> Step {
    moves(length, (0..length).map(|k| by(k, k, 1.0)))
}

/// The period of `2 (n + 1)` points that has the line after a zero and is odd.
fn odd_period(length: usize) -> Step {
    let period = 2 * (length + 1);
    let there = (0..length).map(|j| by(j, j + 1, 1.0));
    let back = (0..length).map(|j| by(j, period - 1 - j, -1.0));
    Step { has_zeros: true, ..moves(period, there.chain(back)) }
}

fn odd_part(length: usize) -> Step {
    moves(length, (0..length).map(|k| by(k + 1, k, Complex::i())))
}

impl Step {
    /// Where each element goes, if that is all that happens to them.
    pub fn permutation(&self) -> Option<Vec<usize>> {
        let is_plain = !self.has_zeros && self.mirrors.is_empty() && self.moves.len() == self.len;
        let mut to = vec![usize::MAX; self.len];
        for step in &self.moves {
            let free = to.get_mut(step.from).filter(|to| **to == usize::MAX && step.factor == Complex::from(1.0));
            *free? = step.to;
        }
        is_plain.then_some(to)
    }
}

impl Mirrors {
    fn is_empty(&self) -> bool {
        match self {
            Mirrors::Fold(mirrors) | Mirrors::Unfold(mirrors) => mirrors.is_empty(),
        }
    }
}
