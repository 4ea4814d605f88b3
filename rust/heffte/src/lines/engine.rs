//! Running visits in one precision, on one thread or several.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use num_complex::Complex;
use rayon::ThreadPool;

use super::job::{Job, Part, STRETCH};
use super::operand::{Layout, Operand};
use super::operation::LineOp;
use super::room::zeros;
use super::simd::{self, Rows, Stores};
use super::sweep::Sweep;
use super::tile::Tile;
use super::visit::{Pass, Visit};
use crate::backend::Real;
use crate::error::{Error, Result};
use crate::options::Direction;

/// Parts of a visit for each thread, so that one which is held up leaves its share to the others.
const PARTS_PER_THREAD: usize = 4;

/// What it takes to run visits in one precision: the operations, and for each thread a tile and a plane.
pub(crate) struct Engine<T: Real> {
    operations: Vec<LineOp<T>>,
    workers: Vec<Mutex<Worker<T>>>,
}

struct Worker<T: Real> {
    tile: Tile<T>,
    plane: Vec<Complex<T>>,
}

/// What a visit reads and writes, for a batch of transforms.
#[derive(Clone, Copy)]
pub(crate) struct Passage<'a, T> {
    pub direction: Direction,
    pub from: Operand<'a>,
    pub to: Operand<'a>,
    pub batch: usize,
    /// The factor for the results.
    pub factor: Option<T>,
}

// SAFETY: threads read and write different lines of the operands, by the contract of `Engine::run`.
unsafe impl<T: Sync> Sync for Passage<'_, T> {}

impl<T: Real> Engine<T> {
    /// An engine of so many threads for these visits, whose operations are indices into `operations`.
    ///
    /// # Errors
    /// [`Error::Allocation`] where there is no room for the lines.
    pub fn new<'a>(
        operations: Vec<LineOp<T>>,
        visits: impl Iterator<Item = &'a Visit>,
        threads: usize,
    ) -> Result<Engine<T>> {
        let visits: Vec<&Visit> = visits.collect();
        let worker = || {
            let sweeps = visits.iter().flat_map(|visit| visit.passes(Direction::Forward));
            let sweeps = sweeps.map(|pass| (&pass.sweep, &operations[pass.operation]));
            let plane_len = visits.iter().map(|visit| visit.plane_len()).max().unwrap_or(0);
            Ok(Mutex::new(Worker { tile: Tile::new(sweeps)?, plane: zeros(plane_len)? }))
        };
        let workers = (0..threads.max(1)).map(|_| worker()).collect::<Result<_>>()?;
        Ok(Engine { operations, workers })
    }

    /// Passes all lines of `visit` through its operations, and the results on.
    ///
    /// # Errors
    /// As for [`ComplexLines::transform`](crate::backend::ComplexLines::transform); not all lines are done then.
    ///
    /// # Safety
    /// The operands hold the pieces of the visit for the batch; what is written does not overlap what is read, or both are
    /// the same memory in the same layout.
    pub unsafe fn run(&self, visit: &Visit, passage: &Passage<'_, T>, pool: Option<&ThreadPool>) -> Result<()> {
        let is_in_place = passage.to.begin() == passage.from.begin();
        let near = if passage.direction == Direction::Forward { &passage.from } else { &passage.to };
        let is_large = visit.is_large(if near.is_complex { size_of::<Complex<T>>() } else { size_of::<T>() });
        // What was just read is in the cache, from where past it would be the longer way.
        let stores = if is_large && !is_in_place { Stores::Streaming } else { Stores::Cached };
        for index in 0..passage.batch {
            let job = Job {
                direction: passage.direction,
                from: passage.from,
                to: passage.to,
                index,
                factor: passage.factor,
                stores,
                stretch: STRETCH,
                is_at_hand: false,
                next: None,
            };
            let walk = Walk { engine: self, visit, job, is_large };
            // SAFETY: by the caller's word.
            unsafe {
                match pool.filter(|_| visit.is_worth_threads()) {
                    None => walk.alone()?,
                    Some(pool) => walk.together(pool)?,
                }
            }
        }
        Ok(())
    }
}

/// The rows of a layer whose columns the sweep gathers, if they lie in one piece.
///
/// # Safety
/// The operand of the job that is read holds the sweep's pieces.
unsafe fn rows_of_columns<T: Real>(sweep: &Sweep, job: &Job<'_, T>, layer: usize) -> Option<Rows> {
    let (columns, deep) = sweep.layer(layer, job.direction == Direction::Forward)?;
    // SAFETY: by the caller's word.
    (columns.across == 1 && columns.along != 1).then(|| unsafe {
        if job.from.is_complex {
            Rows::of(job.from.line::<Complex<T>>(columns, job.index, (0, deep)), columns.along)
        } else {
            Rows::of(job.from.line::<T>(columns, job.index, (0, deep)), columns.along)
        }
    })
}

/// One transform of a batch on its way through a visit.
struct Walk<'a, T: Real> {
    engine: &'a Engine<T>,
    visit: &'a Visit,
    job: Job<'a, T>,
    /// Whether no cache holds the box.
    is_large: bool,
}

// SAFETY: threads read and write different lines of the operands, by the contract of `Engine::run`.
unsafe impl<T: Real> Sync for Walk<'_, T> {}

impl<T: Real> Walk<'_, T> {
    /// # Safety
    /// As for [`Engine::run`].
    unsafe fn alone(&self) -> Result<()> {
        // SAFETY: by the caller's word.
        unsafe { self.part(0, &Part { layers: 0..self.visit.layers(), share: (0, 1) }) }
    }

    /// # Safety
    /// As for [`Engine::run`].
    unsafe fn together(&self, pool: &ThreadPool) -> Result<()> {
        let parts = self.parts();
        let next = AtomicUsize::new(0);
        let failure: Mutex<Option<Error>> = Mutex::new(None);
        pool.broadcast(|context| {
            while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
                // SAFETY: by the caller's word; the parts have no line in common.
                let done = unsafe { self.part(context.index() % self.engine.workers.len(), part) };
                if let Err(error) = done {
                    failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    next.store(parts.len(), Ordering::Relaxed);
                }
            }
        });
        failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }

    /// The visit in parts: by layers, or where there are few of them by lines, which planes do not allow.
    fn parts(&self) -> Vec<Part> {
        let wanted = PARTS_PER_THREAD * self.engine.workers.len();
        let layers = self.visit.layers();
        if layers >= self.engine.workers.len() || self.visit.has_planes() {
            let count = wanted.min(layers);
            let at = |part: usize| layers * part / count;
            (0..count).map(|part| Part { layers: at(part)..at(part + 1), share: (0, 1) }).collect()
        } else {
            let count = self.engine.workers.len();
            (0..count).map(|index| Part { layers: 0..layers, share: (index, count) }).collect()
        }
    }

    /// Walks a part with the tile and the plane of `worker`.
    ///
    /// # Safety
    /// As for [`Engine::run`].
    unsafe fn part(&self, worker: usize, part: &Part) -> Result<()> {
        let mut worker = self.engine.workers[worker].lock().unwrap_or_else(PoisonError::into_inner);
        let Worker { tile, plane } = &mut *worker;
        let operation = |pass: &Pass| &self.engine.operations[pass.operation];
        let (visit, job) = (self.visit, &self.job);
        // SAFETY: by the caller's word; the plane is as long as the longest of the visits, and each plane is written
        // before it is read.
        unsafe {
            match visit.passes(job.direction) {
                [only] => tile.run(&only.sweep, operation(only), job, part)?,
                [first, second] => {
                    // Real lines stay so up to the axis that halves them.
                    let real_side = if job.direction == Direction::Forward { second } else { first };
                    let is_complex =
                        (job.from.is_complex || job.to.is_complex) && !matches!(operation(real_side), LineOp::Real(_));
                    let plane = Operand { address: plane.as_mut_ptr().cast(), is_complex, layout: Layout::Whole(0) };
                    // The plane takes the room of the cache that a stretch has else.
                    let into = Job { to: plane, factor: None, stores: Stores::Cached, stretch: STRETCH / 2, ..*job };
                    for index in part.layers.clone() {
                        let layer = Part { layers: index..index + 1, share: (0, 1) };
                        tile.run(&first.sweep, operation(first), &into, &layer)?;
                        // A box that a cache holds need not be asked for.
                        let is_wanted = index + 1 < part.layers.end && self.is_large;
                        let next = is_wanted.then(|| rows_of_columns(&first.sweep, job, index + 1));
                        let out_of = Job { from: plane, is_at_hand: true, next: next.flatten(), ..*job };
                        tile.run(&second.sweep, operation(second), &out_of, &layer)?;
                    }
                }
                _ => unreachable!("a visit has one pass or two"),
            }
        }
        if job.stores == Stores::Streaming {
            simd::fence();
        }
        Ok(())
    }
}
