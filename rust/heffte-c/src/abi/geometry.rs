//! Questions about boxes that the library answers for the helpers of the C++ interface. None is collective.

use std::ffi::{c_int, c_longlong};

use engine::geometry::{Box3d, proc_setup_min_surface, tiled_world};
use engine::recipe::{Machine, Problem, Recipe};
use engine::{Error, Participants, Result};

use super::plan::read;
use super::types::{heffte_abi_box, heffte_abi_spec};
use super::{coded, whole};

/// Writes the grid of `ranks` bricks over a world of `size` points that has the least surface between bricks.
///
/// # Safety
/// Both arrays have three elements.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_min_surface_grid(size: *const c_longlong, ranks: c_int, grid: *mut c_int) -> c_int {
    coded("heffte::proc_setup_min_surface", || {
        // SAFETY: by the caller's word.
        let size = unsafe { size.cast::<[c_longlong; 3]>().read() };
        if ranks < 1 {
            return Err(Error::Processes { given: ranks.into() });
        }
        let found = proc_setup_min_surface(&Box3d::of_size(size), ranks as usize);
        // SAFETY: as above. No factor exceeds `ranks`.
        unsafe { grid.cast::<[c_int; 3]>().write(found.map(|parts| parts as c_int)) };
        Ok(())
    })
}

/// Checks that `count` boxes, some of which may be empty, are disjoint and fill a world that begins at the origin, and writes
/// that world.
///
/// # Safety
/// `boxes` has `count` elements; `world` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_check_world(
    boxes: *const heffte_abi_box,
    count: usize,
    world: *mut heffte_abi_box,
) -> c_int {
    coded("heffte::world_complete", || {
        // SAFETY: by the caller's word.
        let boxes = unsafe { slice(boxes, count) };
        let boxes = boxes.iter().map(|b| b.read("box")?.checked("box")).collect::<Result<Vec<_>>>()?;
        // SAFETY: as above.
        unsafe { world.write(tiled_world("boxes", &boxes)?.into()) };
        Ok(())
    })
}

/// Writes how a plan for `ranks` ranks, all on one node, would go: for each exchange `i` of 0 to 3, the boxes of all
/// ranks before it to `shapes[2 * i * ranks]` and after it to `shapes[(2 * i + 1) * ranks]`, and the axes that are transformed
/// after the first three exchanges to `axes`. An exchange that changes nothing does not take place.
///
/// # Safety
/// `specs` has `ranks` elements, `shapes` eight times as many, and `axes` three.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_shapes(
    specs: *const heffte_abi_spec,
    ranks: usize,
    shapes: *mut heffte_abi_box,
    axes: *mut c_int,
) -> c_int {
    coded("heffte::plan_operations", || {
        if ranks == 0 {
            return Err(Error::Caller { message: "there are no boxes: give one of each rank".to_owned() });
        }
        // SAFETY: by the caller's word; the distance between the structs is the size that they have there.
        let specs = unsafe {
            let size = specs.cast::<usize>().read();
            (0..ranks).map(|rank| read(&whole(specs.byte_add(rank * size))?)?.checked()).collect::<Result<Vec<_>>>()
        };
        let mut specs = specs?;
        // One rank cannot know who else is a member of its sub-communicator.
        for spec in &mut specs {
            if matches!(spec.options.participants, Participants::Member(_)) {
                spec.options.participants = Participants::All;
            }
        }
        let recipe = Recipe::new(Problem::new(&specs)?, Machine { ranks_per_node: ranks, shares_memory: true });
        let (boxes, order) = shapes_of(&recipe);
        // SAFETY: as above.
        unsafe {
            for (index, shape) in boxes.into_iter().flatten().enumerate() {
                shapes.add(index).write(shape.into());
            }
            axes.cast::<[c_int; 3]>().write(order.map(|axis| axis as c_int));
        }
        Ok(())
    })
}

/// The boxes of all ranks around each exchange, and the axes in the order of their transforms.
fn shapes_of(recipe: &Recipe) -> (Vec<Vec<Box3d>>, [usize; 3]) {
    let problem = recipe.problem();
    let all = |distribution: &engine::geometry::Distribution| -> Vec<Box3d> {
        (0..problem.ranks).map(|rank| distribution.box_of(rank)).collect()
    };
    let mut shapes = vec![all(&problem.inboxes)];
    let mut axes = Vec::new();
    for stage in recipe.stages() {
        for axis in &stage.axes {
            // Only the first transform of a stage can be the one that halves an axis.
            let before = if stage.axes.first() == Some(axis) { &stage.before } else { &stage.after };
            shapes.extend([all(before), all(&stage.after)]);
            axes.push(*axis);
        }
    }
    // Where nothing happens along an axis, that can be said of any place.
    for axis in (0..3).filter(|axis| !problem.transformed_axes().contains(axis)) {
        let held = shapes.last().cloned().unwrap_or_default();
        shapes.extend([held.clone(), held]);
        axes.push(axis);
    }
    shapes.push(all(&problem.outboxes));
    (shapes, [axes[0], axes[1], axes[2]])
}

/// # Safety
/// `first` points to `count` elements, or is anything where there are none.
unsafe fn slice<'a, T>(first: *const T, count: usize) -> &'a [T] {
    // SAFETY: by the caller's word.
    if count == 0 { &[] } else { unsafe { std::slice::from_raw_parts(first, count) } }
}
