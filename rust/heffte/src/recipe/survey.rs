//! What the ranks' boxes are, found out in three questions: their worlds, where they begin, and whether they are bricks.

use super::Assembly;
use crate::axis::AxisKind;
use crate::error::Result;
use crate::geometry::{Box3d, Distribution, Grid, Marks, Order, fits, grid_of, tiled_world};
use crate::options::Participants;
use crate::spec::Spec;

/// Bits, in all, with which ranks tell each other where boxes begin; boxes of larger worlds are gathered.
const MOST_MARKS: usize = 1 << 20;

/// Words for what must be the same on all ranks.
const CHOICES: usize = 12;

/// Words for a world: both corners, and whose box comes first with which order.
const WORLD: usize = 7;

/// Words for the numberings that fit the boxes of a side.
const FITS: usize = 6;

/// A box of a rank.
type BoxOf = fn(&Spec) -> Box3d;

/// The boxes on either side of a transform, and how they are called.
const SIDES: [(&str, BoxOf); 2] = [("inboxes", |spec| spec.inbox), ("outboxes", |spec| spec.outbox)];

/// What all ranks know of each other's boxes.
pub(super) struct Survey {
    /// All points before and after, in the order of the first box that has any.
    pub worlds: [Box3d; 2],
    /// Who holds them.
    pub distributions: [Distribution; 2],
    /// The ranks that say that they are members, ascending.
    pub members: Vec<usize>,
}

impl Survey {
    /// Asks all ranks, of which one has `spec`; nothing comes of it where they want different things.
    ///
    /// # Errors
    /// What is wrong with the boxes.
    pub fn take(assembly: &(impl Assembly + ?Sized), spec: &Spec) -> Result<Option<Survey>> {
        let Some(worlds) = worlds(assembly)? else { return Ok(None) };
        let marks = worlds.map(|world| world.map(|world| Marks::of(world.size())));
        let too_many = marks.iter().flatten().map(|marks| marks.words()).sum::<usize>() > MOST_MARKS / 64;
        let marks = if too_many { [None; 2] } else { marks };
        let lens = marks.map(|marks| marks.map_or(0, Marks::words));
        let has_members = matches!(spec.options.participants, Participants::Member(_));
        let asked_members = if has_members { assembly.ranks() } else { 0 };
        let words = assembly.union(lens[0] + lens[1] + asked_members.div_ceil(64), &|rank, spec, words| {
            let (inboxes, rest) = words.split_at_mut(lens[0]);
            let (outboxes, members) = rest.split_at_mut(lens[1]);
            if let Some(marks) = marks[0] {
                marks.mark(&spec.inbox, inboxes);
            }
            if let Some(marks) = marks[1] {
                marks.mark(&spec.outbox, outboxes);
            }
            if spec.options.participants == Participants::Member(true) {
                members[rank / 64] |= 1 << (rank % 64);
            }
        })?;
        let members = &words[lens[0] + lens[1]..];
        let members = (0..asked_members).filter(|rank| members[rank / 64] >> (rank % 64) & 1 == 1).collect();
        let grids = grids(assembly, worlds, marks, [&words[..lens[0]], &words[lens[0]..]])?;
        let (worlds, distributions) = tilings(assembly, worlds, grids)?;
        Ok(Some(Survey { worlds, distributions, members }))
    }
}

/// The worlds that the boxes span, where they begin at the origin and can be computed with; nothing at all where ranks
/// disagree.
fn worlds(assembly: &(impl Assembly + ?Sized)) -> Result<Option<[Option<Box3d>; 2]>> {
    let words = assembly.max(2 * CHOICES + 2 * WORLD, &|rank, spec, words| {
        let (choices, worlds) = words.split_at_mut(2 * CHOICES);
        let said = choices_of(spec);
        choices[..CHOICES].copy_from_slice(&said);
        // The complement makes the largest of the least, and overflows nowhere.
        choices[CHOICES..].copy_from_slice(&said.map(|word| !word));
        for ((_, box_of), words) in SIDES.into_iter().zip(worlds.chunks_exact_mut(WORLD)) {
            let b = box_of(spec);
            if !b.is_empty() {
                words[..3].copy_from_slice(&b.low.map(|low| !low));
                words[3..6].copy_from_slice(&b.high);
                words[6] = !((rank * Order::COUNT + b.order.number()) as i64);
            }
        }
    })?;
    let (choices, worlds) = words.split_at(2 * CHOICES);
    if (0..CHOICES).any(|choice| choices[choice] != !choices[CHOICES + choice]) {
        return Ok(None);
    }
    let read = |words: &[i64]| {
        // No box has points where no rank is the first that has some.
        let order = Order::of_number(usize::try_from(!words[6]).ok()? % Order::COUNT);
        let corner = |at: usize| [words[at], words[at + 1], words[at + 2]];
        let world =
            (words[6] != i64::MIN).then(|| Box3d::new(corner(0).map(|low| !low), corner(3)).with_order(order))?;
        (world.low == [0; 3] && world.checked("world").is_ok()).then_some(world)
    };
    Ok(Some([read(&worlds[..WORLD]), read(&worlds[WORLD..])]))
}

/// What must be the same on all ranks; [`super::problem`] has the words for it.
fn choices_of(spec: &Spec) -> [i64; CHOICES] {
    let options = &spec.options;
    let [x, y, z] = spec.kinds.map(AxisKind::number);
    let (who, how_many) = match options.participants {
        Participants::All => (0, 0),
        Participants::First(n) => (1, n),
        Participants::Member(_) => (2, 0),
    };
    let doubles = i64::from(spec.doubles_backward);
    let [pencils, shared, tune] = [options.use_pencils, options.use_shared_memory, options.tune].map(i64::from);
    let (backend, transport) = (spec.backend as i64, options.transport as i64);
    [backend, x, y, z, doubles, transport, pencils, shared, tune, who, how_many, options.count_limit]
}

/// The grids that the boxes are, where they are, given the points where boxes begin.
fn grids(
    assembly: &(impl Assembly + ?Sized),
    worlds: [Option<Box3d>; 2],
    marks: [Option<Marks>; 2],
    words: [&[u64]; 2],
) -> Result<[Option<Grid>; 2]> {
    let cuts: [_; 2] = std::array::from_fn(|side| marks[side].map(|marks| marks.cuts(words[side])));
    // 1 where a numbering does not fit.
    let misfits = assembly.max(2 * FITS, &|rank, spec, words| {
        for (side, words) in words.chunks_exact_mut(FITS).enumerate() {
            let fits = cuts[side].as_ref().map_or([false; FITS], |cuts| fits(cuts, &SIDES[side].1(spec), rank));
            words.copy_from_slice(&fits.map(|fits| i64::from(!fits)));
        }
    })?;
    let mut grids = cuts.into_iter().zip(worlds).zip(misfits.chunks_exact(FITS)).map(|((cuts, world), misfits)| {
        let fits: Vec<bool> = misfits.iter().map(|misfit| *misfit == 0).collect();
        grid_of(cuts?, world?.order, &fits, assembly.ranks())
    });
    Ok([grids.next().flatten(), grids.next().flatten()])
}

/// The grids, and lists where there are none: only then must all ranks' boxes be looked at.
///
/// # Errors
/// What is wrong with the boxes.
fn tilings(
    assembly: &(impl Assembly + ?Sized),
    worlds: [Option<Box3d>; 2],
    grids: [Option<Grid>; 2],
) -> Result<([Box3d; 2], [Distribution; 2])> {
    let all_are_grids = grids.iter().all(Option::is_some);
    let specs = if all_are_grids { Vec::new() } else { assembly.specs()? };
    let mut tilings = grids.into_iter().zip(worlds).zip(SIDES).map(|((grid, world), (what, box_of))| {
        if let (Some(grid), Some(world)) = (grid, world) {
            return Ok((world, Distribution::Grid(grid)));
        }
        let boxes: Vec<Box3d> = specs.iter().map(box_of).collect();
        Ok((tiled_world(what, &boxes)?, Distribution::Irregular(boxes.into())))
    });
    let mut next = || tilings.next().expect("there are two sides");
    let (inboxes, outboxes) = (next()?, next()?);
    Ok(([inboxes.0, outboxes.0], [inboxes.1, outboxes.1]))
}
