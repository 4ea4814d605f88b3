//! Visits: the lines of one axis, or of two axes plane by plane.

use num_complex::Complex;
use num_traits::Zero;

use super::operand::{Layout, Operand};
use super::simd::{self, Stores};
use super::sweep::Sweep;
use super::tile::{Job, LineOp, Part, Tile};
use super::view::{Axes, Piece};
use crate::backend::Real;
use crate::geometry::{Box3d, Order};
use crate::options::Direction;

/// Elements of the largest plane that is worth keeping between two passes: it should stay in the cache of a core, or at
/// least in the one that cores share.
const LARGEST_PLANE: usize = 1 << 19;

/// Elements of a box that no cache holds: what is written to it goes past the cache.
const LARGE_BOX: usize = 1 << 20;

/// All lines along one axis, and what happens to them.
#[derive(Debug, Clone)]
struct Pass {
    sweep: Sweep,
    /// The index of a [`LineOp`].
    operation: usize,
}

/// One pass over a box: along one axis, or along two with a plane between them.
///
/// `near` is what a forward transform reads and `far` what it writes; a backward transform goes the other way.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    passes: Vec<Pass>,
    /// Elements of the plane between two passes.
    plane_len: usize,
    /// How results are written.
    stores: Stores,
}

impl Visit {
    /// The lines along `axis`. Both sides cover the same points, but for the extent along `axis`.
    pub fn lines(axis: usize, order: Order, operation: usize, near: &[Piece], far: &[Piece]) -> Visit {
        let sweep = Sweep::new(Axes::of_lines(axis, order), near, far);
        Visit { passes: vec![Pass { sweep, operation }], plane_len: 0, stores: stores(near) }
    }

    /// Whether the planes of two axes of a box stay in cache between two passes.
    pub fn keeps_planes([first, second]: [usize; 2], after: &Box3d) -> bool {
        let size = after.size().map(|extent| extent.max(0) as usize);
        padded(size[first]) * size[second] <= LARGEST_PLANE
    }

    /// The lines along the first axis, then along the second, in each plane of both. `after` is the box after the first
    /// transform, which [keeps its planes](Visit::keeps_planes).
    pub fn planes(axes: [(usize, usize); 2], after: &Box3d, near: &[Piece], far: &[Piece]) -> Visit {
        let [(first, first_operation), (second, second_operation)] = axes;
        let size = after.size().map(|extent| extent.max(0) as usize);
        let pitch = padded(size[first]);
        let mut strides = [0; 3];
        // All planes are the same memory, one after the other.
        (strides[first], strides[second]) = (1, pitch);
        let plane = [Piece { region: *after, strides }];
        let before = Sweep::new(Axes::of_planes(first, second), near, &plane);
        let behind = Sweep::new(Axes::of_planes(second, first), &plane, far);
        let passes = vec![
            Pass { sweep: before, operation: first_operation },
            Pass { sweep: behind, operation: second_operation },
        ];
        Visit { passes, plane_len: pitch * size[second], stores: stores(near) }
    }
}

/// A distance between rows that does not put them all into one set of the cache.
fn padded(length: usize) -> usize {
    let lines = length.next_multiple_of(4);
    if lines.is_multiple_of(32) { lines + 4 } else { lines }
}

fn stores(near: &[Piece]) -> Stores {
    let points: usize = near.iter().map(|piece| piece.region.count()).sum();
    if points >= LARGE_BOX { Stores::Streaming } else { Stores::Cached }
}

/// What it takes to run visits in one precision: the operations, a tile, a plane.
pub(crate) struct Engine<T: Real> {
    operations: Vec<LineOp<T>>,
    tile: Tile<T>,
    plane: Vec<Complex<T>>,
}

impl<T: Real> Engine<T> {
    /// An engine for these visits, whose operations are indices into `operations`.
    pub fn new<'a>(operations: Vec<LineOp<T>>, visits: impl Iterator<Item = &'a Visit>) -> Engine<T> {
        let visits: Vec<&Visit> = visits.collect();
        let sweeps = visits.iter().flat_map(|visit| &visit.passes).map(|p| (&p.sweep, &operations[p.operation]));
        let tile = Tile::new(sweeps);
        let plane_len = visits.iter().map(|visit| visit.plane_len).max().unwrap_or(0);
        Engine { operations, tile, plane: vec![Complex::zero(); plane_len] }
    }

    /// Passes all lines of `visit` through its operations, and the results, times `factor`, on.
    ///
    /// # Safety
    /// The operands hold the pieces of the visit for a `batch` of transforms; what is written does not overlap what
    /// is read, or both are the same memory in the same layout.
    pub unsafe fn run(
        &mut self,
        visit: &Visit,
        direction: Direction,
        (from, to): (Operand<'_>, Operand<'_>),
        batch: usize,
        factor: Option<T>,
    ) {
        let plane = Operand { address: self.plane.as_mut_ptr().cast(), is_complex: true, layout: Layout::Whole(0) };
        let forward = direction == Direction::Forward;
        for index in 0..batch {
            let job = Job { direction, from, to, index, factor, stores: visit.stores };
            // SAFETY: by the caller's word; the plane is as long as the longest of the visits, and each plane is
            // written before it is read.
            unsafe {
                if let [only] = &visit.passes[..] {
                    let all = Part { layers: 0..only.sweep.layers(), share: (0, 1) };
                    self.tile.run(&only.sweep, &self.operations[only.operation], &job, &all);
                    continue;
                }
                let passes = visit.passes.iter();
                let passes: [&Pass; 2] = if forward { two(passes) } else { two(passes.rev()) };
                for layer in 0..passes[0].sweep.layers() {
                    let into = Job { to: plane, factor: None, stores: Stores::Cached, ..job };
                    let out_of = Job { from: plane, ..job };
                    for (pass, job) in passes.into_iter().zip([into, out_of]) {
                        let plane = Part { layers: layer..layer + 1, share: (0, 1) };
                        self.tile.run(&pass.sweep, &self.operations[pass.operation], &job, &plane);
                    }
                }
            }
        }
        if visit.stores == Stores::Streaming {
            simd::fence();
        }
    }
}

fn two<'a>(mut passes: impl Iterator<Item = &'a Pass>) -> [&'a Pass; 2] {
    std::array::from_fn(|_| passes.next().expect("a visit of planes has two passes"))
}
