//! How long a rank of very many needs to plan: simulated, the messages themselves aside.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::exchange::Schedule;
use crate::geometry::{Box3d, Distribution, Grid, Order, proc_setup_min_surface};
use crate::recipe::{Assembly, Machine, Problem, Recipe};
use crate::spec::Spec;

/// Many ranks, of which one works; answers to its questions were written down before.
struct Simulated<F> {
    ranks: usize,
    spec_of: F,
    /// The rank that works, once the answers are there.
    alone: Cell<Option<usize>>,
    largest: RefCell<Vec<Vec<i64>>>,
    unions: RefCell<Vec<Vec<u64>>>,
    asked: Cell<[usize; 2]>,
}

impl<F: Fn(usize) -> Spec> Assembly for Simulated<F> {
    fn ranks(&self) -> usize {
        self.ranks
    }

    fn max(&self, count: usize, say: &dyn Fn(usize, &Spec, &mut [i64])) -> Result<Vec<i64>> {
        let mut own = vec![i64::MIN; count];
        let [questions, others] = self.asked.get();
        self.asked.set([questions + 1, others]);
        if let Some(rank) = self.alone.get() {
            say(rank, &(self.spec_of)(rank), &mut own);
            return Ok(self.largest.borrow()[questions].clone());
        }
        let mut most = own.clone();
        for rank in 0..self.ranks {
            own.fill(i64::MIN);
            say(rank, &(self.spec_of)(rank), &mut own);
            most.iter_mut().zip(&own).for_each(|(most, own)| *most = (*most).max(*own));
        }
        self.largest.borrow_mut().push(most.clone());
        Ok(most)
    }

    fn union(&self, count: usize, say: &dyn Fn(usize, &Spec, &mut [u64])) -> Result<Vec<u64>> {
        let mut all = vec![0; count];
        let [others, questions] = self.asked.get();
        self.asked.set([others, questions + 1]);
        if let Some(rank) = self.alone.get() {
            say(rank, &(self.spec_of)(rank), &mut all);
            return Ok(self.unions.borrow()[questions].clone());
        }
        (0..self.ranks).for_each(|rank| say(rank, &(self.spec_of)(rank), &mut all));
        self.unions.borrow_mut().push(all.clone());
        Ok(all)
    }

    fn specs(&self) -> Result<Vec<Spec>> {
        unreachable!("bricks are found without gathering them")
    }
}

/// The time that `rank` takes to plan bricks of `size` on `ranks` ranks, its pieces, and its partners in all exchanges.
fn plan(size: [i64; 3], ranks: usize, rank: usize) -> (Duration, Vec<Schedule>, Recipe) {
    let parts = proc_setup_min_surface(&Box3d::of_size(size), ranks);
    let bricks = Grid::even(size, parts, Order::default());
    let simulated = Simulated {
        ranks,
        spec_of: |rank| Spec::c2c(bricks.box_of(rank), bricks.box_of(rank)),
        alone: Cell::new(None),
        largest: RefCell::default(),
        unions: RefCell::default(),
        asked: Cell::default(),
    };
    let spec = (simulated.spec_of)(rank);
    Problem::of(&simulated, &spec).expect("bricks tile the world");
    simulated.alone.set(Some(rank));
    simulated.asked.set([0; 2]);

    let begin = Instant::now();
    let problem = Problem::of(&simulated, &spec).expect("bricks tile the world");
    let recipe = Recipe::new(problem, Machine { ranks_per_node: 64, shares_memory: true });
    let order = recipe.inner_order();
    let pairs = recipe.stages().windows(2);
    let schedules = pairs.map(|pair| Schedule::between(&pair[0].after, &pair[1].before, rank, order)).collect();
    (begin.elapsed(), schedules, recipe)
}

fn best_of(times: usize, size: [i64; 3], ranks: usize) -> Duration {
    (0..times).map(|_| plan(size, ranks, ranks / 3).0).min().unwrap_or_default()
}

/// The time that a rank takes where bricks lie on ranks in no order, once it has the boxes of all.
fn no_pattern(size: [i64; 3], ranks: usize) -> Duration {
    let parts = proc_setup_min_surface(&Box3d::of_size(size), ranks);
    let bricks = Grid::even(size, parts, Order::default());
    // An odd factor visits each of a power of two.
    let boxes = (0..ranks).map(|rank| bricks.box_of(rank * 12_345 % ranks));
    let specs: Vec<Spec> = boxes.map(|b| Spec::c2c(b, b)).collect();
    let begin = Instant::now();
    let problem = Problem::new(&specs).expect("bricks tile the world");
    assert!(matches!(problem.inboxes, Distribution::Irregular(_)));
    let recipe = Recipe::new(problem, Machine { ranks_per_node: 64, shares_memory: true });
    let order = recipe.inner_order();
    let pairs = recipe.stages().windows(2);
    let pieces = pairs.map(|pair| Schedule::between(&pair[0].after, &pair[1].before, 7, order).near.pieces.len());
    assert!(pieces.sum::<usize>() > 0);
    begin.elapsed()
}

#[test]
fn boxes_in_no_pattern_are_planned_by_a_list() {
    no_pattern([512; 3], 512);
}

#[test]
fn a_rank_of_many_thousand_knows_its_part_of_the_world() {
    let (ranks, size) = (65_536, [8192; 3]);
    let (_, schedules, recipe) = plan(size, ranks, 21_845);
    let held: i64 = size.iter().product::<i64>() / ranks as i64;
    assert!(recipe.stages().len() <= 5, "{:?}", recipe.stages().len());
    for schedule in &schedules {
        for side in [&schedule.near, &schedule.far] {
            assert_eq!(side.len as i64, held);
            assert!(side.pieces.len() <= 2048, "{} partners", side.pieces.len());
        }
    }
}

#[test]
fn planning_hardly_grows_with_the_machine() {
    // Bounds that a busy machine and a debug build keep; docs/performance.md has figures.
    assert!(best_of(3, [8192; 3], 65_536) < Duration::from_millis(500));
}

#[test]
fn a_rank_of_a_million_plans_in_a_second_and_keeps_little_of_it() {
    // It takes milliseconds, but for a busy machine and a debug build.
    let (time, schedules, _) = plan([8192; 3], 1_000_000, 333_333);
    assert!(time < Duration::from_secs(1), "{time:?}");
    let pieces: usize = schedules.iter().map(|schedule| schedule.near.pieces.len() + schedule.far.pieces.len()).sum();
    let bytes = pieces * size_of::<crate::exchange::SidePiece>();
    assert!(0 < bytes && bytes < 64 << 20, "{bytes} bytes for the pieces of one rank");
}

#[test]
#[ignore = "figures: cargo test --release --lib scaling -- --ignored --nocapture"]
fn figures() {
    for ranks in [4096, 16_384, 65_536, 262_144, 1 << 20, 1_000_000] {
        let (_, schedules, recipe) = plan([8192; 3], ranks, ranks / 3);
        let partners: usize = schedules.iter().map(|s| s.near.pieces.len() + s.far.pieces.len()).sum();
        let exchanges = recipe.stages().len() - 1;
        let seconds = best_of(5, [8192; 3], ranks).as_secs_f64();
        println!("{ranks} ranks: {seconds:.6} s, {exchanges} exchanges, {partners} pieces");
    }
    for ranks in [4096, 65_536] {
        println!("{ranks} ranks in no pattern: {:.6} s", no_pattern([8192; 3], ranks).as_secs_f64());
    }
}
